/** `<gan-tune>`: the tune that a person asks about. It reads the text, asks, and marks what the reader could not read.
 *
 * Of a text with several tunes, the first counts. Its events: `tune-change` {abc} with each change; `asking`; `answer`
 * {answer, abc}; `no-answer` {reason, keep}, where `keep` says that the last answer stays; `name-all` {abc} with the
 * whole text.
 */

import { Problem } from "./api.js";
import { find, make, tell } from "./dom.js";
import { keepDraft } from "./draft.js";
import { onDrop } from "./drops.js";
import { EXAMPLES } from "./examples.js";
import { abcOf, FileError } from "./files.js";
import { Question } from "./question.js";
import { firstTune, Places, tuneStarts } from "./text.js";
import { failure, remarks } from "./words.js";

const PAUSE = 300; // milliseconds without typing after which the tune is asked about

/** @typedef {import("./api.js").Warning} Warning */

class TuneField extends HTMLElement {
  #question = new Question((state) => this.#follow(state));
  #opening = new AbortController(); // of a file
  #pointed = false; // whether the person has asked, so that the cursor may move to a fault

  connectedCallback() {
    const field = this.#field;
    field.addEventListener("input", (event) => {
      const pasted = event instanceof InputEvent && event.inputType.startsWith("insertFrom");
      this.#changed(pasted ? 0 : PAUSE);
    });
    field.addEventListener("scroll", () => (this.#marks.scrollTop = field.scrollTop));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // With Ctrl the text stays as it is; without it, the new line comes first.
      if (event.ctrlKey || event.metaKey) this.#ask();
      else setTimeout(() => this.#ask());
    });
    const files = /** @type {HTMLInputElement} */ (find(this, "input[type=file]"));
    find(this, ".open").addEventListener("click", () => files.click());
    files.addEventListener("change", () => {
      if (files.files?.[0]) void this.open(files.files[0]);
      files.value = "";
    });
    onDrop(this, {
      file: (file) => void this.open(file),
      text: (text) => this.use(text),
      refuse: (reason) => this.#refuse(reason),
    });
    const examples = EXAMPLES.map(({ name, abc }) =>
      make("li", {}, make("button", { type: "button", on: { click: () => this.use(abc) } }, name)),
    );
    find(this, ".examples").replaceChildren(...examples);
    find(this, "form").addEventListener("submit", (event) => event.preventDefault());
    keepDraft(field);
    if (field.value) this.#changed(0);
  }

  get abc() {
    return this.#field.value;
  }

  /** Take a text as the tune and ask about it.
   * @param {string} abc */
  use(abc) {
    this.#field.value = abc;
    this.#pointed = true;
    this.#changed(0);
  }

  /** Take the tune of a file. A file without one leaves everything as it is.
   * @param {File} file */
  async open(file) {
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    tell(this, "asking");
    try {
      const { abc, warnings } = await abcOf(file, signal);
      if (signal.aborted) return; // somebody types, or has opened another file
      this.use(abc);
      this.#warn(warnings);
    } catch (error) {
      if (!signal.aborted) this.#refuse(`${file.name}: ${reasonOf(error)}`);
    }
  }

  /** @param {string} reason */
  #refuse(reason) {
    tell(this, "no-answer", { reason, keep: true });
  }

  get #field() {
    return /** @type {HTMLTextAreaElement} */ (find(this, "textarea"));
  }

  get #marks() {
    return find(this, ".marks");
  }

  /** @param {number} delay */
  #changed(delay) {
    this.#opening.abort();
    this.#mark([]);
    this.#warn([]);
    this.#countTunes();
    const abc = firstTune(this.abc);
    tell(this, "tune-change", { abc });
    if (abc.trim()) return this.#question.ask(abc, delay);
    this.#question.stop();
    tell(this, "no-answer", { reason: "", keep: false });
  }

  #ask() {
    this.#pointed = true;
    const abc = firstTune(this.abc);
    if (abc.trim()) this.#question.ask(abc);
  }

  /** @param {import("./question.js").State} state */
  #follow(state) {
    if (state.asking) return tell(this, "asking");
    if ("answer" in state) {
      this.#fault("");
      this.#warn(state.answer.warnings);
      tell(this, "answer", { answer: state.answer, abc: state.text });
    } else {
      const reason = failure(state.problem, state.offline, state.retryIn);
      if (state.problem.type === "no-notes") this.#showFault(reason, /** @type {any} */ (state.problem.body));
      const keep = state.problem.passes;
      tell(this, "no-answer", { reason: state.problem.type === "no-notes" ? "" : reason, keep });
    }
    this.#pointed = false;
  }

  /** Say that there are no notes, and where.
   * @param {string} reason @param {Warning} place */
  #showFault(reason, place) {
    this.#fault(reason);
    this.#mark([place], "fault");
    if (this.#pointed && document.activeElement === this.#field) this.#select(place);
  }

  /** @param {string} reason empty for none */
  #fault(reason) {
    const line = find(this, ".fault");
    line.textContent = reason;
    line.hidden = !reason;
    this.#field.setAttribute("aria-invalid", String(Boolean(reason)));
  }

  /** List what the reader skipped. Each entry selects its place.
   * @param {Warning[]} warnings */
  #warn(warnings) {
    if (!warnings.length) this.#fault("");
    const list = /** @type {HTMLDetailsElement} */ (find(this, ".warnings"));
    list.hidden = !warnings.length;
    find(list, "summary").textContent = remarks(warnings);
    const entries = warnings.map((warning) => {
      const text = `line ${warning.line}, column ${warning.column}: ${warning.message}`;
      return make("li", {}, make("button", { type: "button", on: { click: () => this.#select(warning) } }, text));
    });
    find(list, "ol").replaceChildren(...entries);
    if (warnings.length) this.#mark(warnings);
  }

  /** @param {{ line: number, column: number }} place */
  #select(place) {
    const [start, end] = new Places(this.abc).sign(place);
    this.#field.focus();
    this.#field.setSelectionRange(start, end);
  }

  /** Underline places of the text: behind the field stands the same text, invisible, with the marks.
   * @param {{ line: number, column: number }[]} places
   * @param {string} [kind] */
  #mark(places, kind = "skipped") {
    const text = this.abc;
    const finder = new Places(text);
    const ranges = places.map((place) => finder.sign(place)).sort((a, b) => a[0] - b[0]);
    if (!ranges.length) return this.#marks.replaceChildren(); // a long text takes long to lay out
    /** @type {(string | HTMLElement)[]} */
    const parts = [];
    let done = 0;
    for (const [start, end] of ranges) {
      if (start < done) continue;
      parts.push(text.slice(done, start), make("mark", { className: kind }, text.slice(start, end)));
      done = end;
    }
    this.#marks.replaceChildren(...parts, `${text.slice(done)}\n`);
    this.#marks.scrollTop = this.#field.scrollTop;
  }

  #countTunes() {
    const tunes = tuneStarts(this.abc).length;
    const line = find(this, ".several");
    line.hidden = tunes < 2;
    find(line, "span").textContent = `You pasted ${tunes.toLocaleString("en")} tunes. This is the first. `;
    find(line, "a").onclick = () => tell(this, "name-all", { abc: this.abc });
  }
}

/** Why a file is not opened.
 * @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Problem)) return error instanceof FileError ? error.message : "The file cannot be read.";
  if ([404, 405, 415].includes(error.status)) return "This service does not read such files.";
  return failure(error, false, null);
}

customElements.define("gan-tune", TuneField);
