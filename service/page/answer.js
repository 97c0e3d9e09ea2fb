/** `<gan-answer>`: what the tune is called, how sure that is, and why. */

import { find, make } from "./dom.js";
import { titleCard, titleRow } from "./suggestion.js";
import * as words from "./words.js";

/** @typedef {import("./api.js").Answer} Answer */

const SHOWN = /** @type {Record<string, number>} */ ({ sure: 1, likely: 3, torn: 3 }); // titles in large letters
const LISTED = 5; // titles in a list

class AnswerView extends HTMLElement {
  #text = "";
  /** @type {Answer | null} */
  #answer = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make("p", { className: "for-screen-readers", role: "status" }),
      make("p", { className: "trouble", hidden: true }),
      make("p", { className: "waiting quiet", "aria-hidden": "true" }, "Looking …"), // when it takes long
      make("div", { className: "result" }),
    );
    this.addEventListener("copied", () => this.#say("Copied."));
  }

  /** Show that an answer is on its way. The last one stays. */
  wait() {
    this.setAttribute("aria-busy", "true");
  }

  /** Show nothing. */
  clear() {
    this.#answer = null;
    this.#settle("", "");
    find(this, ".result").replaceChildren();
  }

  /** Show an answer. The same answer again changes nothing, so that an open match stays open.
   * @param {Answer} answer
   * @param {string} text of the tune */
  show(answer, text) {
    this.#settle("", words.sentence(answer));
    if (text === this.#text && sameTitles(answer, this.#answer)) return;
    this.#answer = answer;
    this.#text = text;
    const certainty = words.certainty(answer);
    const medley = words.medley(answer);
    const caution = words.caution(answer.tune.notes);
    find(this, ".result").replaceChildren(
      medley && make("p", { className: "medley" }, medley),
      ...this.#titles(answer, certainty),
      caution && make("p", { className: "caution" }, caution),
      ...(certainty === "unsure" ? this.#guesses(answer) : this.#others(answer, certainty)),
    );
  }

  /** Say why there is no answer. The last one stays if it may be followed by another.
   * @param {string} reason
   * @param {boolean} keep */
  fail(reason, keep) {
    if (!keep) this.clear();
    this.#settle(reason, reason);
  }

  /** @param {string} trouble @param {string} status */
  #settle(trouble, status) {
    this.removeAttribute("aria-busy");
    const line = find(this, ".trouble");
    line.textContent = trouble;
    line.hidden = !trouble;
    this.#say(status);
  }

  /** Let a screen reader say a sentence.
   * @param {string} text */
  #say(text) {
    find(this, "[role=status]").textContent = text;
  }

  /** The titles that may be right, in large letters.
   * @param {Answer} answer @param {string} certainty */
  #titles(answer, certainty) {
    if (certainty === "unsure" && answer.parts?.length) return [];
    if (certainty === "unsure") return [make("h2", { className: "unknown" }, "I don't know this tune.")];
    const shown = answer.suggestions.slice(0, SHOWN[certainty]).filter((title) => title.confidence >= words.FEWEST);
    const [first, next] = /** @type {Record<string, string[]>} */ ({
      sure: [answer.parts?.length ? "Most like " : "This is ", ""],
      likely: ["Probably ", "or "],
      torn: ["It may be ", "or "],
    })[certainty];
    const cards = shown.map((title, index) => titleCard(title, index ? next : first, answer, this.#text));
    return [make("div", { className: `titles ${certainty}` }, ...cards)];
  }

  /** @param {Answer} answer @param {string} certainty */
  #others(answer, certainty) {
    const likely = answer.suggestions.slice(SHOWN[certainty]).filter((title) => title.confidence >= words.FEWEST);
    return this.#list("others", "Less likely:", likely);
  }

  /** What is near a tune that is not known.
   * @param {Answer} answer */
  #guesses(answer) {
    const near = answer.suggestions.filter((title) => words.melody(title));
    const alike = answer.suggestions.filter((title) => !words.melody(title));
    return [
      ...this.#list("others", "The closest I know:", near.slice(0, 3)),
      ...this.#list("alike", "Tunes like it are called:", alike),
    ];
  }

  /** @param {"others" | "alike"} kind @param {string} heading @param {import("./api.js").Title[]} titles */
  #list(kind, heading, titles) {
    if (!titles.length || !this.#answer) return [];
    const answer = this.#answer;
    const rows = titles.slice(0, LISTED).map((title) => titleRow(title, kind === "others", answer, this.#text));
    return [make("section", { className: kind }, make("h3", {}, heading), make("ul", {}, ...rows))];
  }
}

/** @param {Answer} answer @param {Answer | null} other */
function sameTitles(answer, other) {
  return JSON.stringify(answer.suggestions) === JSON.stringify(other?.suggestions);
}

customElements.define("gan-answer", AnswerView);
