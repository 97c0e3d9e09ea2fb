/** <gan-book-input>: a tunebook to paste, to open or to drop. */

import { find, make, tell } from "./dom.js";

/** Event: `book` with {bytes, name}, the bytes of the file as they are. */
class BookInput extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    const file = make("input", { type: "file", accept: ".abc,.txt,text/vnd.abc,text/plain", hidden: true });
    const form = make(
      "form",
      {},
      make("label", { for: "book-text" }, "A tunebook in ABC: paste it, or open or drop its file"),
      make("textarea", {
        id: "book-text",
        rows: 7,
        spellcheck: false,
        placeholder: "X:1\nT:Gan Ainm\nM:6/8\nK:G\nD|GAG GAB|ABA ABd|edd gdd|edB dBA|\n\nX:2\n…",
      }),
      make(
        "div",
        { className: "buttons" },
        make("button", { type: "submit", className: "primary" }, "Name these tunes"),
        make("button", { type: "button", className: "open", on: { click: () => file.click() } }, "Open a file"),
        file,
      ),
      make(
        "p",
        { className: "hint" },
        "The titles that you accept are written into the book as it is: every other byte stays.",
      ),
      make("p", { className: "refused", role: "status" }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(new Blob([this.#text.value]), "tunebook.abc");
    });
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) this.#take(chosen, chosen.name);
      file.value = ""; // so that the same file can be opened again
    });
    this.append(form);
    this.addEventListener("dragover", (event) => this.#drag(event, true));
    this.addEventListener("dragleave", (event) => this.#drag(event, false));
    this.addEventListener("drop", (event) => {
      this.#drag(event, false);
      const [dropped] = event.dataTransfer?.files ?? [];
      if (dropped) this.#take(dropped, dropped.name);
      else this.text = event.dataTransfer?.getData("text/plain") ?? "";
    });
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (find(this, "textarea"));
  }

  /** The text in the field. */
  set text(/** @type {string} */ text) {
    this.#text.value = text;
  }

  /** @param {DragEvent} event @param {boolean} over */
  #drag(event, over) {
    event.preventDefault();
    this.classList.toggle("dropping", over);
  }

  /** @param {Blob} file @param {string} name */
  async #take(file, name) {
    const trouble = find(this, ".refused");
    let bytes;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      trouble.textContent = `${name} cannot be read.`;
      return;
    }
    trouble.textContent = bytes.some((byte) => byte > 32) ? "" : "There is nothing in it yet.";
    if (!trouble.textContent) tell(this, "book", { bytes, name });
  }
}

customElements.define("gan-book-input", BookInput);
