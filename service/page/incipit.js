/** Incipits: the first two bars of a tune, drawn when they come into view. */

import { draw, read } from "./engraving.js";

const BARS = 2;
const WIDTH = 340; // pixels that two bars need; the style sheet makes them smaller
const MOST_LINES = 60; // that a tune's header and its first two bars take

/**
 * The beginning of a tune as a tune of its own, without the fields that would be drawn as text.
 *
 * @param {string[]} lines The lines of the book.
 * @param {number} first The tune's first line, counted from 1.
 * @returns {string} Empty if there is no music.
 */
export function opening(lines, first) {
  /** @type {string[]} */
  const header = [];
  /** @type {string[]} */
  const music = [];
  for (const line of lines.slice(first - 1, first - 1 + MOST_LINES)) {
    const [, letter] = /^[ \t]*([A-Za-z+]):(?![|:])/.exec(line) ?? [];
    if ((music.length || header.length) && (letter === "X" || !line.trim())) break;
    if (letter && "MLK".includes(letter) && !music.length) header.push(line.trim());
    else if (!letter && line.trim() && !line.trimStart().startsWith("%")) music.push(line);
  }
  // A reader of ABC begins the music after K:, and a tune at X:.
  const keyLast = [
    ...header.filter((line) => !line.startsWith("K")),
    header.find((line) => line.startsWith("K")) ?? "K:C",
  ];
  return music.length ? ["X:1", ...keyLast, ...music].join("\n") : "";
}

/**
 * The first two bars of a tune, and its upbeat.
 *
 * @param {string} abc As `opening` gives it.
 * @returns {string} Everything, if abcjs finds no bars.
 */
function firstBars(abc) {
  const last = read(abc).findLast((bar) => bar.number <= BARS);
  const end = last?.signs.at(-1)?.end;
  return end ? `${abc.slice(0, end)}|` : abc;
}

/** Draws incipits when their places come into view: a book may have thousands. */
export class Incipits {
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "200px" });
  /** @type {WeakMap<Element, string>} */
  #texts = new WeakMap();

  /**
   * A place for an incipit.
   *
   * @param {string} abc As `opening` gives it.
   * @returns {HTMLElement}
   */
  place(abc) {
    const place = document.createElement("div");
    place.className = "incipit";
    if (abc) {
      this.#texts.set(place, abc);
      this.#observer.observe(place);
    }
    return place;
  }

  /** Forget all places. */
  clear() {
    this.#observer.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#observer.unobserve(target);
      const abc = firstBars(this.#texts.get(target) ?? "");
      draw(/** @type {HTMLElement} */ (target), abc, { width: WIDTH, plain: true });
      const drawn = target.querySelector("svg");
      drawn?.setAttribute("aria-label", "Its first bars on a staff");
    }
  }
}
