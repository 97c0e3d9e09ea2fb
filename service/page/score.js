/** `<gan-score>`: a tune as staff notation, and as a table of bars and note names for who cannot see it. */

import { find, make } from "./dom.js";
import { draw, MOST_DRAWN } from "./engraving.js";

const BAR_WIDTH = 140; // pixels that a bar needs to be legible
const LONG = 2000; // characters; drawing more takes longer than a key
const PAUSE = 400; // milliseconds
const FEWEST = 2; // bars of a line, however narrow it is

class Score extends HTMLElement {
  #abc = "";
  #width = 0;
  #frame = 0;
  #timer = 0;
  /** @type {import("./engraving.js").Drawing | null} */
  drawing = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make(
        "div",
        { className: "staff", tabIndex: 0, role: "region", "aria-label": "Your tune on a staff" },
        make("div"),
      ),
      make("p", { className: "too-long quiet", hidden: true }, "This is too long to draw."),
      make("div", { className: "for-screen-readers bars" }),
    );
    new ResizeObserver(([{ contentRect }]) => {
      if (Math.abs(contentRect.width - this.#width) > 1) this.#drawSoon();
    }).observe(this);
    this.#draw();
  }

  get abc() {
    return this.#abc;
  }

  /** The tune. It is drawn before the next frame; a long one when nothing has changed for a while. */
  set abc(abc) {
    if (abc === this.#abc) return;
    this.#abc = abc;
    clearTimeout(this.#timer);
    if (abc.length > LONG) this.#timer = window.setTimeout(() => this.#drawSoon(), PAUSE);
    else this.#drawSoon();
  }

  #drawSoon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const staff = find(this, ".staff > div");
    this.#width = this.clientWidth;
    const drawn = this.#abc.trim() && this.#width ? draw(staff, this.#abc, this.#layout()) : null;
    this.drawing = drawn?.signs.length ? drawn : null;
    this.classList.toggle("empty", !this.drawing);
    find(this, ".too-long").hidden = this.#abc.length <= MOST_DRAWN;
    if (!this.drawing) staff.replaceChildren();
    staff.querySelector("svg")?.setAttribute("aria-label", "Your tune on a staff");
    find(this, ".bars").replaceChildren(...(this.drawing ? [barTable(this.drawing.bars)] : []));
  }

  #layout() {
    const width = this.#width - 2;
    return { width, perLine: Math.max(FEWEST, Math.floor(width / BAR_WIDTH)) };
  }
}

/** A table of bars and the names of their notes.
 * @param {import("./engraving.js").Bar[]} bars */
function barTable(bars) {
  const rows = bars.map((bar) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, bar.number ? `Bar ${bar.number}` : "Upbeat"),
      make("td", {}, bar.signs.map((sign) => sign.name ?? "rest").join(", ")),
    ),
  );
  return make(
    "table",
    {},
    make("caption", {}, "The notes of your tune, bar by bar"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Bar"), make("th", { scope: "col" }, "Notes"))),
    make("tbody", {}, ...rows),
  );
}

customElements.define("gan-score", Score);
