/** `<gan-share for="ID">`: copies a link that holds the text of the field with that id. */

import { make } from "./dom.js";
import { pack, ShareError } from "./share.js";

export class GanShare extends HTMLElement {
  #button = make("button", { type: "button" }, "Copy link");
  #link = make("input", { type: "text", readOnly: true, hidden: true, "aria-label": "Link to this tune" });
  #status = make("span", { role: "status", className: "quiet" });

  connectedCallback() {
    if (this.children.length > 0) return;
    this.append(this.#button, this.#link, this.#status);
    this.#button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const field = /** @type {HTMLTextAreaElement} */ (document.getElementById(this.getAttribute("for") ?? ""));
    this.#link.hidden = true;
    try {
      this.#link.value = new URL(`#${await pack(field.value)}`, location.href).href;
    } catch (error) {
      if (!(error instanceof ShareError)) throw error;
      this.#status.textContent = error.message;
      return;
    }
    try {
      await navigator.clipboard.writeText(this.#link.value);
      this.#status.textContent = "Copied. The link holds the tune itself; no server sees it.";
    } catch {
      // Browsers allow the clipboard only over HTTPS or on localhost.
      this.#link.hidden = false;
      this.#link.select();
      this.#status.textContent = "Copy this link. It holds the tune itself; no server sees it.";
    }
  }
}

customElements.define("gan-share", GanShare);
