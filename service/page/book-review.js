/** What a person has accepted of a tunebook's answers: rows, a threshold, and steps that can be undone. */

import { fillTitles } from "./book-fill.js";
import { isOneOf, isPlaceholder } from "./book-title.js";
import { melody, SURE } from "./words.js";

/**
 * A tune's answer, as `POST /suggest-titles/batch` gives it.
 *
 * @typedef {object} BatchAnswer
 * @property {number} number
 * @property {number} line
 * @property {string | null} reference
 * @property {string | null} title
 * @property {import("./book-fill.js").TitleLines[]} titles
 * @property {number | null} insert_title_after
 * @property {any} result
 * @property {any} problem
 */

/**
 * A tune of the book.
 *
 * @typedef {object} Row
 * @property {BatchAnswer} answer
 * @property {"sure" | "look" | "unknown"} group
 * @property {string} own Its own title, "" without one or with a placeholder.
 * @property {import("./api.js").Title[]} choices Suggestions whose melody matches, the best first.
 * @property {number} chosen Index of the choice that would be written.
 * @property {"" | "same" | "alias" | "place" | "medley"} kept Why no title is proposed: the tune has this title, or
 *   another name of it, it has no line for a title, or it is a medley, of which the title names one tune.
 * @property {boolean} accepted
 * @property {boolean} byHand Whether the person has decided this row itself.
 */

/** The rows of a tunebook. */
export class BookReview {
  /** @type {Row[]} */
  rows = [];
  threshold = SURE;
  /** @type {{threshold: number, row: Row | null, before: Row | null}[]} The row that a step changed, if one. */
  #steps = [];

  /**
   * Add the next answer.
   *
   * @param {BatchAnswer} answer
   * @returns {Row}
   */
  add(answer) {
    const row = readRow(answer);
    row.accepted = this.#isAbove(row);
    this.rows.push(row);
    return row;
  }

  /** How many titles would be written. */
  get accepted() {
    return this.rows.filter((row) => row.accepted).length;
  }

  /** Whether there is a step to undo. */
  get canUndo() {
    return this.#steps.length > 0;
  }

  /**
   * Accept a row's title, or no longer.
   *
   * @param {Row} row
   */
  toggle(row) {
    if (!canAccept(row)) return;
    this.#remember(row);
    Object.assign(row, { accepted: !row.accepted, byHand: true });
  }

  /**
   * Accept another title that matches a row's tune.
   *
   * @param {Row} row
   * @param {number} chosen
   */
  choose(row, chosen) {
    this.#remember(row);
    Object.assign(row, { chosen, kept: keptOf(row, chosen), byHand: true });
    row.accepted = canAccept(row);
  }

  /**
   * Accept the titles that are at least this sure, and only them; rows that were decided by hand stay.
   *
   * @param {number} threshold 0 to 1
   * @returns {Row[]} the rows that have changed
   */
  acceptAbove(threshold) {
    // All the moves of a slider are one step.
    if (!this.#steps.length || this.#steps.at(-1)?.row) this.#remember(null);
    return this.#apply(threshold);
  }

  /**
   * Take the last step back.
   *
   * @returns {Row[]} the rows that have changed
   */
  undo() {
    const step = this.#steps.pop();
    if (!step) return [];
    if (!step.row) return this.#apply(step.threshold);
    Object.assign(step.row, step.before);
    return [step.row, ...this.#apply(step.threshold)];
  }

  /**
   * The book with the accepted titles.
   *
   * @param {Uint8Array<ArrayBuffer>} book
   */
  fill(book) {
    return fillTitles(
      book,
      this.rows
        .filter((row) => row.accepted)
        .map((row) => ({ place: row.answer, title: row.choices[row.chosen].title })),
    );
  }

  /** @param {number} threshold */
  #apply(threshold) {
    this.threshold = threshold;
    const changed = this.rows.filter((row) => !row.byHand && row.accepted !== this.#isAbove(row));
    for (const row of changed) row.accepted = !row.accepted;
    return changed;
  }

  /** @param {Row | null} row */
  #remember(row) {
    this.#steps.push({ threshold: this.threshold, row, before: row && { ...row } });
  }

  /** @param {Row} row */
  #isAbove(row) {
    return canAccept(row) && !row.kept && row.choices[row.chosen].confidence >= this.threshold;
  }
}

/**
 * Whether a row has a title that can be written. The closest titles of an unknown tune must be chosen one by one.
 *
 * @param {Row} row
 */
export function canAccept(row) {
  if (row.group === "unknown" && !row.byHand) return false;
  return row.choices.length > 0 && row.kept !== "same" && row.kept !== "place";
}

/**
 * @param {BatchAnswer} answer
 * @returns {Row}
 */
function readRow(answer) {
  const choices = (answer.result?.suggestions ?? []).filter(melody);
  const known = Boolean(answer.result?.known && choices.length);
  /** @type {Row} */
  const row = {
    answer,
    group: !known ? "unknown" : choices[0].confidence >= SURE && !isMedley(answer) ? "sure" : "look",
    own: answer.titles.map((title) => title.text).find((title) => !isPlaceholder(title)) ?? "",
    choices,
    chosen: 0,
    kept: "",
    accepted: false,
    byHand: false,
  };
  row.kept = keptOf(row, 0);
  return row;
}

/**
 * @param {Row} row
 * @param {number} chosen
 * @returns {Row["kept"]}
 */
function keptOf(row, chosen) {
  const choice = row.choices[chosen];
  if (!choice) return "";
  if (row.answer.insert_title_after === null) return "place";
  const own = row.answer.titles.map((title) => title.text);
  if (own.some((title) => isOneOf(title, [choice.title]))) return "same";
  const names = [...choice.aliases, ...(choice.also_called ?? []).map((other) => other.title)];
  if (own.some((title) => isOneOf(title, names))) return "alias";
  return isMedley(row.answer) ? "medley" : "";
}

/** @param {BatchAnswer} answer */
function isMedley(answer) {
  return Boolean(answer.result?.parts?.length);
}
