/** `<gan-match>`: my tune above the setting that matches it, both in my key, to see and to hear. */

import { find, make } from "./dom.js";
import { read } from "./engraving.js";
import { barTable, controls } from "./match-parts.js";
import { pace, pair } from "./pairing.js";
import { Player } from "./player.js";
import { drawSystems } from "./systems.js";
import { Places } from "./text.js";
import { difference } from "./words.js";

/** @typedef {import("./api.js").Melody} Melody */
/** @typedef {import("./player.js").Sound} Sound */
/** @typedef {import("./match-parts.js").SideName} SideName */
/** @typedef {ReturnType<typeof pair>} Pairing */
/** @typedef {NonNullable<ReturnType<typeof drawSystems>>} Drawings */
/** @typedef {{ text: string, tune: import("./api.js").Tune, evidence: Melody }} Shown */

const BREATH = 0.5; // whole notes of silence between mine and theirs

export class Match extends HTMLElement {
  #player = new Player();
  #resizing = new ResizeObserver(() => this.#drawSoon());
  #frame = 0;
  #width = 0;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Pairing | null} */
  #pairing = null;
  /** @type {Drawings | null} */
  #drawings = null;

  /** Show how a tune matches a setting.
   * @param {string} text that the tune was read from
   * @param {import("./api.js").Tune} tune
   * @param {Melody} evidence */
  show(text, tune, evidence) {
    this.#shown = { text, tune, evidence };
    this.replaceChildren(
      make("p", { className: "difference" }, difference(evidence)),
      controls(this.#player.tempo, {
        play: (sides) => this.#play(sides, this.#starts()),
        stop: () => this.#stop(),
        tempo: (tempo) => {
          this.#player.tempo = tempo;
        },
      }),
      make(
        "p",
        { className: "legend" },
        "Yours above, the printed setting below, in your key. Matching bars share a colour and a line; ",
        make("span", { className: "legend-mark" }, "\u25BE"),
        " marks notes that differ.",
      ),
      make("div", {
        className: "systems",
        tabIndex: 0,
        role: "region",
        "aria-label": "Both melodies on staves",
        on: { click: (/** @type {MouseEvent} */ event) => this.#clicked(event) },
      }),
      make("div", { className: "for-screen-readers" }),
    );
    this.#draw();
    this.#resizing.observe(this);
  }

  disconnectedCallback() {
    this.#player.stop();
    this.#resizing.disconnect();
  }

  #drawSoon() {
    if (Math.abs(this.clientWidth - this.#width) < 2) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    if (!this.#shown) return;
    const { text, tune, evidence } = this.#shown;
    const setting = evidence.setting.abc ?? "";
    const ranges = new Places(text).ranges(tune.ranges ?? []);
    const theirRanges = new Places(setting).ranges(evidence.setting.ranges ?? []);
    const pairing = pair(read(text), read(setting), ranges, theirRanges, evidence);
    this.#pairing = pairing;
    const systems = find(this, ".systems");
    this.#width = this.clientWidth;
    this.#stop();
    systems.replaceChildren();
    this.#drawings = drawSystems(
      systems,
      { abc: text, side: pairing.mine },
      { abc: setting, side: pairing.theirs, transpose: evidence.transposition },
    );
    if (!this.#drawings) systems.append(make("p", {}, "These notes cannot be drawn here."));
    const { mine, theirs } = this.#drawings ?? {};
    const table = mine && theirs ? barTable(mine.bars, theirs.bars, pairing.mine.partners) : "";
    find(this, ".for-screen-readers").replaceChildren(table);
  }

  /** Where both begin, as indices of bars: at the bar of the field "From bar", and at the one that matches it. */
  #starts() {
    const number = Number(/** @type {HTMLInputElement} */ (find(this, ".from-bar")).value);
    const { bars, partners } = /** @type {Pairing} */ (this.#pairing).mine;
    // From bar 1 means with the upbeat.
    const mine =
      number <= 1
        ? 0
        : Math.max(
            bars.findIndex((bar) => bar.number >= number),
            0,
          );
    return { mine, theirs: mine ? (partners.get(mine) ?? 0) : 0 };
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const staff = /** @type {Element} */ (event.target).closest(".staff-line");
    const bands = /** @type {SVGRectElement[]} */ ([...(staff?.querySelectorAll(".band") ?? [])]);
    const band = bands.find((each) => {
      const { left, right } = each.getBoundingClientRect();
      return left <= event.clientX && event.clientX <= right;
    });
    const bar = Number(band?.dataset.bar);
    if (band) this.#play([/** @type {SideName} */ (band.dataset.side)], { mine: bar, theirs: bar });
  }

  /** @param {SideName[]} sides one after the other
   * @param {Record<SideName, number>} starts index of the first bar of each */
  #play(sides, starts) {
    /** @type {Sound[]} */
    const sounds = [];
    let end = 0;
    for (const side of sides) {
      const heard = this.#sounds(side, starts[side]);
      const begin = heard[0]?.start ?? 0;
      for (const sound of heard) sounds.push({ ...sound, start: sound.start - begin + end });
      const last = sounds.at(-1);
      end = (last ? last.start + last.length : 0) + BREATH;
    }
    this.#stop();
    this.#stopButton.setAttribute("aria-disabled", "false");
    this.#player.play(sounds, (sound) => this.#point(sound));
  }

  get #stopButton() {
    return find(this, ".stop");
  }

  /** What sounds from a bar on.
   * @param {SideName} side @param {number} first index of a bar
   * @returns {Sound[]} */
  #sounds(side, first) {
    const drawing = this.#drawings?.[side];
    if (!drawing) return [];
    const scale = side === "theirs" ? this.#pace() : 1;
    const all = drawing.sounds(side === "theirs" ? this.#shown?.evidence.transposition : 0);
    const begin = drawing.bars[first]?.signs[0]?.start ?? 0;
    const from = Math.max(
      all.findIndex((sound) => sound.place >= begin),
      0,
    );
    return all.slice(from).map((sound) => ({
      pitch: sound.pitch,
      start: sound.start * scale,
      length: sound.length * scale,
      data: { side, place: sound.place },
    }));
  }

  /** By how much the setting's lengths must be scaled so that both melodies move alike. */
  #pace() {
    const { mine, theirs } = /** @type {Drawings} */ (this.#drawings);
    const { text, tune, evidence } = /** @type {Shown} */ (this.#shown);
    const [here, there] = [new Places(text), new Places(evidence.setting.abc ?? "")];
    const pairs = (evidence.notes ?? []).flatMap(([a, b]) => {
      const first = mine.signAt(here.unit(tune.ranges?.[a]?.[0] ?? -1));
      const second = theirs.signAt(there.unit(evidence.setting.ranges?.[b]?.[0] ?? -1));
      return first && second ? [{ first, second }] : [];
    });
    return pace(
      pairs.map((each) => each.first),
      pairs.map((each) => each.second),
    );
  }

  /** Move the cursor to the note that sounds.
   * @param {Sound | null} sound */
  #point(sound) {
    for (const each of this.querySelectorAll(".playing")) each.classList.remove("playing");
    if (!sound) return this.#stop();
    const drawn = this.#drawings?.[/** @type {SideName} */ (sound.data.side)].signAt(sound.data.place)?.drawn;
    drawn?.classList.add("playing");
    const system = drawn?.closest("svg");
    if (system && system.getBoundingClientRect().bottom > window.innerHeight)
      system.scrollIntoView({ block: "center" });
  }

  #stop() {
    this.#player.stop();
    for (const each of this.querySelectorAll(".playing")) each.classList.remove("playing");
    this.#stopButton.setAttribute("aria-disabled", "true"); // a disabled button would lose the focus
  }
}

customElements.define("gan-match", Match);
