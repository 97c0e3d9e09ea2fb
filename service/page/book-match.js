/** Shows how a tune of a book matches the setting of its title, and the other titles that match. */

import "./match.js";
import { Problem, suggest } from "./api.js";
import { make } from "./dom.js";
import { melody, percent } from "./words.js";

/** @typedef {import("./book-review.js").Row} Row */

const MOST_TITLES = 10;

/**
 * The text of a tune, with the fields in front of the book's first tune, which concern all tunes.
 *
 * @param {string[]} lines of the book
 * @param {number} first the tune's first line, counted from 1
 */
export function tuneText(lines, first) {
  const begins = (/** @type {string} */ line) => /^[ \t]*X:/.test(line);
  const next = lines.findIndex((line, index) => index >= first && begins(line));
  const start = lines.findIndex(begins);
  const head =
    start > 0 && start < first
      ? lines.slice(0, start).filter((line) => /^[A-Zm]:/.test(line) && !/^T:/.test(line))
      : [];
  return [...lines.slice(first - 1, first), ...head, ...lines.slice(first, next < 0 ? lines.length : next)].join("\n");
}

/**
 * Show a row's match in a place of the table.
 *
 * @param {HTMLElement} place
 * @param {Row} row
 * @param {string[]} lines of the book
 * @param {(chosen: number) => void} choose is called when the person prefers another title
 */
export async function showMatch(place, row, lines, choose) {
  const holder = make(
    "div",
    { className: "match-place" },
    make("p", { className: "hint", role: "status" }, "Looking …"),
  );
  const others = otherTitles(row, (chosen) => {
    choose(chosen);
    void showMatch(place, row, lines, choose);
  });
  const focused = place.contains(document.activeElement);
  place.replaceChildren(...others, holder);
  if (focused) place.querySelector("button")?.focus();
  const text = tuneText(lines, row.answer.line);
  try {
    const answer = await suggest(text, { topK: MOST_TITLES });
    const title = answer.suggestions.find((each) => each.id === row.choices[row.chosen].id);
    const match = title && melody(title);
    const view = /** @type {import("./match.js").Match} */ (document.createElement("gan-match"));
    holder.replaceChildren(view);
    if (match) view.show(text, answer.tune, match);
    else
      holder.replaceChildren(make("p", { className: "hint" }, "Taken by itself, the tune does not match this title."));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    holder.replaceChildren(
      make("p", { className: "hint", role: "status" }, `${error.detail} Press Enter twice to try again.`),
    );
  }
}

/**
 * Buttons for the other titles that match, and for the first if the tune is unknown.
 *
 * @param {Row} row
 * @param {(chosen: number) => void} choose
 */
function otherTitles(row, choose) {
  const buttons = row.choices.flatMap((title, index) =>
    index === row.chosen && (row.group !== "unknown" || row.byHand)
      ? []
      : [
          make(
            "button",
            { type: "button", on: { click: () => choose(index) } },
            `${title.title}, ${percent(title.confidence)}`,
          ),
        ],
  );
  if (!buttons.length || row.kept === "place") return [];
  return [
    make(
      "div",
      { className: "other-titles" },
      make("span", {}, row.group === "unknown" ? "Use the title " : "Use instead: "),
      ...buttons,
    ),
  ];
}
