/** What the history remembers of an answer, and the tunebook that it makes. */

import { withTitle } from "./titled.js";
import { LIKELY } from "./words.js";

/** @typedef {import("./api.js").Answer} Answer */
/** An answer: when (in milliseconds since 1970), for which text, and whether the user marked it.
 * @typedef {{ id: number, when: number, abc: string, answer: Answer, favourite: boolean }} Entry */

const SAME = 0.8; // of a text, when somebody mends a tune

/**
 * Whether something stored is an entry that can be shown.
 *
 * @param {any} stored
 */
export function isEntry(stored) {
  const { when, abc, answer } = stored;
  const texts = [abc, answer?.tune?.key, answer?.tune?.meter, answer?.tune?.rhythm];
  return (
    Math.abs(when) < 8.64e15 && // the last moment that a Date can be
    texts.every((text) => typeof text === "string") &&
    Array.isArray(answer.suggestions) &&
    (answer.parts ?? []).every?.((/** @type {any} */ part) => typeof part?.title === "string") &&
    answer.suggestions.every(
      (/** @type {any} */ title) =>
        typeof title?.title === "string" && Array.isArray(title.aliases) && Array.isArray(title.evidence),
    )
  );
}

/**
 * The name that an answer gives.
 *
 * @param {Answer} answer
 * @returns {string} empty when the tune is not known
 */
export function nameOf(answer) {
  const [first] = answer.suggestions;
  return answer.known && first ? first.title : "";
}

/**
 * Whether one text is an edit of the other: most of it is the same at the beginning and the end.
 *
 * @param {string} before
 * @param {string} after
 */
export function isEdit(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  // Somebody who types begins with little, and adds at the end.
  return start === shorter || start + end >= SAME * Math.max(before.length, after.length);
}

/**
 * A tunebook of the first tune of each text. A likely title comes first in its tune, before those that it has.
 *
 * @param {Entry[]} entries
 */
export function asTunebook(entries) {
  const tunes = entries.map(({ abc, answer }, index) => {
    const tune = numbered(firstTune(abc), index + 1);
    const isLikely = (answer.suggestions[0]?.confidence ?? 0) >= LIKELY;
    return isLikely && nameOf(answer) ? withTitle(tune, nameOf(answer)) : tune;
  });
  return tunes.join("\n");
}

/**
 * @param {string} text
 * @returns {string[]} lines
 */
function firstTune(text) {
  const lines = text.trim().split(/\r\n|\n|\r/);
  const begin = Math.max(
    lines.findIndex((line) => /^X:/.test(line)),
    0,
  ); // what stands before is no tune
  const rest = lines.slice(begin);
  const end = rest.findIndex((line, index) => index > 0 && (line.trim() === "" || /^X:/.test(line)));
  return end < 0 ? rest : rest.slice(0, end);
}

/**
 * @param {string[]} lines
 * @param {number} number
 */
function numbered(lines, number) {
  const rest = lines.filter((line) => !/^X:/.test(line));
  // Other programs want a key; a text that has none is read in C.
  if (!rest.some((line) => /^K:/.test(line))) rest.unshift("K:C");
  return `${[`X:${number}`, ...rest].join("\n")}\n`;
}
