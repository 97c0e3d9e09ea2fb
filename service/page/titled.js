/** Writes a title into a tune. */

const PLACEHOLDER = /^(?:gan ainm|untitled|unknown|no title|unnamed|title|tune|\?*|-*)$/i;

/**
 * The text with a `T:` for its first tune. An existing title becomes its second, a placeholder such as "Gan Ainm" goes.
 * A text without `X:` gets one, so that other programs read it, too.
 *
 * @param {string} abc
 * @param {string} title
 * @returns {string}
 */
export function withTitle(abc, title) {
  const end = /\r\n|\n|\r/.exec(abc)?.[0] ?? "\n";
  const lines = abc.split(/\r\n|\n|\r/);
  let head = lines.findIndex((line) => /^X:/.test(line));
  if (head < 0) {
    head = 0;
    lines.unshift("X:1");
  }
  const after = lines.slice(head + 1);
  const length = after.findIndex((line) => !/^(?:[A-Za-z+]:|%|\s*$)/.test(line) || /^X:/.test(line));
  const header = after.slice(0, length < 0 ? after.length : length);
  const first = header.findIndex((line) => /^T:/.test(line));
  const old = first < 0 ? null : header[first].slice(2).trim();
  if (old === title) return lines.join(end);
  const place = head + 1 + Math.max(first, 0);
  lines.splice(place, old !== null && PLACEHOLDER.test(old) ? 1 : 0, `T:${title}`);
  return lines.join(end);
}
