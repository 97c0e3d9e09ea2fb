/** A row of the table of a tunebook. */

import { canAccept } from "./book-review.js";
import { howItMatches, howSure, whyKept, whyUnknown } from "./book-words.js";
import { make } from "./dom.js";
import { addressOf } from "./title.js";
import { melody, source } from "./words.js";

/** @typedef {import("./book-review.js").Row} Row */

/** Draws a row, and draws it again when what is accepted has changed. */
export class RowView {
  /**
   * @param {Row} row
   * @param {HTMLElement} incipit
   */
  constructor(row, incipit) {
    this.row = row;
    const { number, reference } = row.answer;
    this.box = make("input", { type: "checkbox", tabIndex: -1, className: "accept" });
    this.button = make("button", { type: "button", tabIndex: -1, className: "link", "aria-expanded": "false" });
    this.button.hidden = !row.choices.length;
    this.title = make("td", { role: "cell", className: "proposed" });
    this.sure = make("td", { role: "cell", className: "sureness" });
    this.why = make("td", { role: "cell", className: "why" });
    const own = row.own || (row.answer.title ? `“${row.answer.title}”` : "no title");
    this.element = make(
      "tr",
      { className: "tune", role: "row" },
      make("td", { role: "cell", className: "tick" }, this.box),
      make(
        "th",
        { scope: "row", role: "rowheader", className: "own" },
        make("span", { className: "reference" }, reference ? `X:${reference}` : `${number}.`),
        " ",
        make("span", { className: row.own ? "own-title" : "own-title no-title" }, own),
        incipit,
      ),
      this.title,
      this.sure,
      this.why,
    );
    this.write();
  }

  /** Show whether the title is accepted. */
  update() {
    this.element.classList.toggle("accepted", this.row.accepted);
    this.box.checked = this.row.accepted;
  }

  /** Write what is proposed now, and why. */
  write() {
    const { row } = this;
    this.update();
    const choice = row.choices[row.chosen];
    const possible = canAccept(row);
    // A disabled box could not have the focus, and the arrow keys move it through all rows.
    this.box.setAttribute("aria-disabled", String(!possible));
    this.box.setAttribute("aria-label", this.#label(choice, possible));
    this.labelButton();
    if (row.group === "unknown" && !row.byHand) {
      this.title.replaceChildren(
        make("span", { className: "unknown-title" }, row.answer.problem ? "Not read" : "Not known"),
      );
      this.sure.replaceChildren();
      this.why.replaceChildren(make("p", { className: "guess" }, whyUnknown(row)), this.button);
      return;
    }
    this.title.replaceChildren(make("span", { className: "name" }, choice.title));
    if (row.kept) this.title.append(make("p", { className: "guess" }, whyKept(row)));
    const meter = make("meter", { min: 0, max: 1, value: choice.confidence });
    meter.setAttribute("aria-hidden", "true"); // the words say the same
    this.sure.replaceChildren(howSure(choice.confidence), meter);
    this.why.replaceChildren(make("p", {}, howItMatches(row)), ...this.#source(choice), this.button);
  }

  /** Say whether the match is shown. */
  labelButton() {
    const text = this.button.getAttribute("aria-expanded") === "true" ? "Hide the match" : "Show the match";
    this.button.textContent = text;
    this.button.setAttribute("aria-label", `${text} of tune ${this.row.answer.number}`);
  }

  /** @param {any} choice @param {boolean} possible */
  #label(choice, possible) {
    const tune = `Tune ${this.row.answer.number}`;
    if (!choice) return `${tune}: no title to accept`;
    return possible ? `${tune}: accept the title ${choice.title}` : `${tune}: ${choice.title}. ${whyKept(this.row)}`;
  }

  /** @param {any} choice */
  #source(choice) {
    const setting = melody(choice)?.setting;
    if (!setting) return [];
    const link = /^https?:/.test(setting.url) ? setting.url : addressOf(choice.id);
    return [
      make("p", { className: "source" }, make("a", { href: link, tabIndex: this.box.tabIndex }, source(setting))),
    ];
  }
}
