/** `<gan-offline>`: makes the page work without a network, and says when there is none or the page is out of date. */

import { make } from "./dom.js";

export class GanOffline extends HTMLElement {
  #status = make("p", { role: "status" });
  #reload = make("button", { type: "button", hidden: true }, "Reload");

  connectedCallback() {
    if (this.children.length > 0) return;
    this.append(this.#status, this.#reload);
    this.#reload.addEventListener("click", () => location.reload());
    for (const change of ["online", "offline"]) window.addEventListener(change, () => this.#show());
    this.#show();
    if ("serviceWorker" in navigator) this.#install();
  }

  #show() {
    this.classList.toggle("off", !navigator.onLine);
    this.#status.textContent = navigator.onLine
      ? ""
      : "You are offline. Your last answers stay readable; a new question waits for the network.";
  }

  #install() {
    const { serviceWorker } = navigator;
    const isFirst = !serviceWorker.controller;
    serviceWorker.addEventListener("controllerchange", () => {
      if (isFirst) return;
      this.#status.textContent = "This page has a new version. Your text stays when you reload.";
      this.#reload.hidden = false;
    });
    // The page works without it, for example in a private window.
    serviceWorker.register(new URL("../sw.js", import.meta.url)).catch(() => {});
  }
}

customElements.define("gan-offline", GanOffline);
