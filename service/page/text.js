/** Places in a text. The service counts code points; strings and text fields count UTF-16 units. */

/** A place that a warning names: line and column, both counted from 1, in code points.
 * @typedef {{ line: number, column: number }} Place */

/** Where the tunes of a text begin: the places of its `X:` lines, in UTF-16 units.
 * @param {string} text */
export function tuneStarts(text) {
  return [...text.matchAll(/^[ \t]*X:/gm)].map((found) => found.index);
}

/** A text up to its second tune.
 * @param {string} text */
export function firstTune(text) {
  return text.slice(0, tuneStarts(text)[1]);
}

/** From places in code points to places in UTF-16 units. */
export class Places {
  /** @type {Uint32Array | null} units before each code point; null when both counts are the same */
  #units = null;
  /** @type {number[]} units before each line */
  #lines = [0];

  /** @param {string} text */
  constructor(text) {
    this.text = text;
    if (/[\uD800-\uDFFF]/.test(text)) {
      const points = [...text];
      this.#units = new Uint32Array(points.length + 1);
      points.forEach((point, index) => {
        /** @type {Uint32Array} */ (this.#units)[index + 1] = this.unit(index) + point.length;
      });
    }
    for (const end of text.matchAll(/\r\n|\n|\r/g)) this.#lines.push(end.index + end[0].length);
  }

  /**
   * The place, in units, of a code point.
   *
   * @param {number} point
   * @returns {number}
   */
  unit(point) {
    if (!this.#units) return Math.min(point, this.text.length);
    return this.#units[Math.min(point, this.#units.length - 1)];
  }

  /**
   * Ranges of code points as ranges of units.
   *
   * @param {[number, number][]} ranges
   * @returns {[number, number][]}
   */
  ranges(ranges) {
    return ranges.map(([start, end]) => [this.unit(start), this.unit(end)]);
  }

  /**
   * What a warning is about: the sign at its place, or the one before it at the end of a line.
   *
   * @param {Place} place
   * @returns {[number, number]} in units
   */
  sign({ line, column }) {
    const index = Math.min(Math.max(line, 1), this.#lines.length) - 1;
    const first = this.#lines[index];
    const written = this.text.slice(first, this.#lines[index + 1]).replace(/[\r\n]+$/, "");
    const points = [...written];
    const at = Math.max(Math.min(column, points.length) - 1, 0);
    const start = first + points.slice(0, at).join("").length;
    return [start, start + (points[at] ?? "").length];
  }
}
