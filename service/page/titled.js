/** Writes a title into a tune. */

import { isPlaceholder } from "./book-title.js";

/**
 * The text with a `T:` for its first tune. An existing title becomes its second, a placeholder such as "Gan Ainm" goes.
 * A text without `X:` gets one, so that other programs read it, too.
 *
 * @param {string} abc
 * @param {string} title
 * @returns {string}
 */
export function withTitle(abc, title) {
  /** @type {string[]} each with its end */
  const lines = abc.match(/.*(?:\r\n|[\r\n])|.+$/g) ?? [];
  const end = /[\r\n]+$/.exec(lines.find((line) => /^X:/.test(line)) ?? lines[0] ?? "")?.[0] ?? "\n";
  if (!lines.some((line) => /^X:/.test(line))) lines.unshift(`X:1${end}`);
  const first = lines.findIndex((line) => /^X:/.test(line)) + 1;
  const rest = lines.slice(first);
  const music = rest.findIndex((line) => !/^(?:[A-WYZa-z+]:|%)/.test(line));
  const found = rest.slice(0, music < 0 ? rest.length : music).findIndex((line) => /^T:/.test(line));
  const old = found < 0 ? null : rest[found].slice(2).trim();
  if (old === title) return lines.join("");
  const replaced = old !== null && isPlaceholder(old) ? 1 : 0;
  lines.splice(first + Math.max(found, 0), replaced, `T:${title}${end}`);
  return lines.join("");
}
