/** Cuts a tunebook into parts that the service takes, at the borders of its tunes. */

import { decodeBook, encodingOf } from "./book-encoding.js";
import { join, splitLines } from "./book-fill.js";

/**
 * A part of a tunebook, with the lines in front of the book's first tune, because they concern all tunes.
 *
 * @typedef {object} Part
 * @property {Uint8Array<ArrayBuffer>} bytes
 * @property {number} repeated Lines of the book's head that come before the part's own lines.
 * @property {number} skipped Lines of the book before the part's own lines.
 */

/**
 * @typedef {{ bytes: number, tunes: number }} Limits
 */

/** A book over the limits that cannot be cut, in a sentence. */
export class TooLarge extends Error {}

/**
 * The tunebook in as few parts as these limits allow.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 * @param {Limits} limits
 * @returns {Part[]}
 * @throws {TooLarge} when a tune alone is over the limit
 */
export function cutBook(book, limits) {
  if (fits(book, limits)) return [{ bytes: book, repeated: 0, skipped: 0 }];
  const lines = splitLines(book, encodingOf(book)); // line 0 is the byte order mark
  const starts = startsOf(book);
  const first = starts[0] ?? 1;
  const head = join(lines.slice(0, first));
  /** @type {Part[]} */
  const parts = [];
  /** @param {number} from @param {number} to */
  const close = (from, to) => {
    const bytes = join([head, ...lines.slice(from, to)]);
    parts.push({ bytes, repeated: first - 1, skipped: from - 1 });
  };
  let [from, size, tunes] = [first, head.length, 0];
  for (const [index, start] of starts.entries()) {
    const tune = lines.slice(start, starts[index + 1]).reduce((sum, line) => sum + line.length, 0);
    if (head.length + tune > limits.bytes) throw new TooLarge(tooLarge(start, head.length + tune, limits));
    if (tunes === limits.tunes || size + tune > limits.bytes) {
      close(from, start);
      [from, size, tunes] = [start, head.length, 0];
    }
    size += tune;
    tunes += 1;
  }
  if (!starts.length) throw new TooLarge(tooLarge(1, book.length, limits));
  close(from, lines.length);
  return parts;
}

/**
 * Whether the service takes a book at once.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 * @param {Limits} limits
 */
export function fits(book, limits) {
  return book.length <= limits.bytes && countTunes(book) <= limits.tunes;
}

/**
 * How many tunes a book has: those that begin with `X:`, or one.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 */
export function countTunes(book) {
  return Math.max(1, startsOf(book).length);
}

/**
 * The line of the book that a line of a part is.
 *
 * @param {Part} part
 * @param {number} line
 */
export function lineOfBook({ repeated, skipped }, line) {
  return line > repeated ? line - repeated + skipped : line;
}

/**
 * An answer for a tune of a part as the answer for that tune of the book.
 *
 * @template {import("./book-review.js").BatchAnswer} Answer
 * @param {Part} part
 * @param {Answer} answer
 * @param {number} before Tunes of the book before the part.
 * @returns {Answer}
 */
export function answerOfBook(part, answer, before) {
  /** @param {number} line */
  const moved = (line) => lineOfBook(part, line);
  const after = answer.insert_title_after;
  return {
    ...answer,
    number: answer.number + before,
    line: answer.line === null ? null : moved(answer.line),
    // Below line 0 of the part's own lines is the line above them.
    insert_title_after: after === null ? null : moved(after + 1) - 1,
    titles: answer.titles.map((title) => ({
      ...title,
      first_line: moved(title.first_line),
      last_line: moved(title.last_line),
    })),
  };
}

/**
 * The lines, counted from 1, that begin a tune.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 */
function startsOf(book) {
  return decodeBook(book)
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => (/^[ \t]*X:/.test(line) ? [index + 1] : []));
}

/**
 * @param {number} line
 * @param {number} bytes
 * @param {Limits} limits
 */
function tooLarge(line, bytes, limits) {
  const [has, most] = [bytes, limits.bytes].map((count) => count.toLocaleString("en"));
  return `The tune at line ${line} has ${has} bytes; this service takes at most ${most} at a time.`;
}
