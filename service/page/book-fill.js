/** Fills titles into the bytes of a tunebook. Every byte that is not part of such a title stays as it is. */

import { encode, encodingOf } from "./book-encoding.js";
import { escapeTitle, isPlaceholder } from "./book-title.js";

const TITLE = /^([ \t]*T(?:itle)?:[ \t]*)([^%]*?)[ \t]*(?:%.*)?[\r\n]*$/i;

/**
 * @typedef {object} TitleLines
 * @property {string} text
 * @property {number} first_line
 * @property {number} last_line
 */

/**
 * Where a tune's title belongs, as `POST /suggest-titles/batch` answers.
 *
 * @typedef {object} Place
 * @property {TitleLines[]} titles
 * @property {number | null} insert_title_after
 */

/**
 * The tunebook with these titles. A title replaces the first `T:` if that is a placeholder such as "Gan Ainm"; else it
 * gets a line of its own above the titles that the tune has. A tune without a line of its own gets no title.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 * @param {{place: Place, title: string}[]} accepted
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fillTitles(book, accepted) {
  const encoding = encodingOf(book);
  const lines = splitLines(book, encoding); // line 0 is the byte order mark: the number of a line is its index
  const parts = lines.map((line) => [line]);
  const found = lineEnd(lines[1] ?? book, encoding);
  const usual = found.length ? found : encode("\n", encoding);
  for (const { place, title } of accepted) {
    const after = place.insert_title_after;
    if (after === null) continue;
    const text = encode(escapeTitle(title), encoding);
    const field = encode("T:", encoding);
    const number = place.titles[0]?.first_line ?? 0;
    const around = number === place.titles[0]?.last_line && aroundPlaceholder(lines[number], encoding);
    if (around) {
      parts[number][0] = join([around[0], text, around[1]]);
    } else {
      const end = lineEnd(lines[after], encoding);
      if (after && !end.length) parts[after].push(usual, field, text);
      else parts[after].push(field, text, end.length ? end : usual);
    }
  }
  return join(parts.flat());
}

/**
 * What stands before and after the placeholder in a `T:` line; null if it has another title, or more than a title.
 *
 * @param {Uint8Array<ArrayBuffer>} line
 * @param {import("./book-encoding.js").Encoding} encoding
 * @returns {[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] | null}
 */
function aroundPlaceholder(line, encoding) {
  const match = TITLE.exec(new TextDecoder(encoding.label, { ignoreBOM: true }).decode(line));
  if (!match || !isPlaceholder(match[2])) return null;
  const [before, placeholder] = [match[1], match[2]].map((text) => encode(text, encoding).length);
  return [line.subarray(0, before), line.subarray(before + placeholder)];
}

/**
 * The byte order mark, and then the lines with their ends: CR LF, CR or LF, and nothing else ends a line.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 * @param {import("./book-encoding.js").Encoding} encoding
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
export function splitLines(book, { label, width, mark }) {
  const [low, high] = label === "utf-16be" ? [1, 0] : [0, 1];
  /** @param {number} at */
  const unit = (at) => (width === 1 ? book[at] : book[at + low] + 256 * book[at + high]);
  const lines = [book.subarray(0, mark)];
  let start = mark;
  for (let at = mark; at < book.length; at += width) {
    const sign = unit(at);
    if (sign === 10 || (sign === 13 && !(at + width < book.length && unit(at + width) === 10))) {
      lines.push(book.subarray(start, at + width));
      start = at + width;
    }
  }
  if (start < book.length) lines.push(book.subarray(start));
  return lines;
}

/**
 * The bytes that end a line; none if the book ends with it, and for a byte order mark.
 *
 * @param {Uint8Array<ArrayBuffer>} line
 * @param {import("./book-encoding.js").Encoding} encoding
 * @returns {Uint8Array<ArrayBuffer>}
 */
function lineEnd(line, encoding) {
  for (const sign of ["\r\n", "\n", "\r"]) {
    const end = encode(sign, encoding);
    const tail = line.subarray(Math.max(0, line.length - end.length));
    if (tail.length === end.length && tail.every((byte, index) => byte === end[index])) return tail;
  }
  return new Uint8Array();
}

/**
 * Parts, one after the other.
 *
 * @param {Uint8Array<ArrayBuffer>[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
