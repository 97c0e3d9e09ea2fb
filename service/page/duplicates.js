/** <gan-duplicates>: the tunes that a book has more than once, in any key and under any name. */

import { duplicates } from "./api.js";
import { countTunes, fits } from "./book-part.js";
import { limitsOf, patiently } from "./book-run.js";
import { counted } from "./book-words.js";
import { find, make } from "./dom.js";
import { Incipits, opening } from "./incipit.js";

export class GanDuplicates extends HTMLElement {
  /** @type {{bytes: Uint8Array<ArrayBuffer>, lines: string[]} | null} */
  #book = null;
  #running = new AbortController();
  #incipits = new Incipits();

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(make("p", { className: "said", role: "status" }), make("ol", { className: "groups" }));
  }

  /** The book to search; it is searched when `find` is called. */
  set book(/** @type {{bytes: Uint8Array<ArrayBuffer>, lines: string[]}} */ book) {
    this.#running.abort();
    this.#book = book;
    this.#incipits.clear();
    find(this, "ol").replaceChildren();
    this.#say("");
  }

  /** Search the book, if it has not been searched. */
  async find() {
    const book = this.#book;
    if (!book) return;
    this.#book = null;
    this.#running = new AbortController();
    const { signal } = this.#running;
    const listener = {
      say: (/** @type {string} */ text) => this.#say(text || "Comparing the tunes with each other …"),
    };
    listener.say("");
    try {
      const limits = await patiently(limitsOf, listener, signal);
      if (!fits(book.bytes, limits)) {
        const [bytes, tunes] = [limits.bytes, limits.tunes].map((limit) => limit.toLocaleString("en"));
        this.#say(
          `This book has ${counted(book.bytes.length, "byte")} and ${counted(countTunes(book.bytes), "tune")}; to compare ` +
            `all of its tunes with each other, the service takes at most ${bytes} bytes and ${tunes} tunes.`,
        );
        return;
      }
      const body = new Blob([book.bytes], { type: "text/vnd.abc" });
      const answer = await patiently(() => duplicates(body, signal), listener, signal);
      if (!signal.aborted) this.#show(answer, book.lines);
    } catch (error) {
      if (signal.aborted) return;
      this.#book = book; // so that choosing the tab again tries again
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} text */
  #say(text) {
    find(this, ".said").textContent = text;
  }

  /** @param {any} answer @param {string[]} lines */
  #show({ groups, tunes, unread }, lines) {
    const found = groups.length
      ? `${counted(groups.length, "tune")} ${groups.length === 1 ? "is" : "are"}`
      : "No tune is";
    const left = unread.length ? ` ${counted(unread.length, "tune")} could not be read.` : "";
    this.#say(`${found} in this book more than once (${counted(tunes, "tune")} compared).${left}`);
    find(this, "ol").replaceChildren(
      ...groups.map((/** @type {any} */ group) =>
        make(
          "li",
          {},
          make(
            "ul",
            {},
            ...group.tunes.map((/** @type {any} */ tune, /** @type {number} */ index) =>
              this.#tune(tune, index, lines),
            ),
          ),
        ),
      ),
    );
  }

  /** @param {any} tune @param {number} index @param {string[]} lines */
  #tune(tune, index, lines) {
    const { number, line, reference, title, similarity, transposition } = tune;
    const distance = transposition
      ? `${counted(Math.abs(transposition), "semitone")} ${transposition > 0 ? "higher" : "lower"}`
      : "same key";
    const compared = index ? `, ${Math.round(100 * similarity)} % alike, ${distance}` : "";
    return make(
      "li",
      {},
      make("span", { className: "reference" }, reference ? `X:${reference}` : `${number}.`),
      " ",
      make("span", { className: title ? "own-title" : "own-title no-title" }, title || "no title"),
      make("span", { className: "hint" }, `line ${line.toLocaleString("en")}${compared}`),
      this.#incipits.place(opening(lines, line)),
    );
  }
}

customElements.define("gan-duplicates", GanDuplicates);
