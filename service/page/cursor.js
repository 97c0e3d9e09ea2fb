/** Writes into a text field at its cursor, as if somebody typed, and takes back what it wrote. */

/** What was written: where, what stood there before, and the text.
 * @typedef {{ start: number, replaced: string, written: string }} Insertion */

export class Cursor {
  /** @type {Insertion[]} */
  #done = [];
  #field;

  /** @param {HTMLTextAreaElement} field */
  constructor(field) {
    this.#field = field;
  }

  /** The text before the cursor. */
  get before() {
    return this.#field.value.slice(0, this.#field.selectionStart);
  }

  /**
   * Go to the end of the text if the cursor is in such a line.
   *
   * @param {RegExp} kind
   */
  leave(kind) {
    const { selectionStart, value } = this.#field;
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1).split("\n")[0] ?? "";
    if (kind.test(line)) this.#field.setSelectionRange(value.length, value.length);
  }

  /**
   * Put a text in place of the selection, and the cursor behind it.
   *
   * @param {string} written
   */
  insert(written) {
    const { selectionStart: start, selectionEnd: end, value } = this.#field;
    this.#done.push({ start, replaced: value.slice(start, end), written });
    this.#replace(start, end, written);
  }

  /**
   * Take back the last text that is still there.
   *
   * @returns {string} that text; empty when there is none, or somebody has changed it
   */
  undo() {
    const last = this.#done.pop();
    if (!last) return "";
    const end = last.start + last.written.length;
    if (this.#field.value.slice(last.start, end) !== last.written) {
      this.#done = []; // everything before has moved, too
      return "";
    }
    this.#replace(last.start, end, last.replaced);
    return last.written;
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {string} text
   */
  #replace(start, end, text) {
    this.#field.setRangeText(text, start, end, "end");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
