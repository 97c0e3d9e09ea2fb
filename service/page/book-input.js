/** <gan-book-input>: a tunebook to paste, to open or to drop. */

import { decodeBook } from "./book-encoding.js";
import { find, make, tell } from "./dom.js";
import { keepDraft } from "./draft.js";
import { onDrop } from "./drops.js";
import { bytesOf, FileError, isBinary, mediaType } from "./files.js";

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
      if (!this.#text.value.trim()) this.#refuse("There is nothing in it yet.");
      else void this.#take(new Blob([this.#text.value]), "tunebook.abc");
    });
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) this.#take(chosen, chosen.name);
      file.value = ""; // so that the same file can be opened again
    });
    this.append(form);
    keepDraft(this.#text);
    onDrop(this, {
      file: (dropped) => this.#take(dropped, dropped.name),
      text: (dropped) => {
        this.#text.value = dropped;
      },
      refuse: (reason) => this.#refuse(reason),
    });
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (find(this, "textarea"));
  }

  /** @param {Blob} file @param {string} name */
  async #take(file, name) {
    try {
      const bytes = await bytesOf(file);
      this.#refuse(whyNot(bytes, name));
      if (!whyNot(bytes, name)) tell(this, "book", { bytes, name });
    } catch (error) {
      this.#refuse(error instanceof FileError ? `${name}: ${error.message}` : String(error));
    }
  }

  /** @param {string} reason */
  #refuse(reason) {
    find(this, ".refused").textContent = reason;
  }
}

/**
 * Why bytes are no tunebook; empty if they are one.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} name
 */
function whyNot(bytes, name) {
  if (!bytes.some((byte) => byte > 32)) return "There is nothing in it yet.";
  if (mediaType(name, "", bytes)) return `${name} is one tune, not a tunebook in ABC. Open it under “Name a tune”.`;
  return isBinary(decodeBook(bytes)) ? `${name} is not a tunebook in ABC.` : "";
}

customElements.define("gan-book-input", BookInput);
