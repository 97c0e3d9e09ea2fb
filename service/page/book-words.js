/** What the page says about an answer of a tunebook, in words. */

import { difference, LIKELY, melody, percent, SURE } from "./words.js";

/** @typedef {import("./book-review.js").Row} Row */

/**
 * How sure a title is.
 *
 * @param {number} confidence 0 to 1
 */
export function howSure(confidence) {
  const word = confidence >= SURE ? "sure" : confidence >= LIKELY ? "probably" : "perhaps";
  return `${word}, ${percent(confidence)}`;
}

/**
 * A number with its noun.
 *
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * How a tune matches the setting of the title that is proposed for it.
 *
 * @param {Row} row
 */
export function howItMatches(row) {
  const match = melody(row.choices[row.chosen]);
  return match ? difference(match) : "";
}

/**
 * Why a row has no title to accept, or keeps its own; empty if it has one.
 *
 * @param {Row} row
 */
export function whyKept(row) {
  if (row.kept === "same") return "It already has this title.";
  if (row.kept === "alias") return "Its own title is another name of this tune.";
  if (row.kept === "medley") return whichMedley(row);
  if (row.kept === "place") return "Its text has no line for a title. Write it in yourself.";
  return "";
}

/**
 * Which tunes a medley has.
 *
 * @param {Row} row
 */
function whichMedley({ answer }) {
  const titles = answer.result.parts.map((/** @type {{title: string}} */ part) => part.title);
  return `It is a medley: ${titles.join(", ")}.`;
}

/**
 * Why a tune is unknown.
 *
 * @param {Row} row
 */
export function whyUnknown({ answer, choices }) {
  if (answer.problem) {
    const detail = String(answer.problem.detail || answer.problem.title);
    return detail.charAt(0).toUpperCase() + detail.slice(1) + (/[.!?]$/.test(detail) ? "" : ".");
  }
  if (choices.length) return `The closest I know is ${choices[0].title}.`;
  const names = answer.result.suggestions.slice(0, 2).map((/** @type {any} */ suggestion) => suggestion.title);
  return names.length ? `Tunes like it are called ${names.join(" or ")}.` : "";
}
