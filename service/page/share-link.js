/** `<gan-share>`, inside `<gan-tune>`: copies a link that holds the tune, and opens the tune of such a link.
 *
 * Tells `tune-open` with `{ abc }` when the page's address holds a tune. */

import { make, tell } from "./dom.js";
import { isPacked, pack, ShareError, unpack } from "./share.js";
import { tuneField } from "./tune-field.js";

export class GanShare extends HTMLElement {
  #button = make("button", { type: "button" }, "Copy link");
  #link = make("input", { type: "text", readOnly: true, hidden: true, "aria-label": "Link to this tune" });
  #status = make("p", { role: "status", className: "quiet" });

  connectedCallback() {
    if (this.children.length > 0) return;
    this.append(this.#button, make("div", { className: "panel" }, this.#link, this.#status));
    this.#button.addEventListener("click", () => this.#copy());
    window.addEventListener("hashchange", () => this.#open());
    tuneField(this).addEventListener("input", () => this.#rest());
    this.#open();
  }

  async #open() {
    if (!isPacked(location.hash)) return;
    try {
      const abc = await unpack(location.hash);
      // A reload must not bring this tune back when the user has changed it.
      history.replaceState(null, "", "#name");
      this.#rest();
      tell(this, "tune-open", { abc });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #copy() {
    this.#link.hidden = true;
    const abc = tuneField(this).value;
    if (!abc.trim()) {
      this.#status.textContent = "There is no tune yet that a link could hold.";
      return;
    }
    try {
      this.#link.value = new URL(`#${await pack(abc)}`, location.href).href;
    } catch (error) {
      this.#fail(error);
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

  /** Another tune: what was said about the one before counts no more. */
  #rest() {
    this.#status.textContent = "";
    this.#link.hidden = true;
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!(error instanceof ShareError)) throw error;
    this.#status.textContent = error.message;
  }
}

customElements.define("gan-share", GanShare);
