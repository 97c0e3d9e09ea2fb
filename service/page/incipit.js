/** Incipits: the first two bars of a tune, drawn when they come into view. */

const BARS = 2;
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
  const [header, music] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
  for (const line of lines.slice(first - 1, first - 1 + MOST_LINES)) {
    const [, letter] = /^[ \t]*([A-Za-z+]):(?![|:])/.exec(line) ?? [];
    if ((music.length || header.length) && (letter === "X" || !line.trim())) break;
    if (letter && "MLK".includes(letter) && !music.length) header.push(line.trim());
    else if (!letter && line.trim() && !line.trimStart().startsWith("%")) music.push(line);
  }
  // A reader of ABC begins the music after K:, and a tune at X:.
  const keyLast = [...header.filter((line) => !line.startsWith("K")), header.find((line) => line.startsWith("K")) ?? "K:C"];
  return music.length ? ["X:1", ...keyLast, ...music].join("\n") : "";
}

/**
 * The first two bars of a tune, and its upbeat.
 *
 * @param {any} abcjs
 * @param {string} abc As `opening` gives it.
 * @returns {string} Everything, if abcjs finds no bars.
 */
export function firstBars(abcjs, abc) {
  const [tune] = abcjs.extractMeasures(abc);
  if (!tune?.measures.length) return abc;
  const bars = tune.measures.slice(0, BARS + (tune.hasPickup ? 1 : 0));
  return tune.header + bars.map((/** @type {{abc: string}} */ bar) => bar.abc.trim()).join(" ").replaceAll("\n", " ");
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
      drawIncipit(/** @type {HTMLElement} */ (target), this.#texts.get(target) ?? "");
    }
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} abc
 */
function drawIncipit(place, abc) {
  const abcjs = /** @type {any} */ (globalThis).ABCJS;
  const padding = { paddingtop: 0, paddingbottom: 0, paddingleft: 0, paddingright: 0 };
  try {
    abcjs.renderAbc(place, firstBars(abcjs, abc), { ...padding, staffwidth: 300, scale: 0.7, add_classes: true });
  } catch {
    place.textContent = ""; // a picture is only an aid, and abcjs fails at some tunes that the service reads
  }
}
