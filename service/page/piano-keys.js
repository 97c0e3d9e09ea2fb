/** `<gan-piano-keys>`: two octaves of piano keys. Tells `note` with `{ midi }` for each that is pressed.
 *
 * The keys are one stop of the Tab key: arrows move among them, Home and End go to the ends, Enter and Space press. */

import { make, tell } from "./dom.js";
import { pitchName, placeAfter } from "./notes.js";

const KEYS = 25; // two octaves, and the C above
const LOWEST = 24;
const HIGHEST = 84; // lowest key at most
const PRINTED = ["C", "", "D", "", "E", "F", "", "G", "", "A", "", "B"]; // on the keys of an octave; black ones are empty
const MOVES = new Map(
  Object.entries({ ArrowLeft: -1, ArrowRight: 1, ArrowDown: -12, ArrowUp: 12, Home: -99, End: 99 }),
);

export class GanPianoKeys extends HTMLElement {
  #lowest = 60;
  #place = placeAfter("");

  connectedCallback() {
    if (this.children.length > 0) return;
    this.role = "group";
    this.ariaLabel = "Piano keys";
    for (let index = 0; index < KEYS; index++) {
      const kind = PRINTED[index % 12] ? "white" : "black";
      this.append(make("button", { type: "button", className: kind, tabIndex: index === 0 ? 0 : -1 }));
    }
    this.addEventListener("click", (event) => {
      const index = this.#keys.indexOf(/** @type {any} */ (event.target).closest("button"));
      if (index < 0) return;
      this.#focusable(index);
      tell(this, "note", { midi: this.#lowest + index });
    });
    this.addEventListener("keydown", (event) => this.#move(event));
    this.#label();
  }

  /** What holds where the next note will be written: it decides how keys are named. */
  set place(/** @type {import("./notes.js").Place} */ place) {
    this.#place = place;
    this.#label();
  }

  /**
   * Move the keyboard by octaves.
   *
   * @param {number} octaves
   * @returns {string} what it begins with now
   */
  shift(octaves) {
    this.#lowest = Math.min(Math.max(this.#lowest + 12 * octaves, LOWEST), HIGHEST);
    this.#label();
    return pitchName(this.#lowest, this.#place);
  }

  get #keys() {
    return /** @type {HTMLButtonElement[]} */ ([...this.children]);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const move = MOVES.get(event.key);
    if (move === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = this.#keys.indexOf(/** @type {any} */ (document.activeElement));
    const to = Math.min(Math.max(from + move, 0), KEYS - 1);
    this.#focusable(to);
    this.#keys[to]?.focus();
  }

  /** @param {number} index */
  #focusable(index) {
    this.#keys.forEach((key, other) => {
      key.tabIndex = other === index ? 0 : -1;
    });
  }

  #label() {
    this.#keys.forEach((key, index) => {
      const midi = this.#lowest + index;
      key.ariaLabel = pitchName(midi, this.#place);
      key.textContent = (PRINTED[index % 12] ?? "") + (index % 12 === 0 ? ` ${midi / 12 - 1}` : "");
    });
  }
}

customElements.define("gan-piano-keys", GanPianoKeys);
