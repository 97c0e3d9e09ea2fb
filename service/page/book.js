/** <gan-book>: a whole tunebook in, and out again with titles. */

import "./book-input.js";
import "./book-table.js";
import "./duplicates.js";
import { decodeBook } from "./book-encoding.js";
import { workplace } from "./book-frame.js";
import { showMatch } from "./book-match.js";
import { countTunes } from "./book-part.js";
import { nameBook } from "./book-run.js";
import { counted } from "./book-words.js";
import { find, make } from "./dom.js";

class Book extends HTMLElement {
  #book = new Uint8Array();
  #name = "";
  #lines = [""];
  #done = 0;
  #running = new AbortController();

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(document.createElement("gan-book-input"), workplace());
    this.addEventListener("book", (event) => {
      const { bytes, name } = /** @type {CustomEvent} */ (event).detail;
      this.open(bytes, name);
    });
    this.addEventListener("match", (event) => {
      const { row, place, choose } = /** @type {CustomEvent} */ (event).detail;
      showMatch(place, row, this.#lines, choose);
    });
    this.addEventListener("review", () => this.#review());
    // The field for one tune tells it when somebody has pasted many.
    document.addEventListener("name-all", (event) => this.openText(/** @type {CustomEvent} */ (event).detail.abc));
    find(this, ".cancel").addEventListener("click", () => this.#running.abort());
    find(this, ".another").addEventListener("click", () => this.#close());
    find(this, ".download").addEventListener("click", () => this.#download());
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#choose(tab));
      tab.addEventListener("keydown", ({ key }) => {
        if (key === "ArrowLeft" || key === "ArrowRight") this.#choose(this.#tabs.find((other) => other !== tab) ?? tab);
      });
    }
  }

  /**
   * Name the tunes of a text.
   *
   * @param {string} text
   */
  openText(text) {
    return this.open(new TextEncoder().encode(text), "tunebook.abc");
  }

  /**
   * Name the tunes of a book.
   *
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {string} name of its file
   */
  async open(bytes, name) {
    this.#running.abort();
    const running = new AbortController();
    this.#running = running;
    [this.#book, this.#name, this.#done] = [bytes, name, 0];
    this.#lines = decodeBook(bytes).split(/\r\n|\r|\n/);
    const tunes = countTunes(bytes);
    this.#table.start(this.#lines);
    this.#duplicates.book = { bytes, lines: this.#lines };
    this.#showField(false);
    find(this, ".about").textContent = `${name}: ${counted(tunes, "tune")}`;
    this.#choose(this.#tabs[0], false);
    this.#progress(tunes);
    this.#say("");
    find(this, ".running").hidden = false;
    find(this, ".about").focus();
    const listener = {
      say: (/** @type {string} */ text) => this.#say(text),
      answer: (/** @type {import("./book-review.js").BatchAnswer} */ answer) => {
        this.#table.add(answer);
        this.#done += 1;
        this.#progress(tunes);
      },
    };
    try {
      await nameBook(bytes, listener, running.signal);
      if (running === this.#running) this.#say(this.#summary());
    } catch (error) {
      if (running !== this.#running) return; // another book has been opened
      this.#say(running.signal.aborted ? `Cancelled after ${counted(this.#done, "tune")}.` : sentence(error));
    }
    if (running === this.#running) this.#rest();
  }

  get #table() {
    return /** @type {import("./book-table.js").GanBookTable} */ (find(this, "gan-book-table"));
  }

  get #duplicates() {
    return /** @type {import("./duplicates.js").GanDuplicates} */ (find(this, "gan-duplicates"));
  }

  get #tabs() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=tab]")]);
  }

  /** @param {string} text */
  #say(text) {
    find(this, ".said").textContent = text;
  }

  /** @param {number} tunes */
  #progress(tunes) {
    const bar = /** @type {HTMLProgressElement} */ (find(this, "progress"));
    bar.max = Math.max(tunes, this.#done);
    bar.value = this.#done;
    find(this, ".done").textContent = `${this.#done.toLocaleString("en")} of ${counted(bar.max, "tune")}`;
  }

  /** Nothing runs any more. */
  #rest() {
    const bar = find(this, ".running");
    if (bar.contains(document.activeElement)) find(this, ".about").focus();
    bar.hidden = true;
  }

  #summary() {
    const { rows } = this.#table.review;
    const count = (/** @type {string} */ group) => rows.filter((row) => row.group === group).length;
    return `${counted(rows.length, "tune")}: ${count("sure")} sure, ${count("look")} to look at, ${count("unknown")} unknown.`;
  }

  #review() {
    const { accepted } = this.#table.review;
    const button = /** @type {HTMLButtonElement} */ (find(this, ".download"));
    button.disabled = !accepted;
    find(this, ".to-write").textContent = accepted
      ? `${counted(accepted, "title")} will be written; everything else stays as it is.`
      : "Accept a title to download the book with it.";
  }

  #download() {
    const filled = new Blob([this.#table.review.fill(this.#book)], { type: "text/vnd.abc" });
    const address = URL.createObjectURL(filled);
    make("a", { href: address, download: this.#name.replace(/(\.\w+)?$/, "-titled$1") }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000); // a browser may begin to read later
  }

  #close() {
    this.#running.abort();
    this.#showField(true);
    find(this, "textarea").focus();
  }

  /** @param {boolean} open whether to show the field for a book, instead of the book */
  #showField(open) {
    find(this, "gan-book-input").hidden = !open;
    find(this, ".work").hidden = open;
  }

  /** @param {HTMLElement} chosen @param {boolean} [focus] */
  #choose(chosen, focus = true) {
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      find(this, `#${tab.getAttribute("aria-controls")}`).hidden = tab !== chosen;
    }
    if (focus) chosen.focus();
    if (chosen.id === "tab-duplicates") this.#duplicates.find();
  }
}

/** @param {unknown} error */
function sentence(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

customElements.define("gan-book", Book);
