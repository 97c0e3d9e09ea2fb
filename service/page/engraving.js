/** Draws ABC with abcjs, and says where each bar and note is: in the text and in the drawing.
 *
 * abcjs's warnings are HTML that may hold text of the tune, so nothing here reads them.
 */

import { beamed } from "./beams.js";

/** A note, a chord or a rest. `start` and `end` are places in the text in UTF-16 units; `name` is null for a rest.
 * @typedef {{ start: number, end: number, name: string | null, length: number, drawn: SVGGraphicsElement | null }} Sign */

/** A bar. `number` counts as the service does; `last` is the place of its bar line among all bar lines; `line` is its
 * line of the drawing, and `barLine` the bar line at its end.
 * @typedef {{ number: number, signs: Sign[], last: number, line: number, barLine: SVGGraphicsElement | null }} Bar */

const LETTERS = "CDEFGAB";
const SIGNS = /** @type {Record<string, string>} */ ({
  sharp: " sharp",
  flat: " flat",
  dblsharp: " double sharp",
  dblflat: " double flat",
  natural: "",
});
/** Characters of a text that is drawn. abcjs takes a second for more. */
export const MOST_DRAWN = 8_000;

const NARROW = 480; // pixels; on narrower paper the notes are smaller
const SMALLER = 0.8;
const HIDDEN = /^[A-JNOPQRSTWZw]:/gm; // fields that would print text around the notes

/** A tune as abcjs has drawn it. */
export class Drawing {
  /**
   * @param {HTMLElement} place where it is drawn
   * @param {any} tune of abcjs
   */
  constructor(place, tune) {
    this.place = place;
    this.tune = tune;
    this.bars = readBars(tune);
    this.signs = this.bars.flatMap((bar) => bar.signs);
  }

  /** The sign that stands at a place of the text.
   * @param {number} place */
  signAt(place) {
    return this.signs.find((sign) => sign.start <= place && place < sign.end) ?? null;
  }

  /** What sounds when the tune is played with its repeats: MIDI pitch, start and length in whole notes, and the place
   * in the text.
   * @param {number} [semitones] to add to each pitch
   * @returns {{ pitch: number, start: number, length: number, place: number }[]} */
  sounds(semitones = 0) {
    const melody = this.tune.setUpAudio({ midiTranspose: semitones, chordsOff: true }).tracks[0] ?? [];
    return melody
      .filter((/** @type {any} */ event) => event.cmd === "note")
      .map((/** @type {any} */ note) => ({
        pitch: note.pitch,
        start: note.start,
        length: note.duration,
        place: note.startChar,
      }));
  }
}

/**
 * Draw a tune; null when there is nothing to draw, or too much. On a narrow screen it is smaller.
 *
 * @param {HTMLElement} place
 * @param {string} abc
 * @param {{ width: number, perLine?: number, breaks?: number[], transpose?: number, plain?: boolean }} options
 *   `width` in pixels; `perLine` is how many bars a line may have; `breaks` are the bars, by their `last`, that end a
 *   line; `transpose` in semitones; `plain` leaves all text around the notes out, and joins notes of a beat
 * @returns {Drawing | null}
 */
export function draw(place, abc, { width, perLine = 0, breaks = [], transpose = 0, plain = false }) {
  if (abc.length > MOST_DRAWN) return null;
  const text = plain ? beamed(bare(abc), read(abc)) : abc;
  const ends = breaks.length ? breaks : perLine ? lineEnds(read(text), perLine) : [];
  const scale = scaleOf(width);
  const options = {
    staffwidth: width / scale,
    visualTranspose: transpose,
    selectTypes: false,
    paddingtop: 4,
    paddingbottom: 4,
    paddingleft: 0,
    paddingright: 0,
    ...(ends.length ? { lineBreaks: [ends, ...Array.from({ length: 40 }, () => [])] } : {}),
  };
  try {
    const tune = withoutInlineStyles(() => window.ABCJS.renderAbc(place, text, options)[0]);
    place.removeAttribute("style"); // abcjs sets the size of what holds the drawing
    const svg = place.querySelector("svg");
    if (svg) resize(svg, scale);
    return new Drawing(place, tune);
  } catch {
    place.replaceChildren(); // abcjs stumbles over some texts that are not music
    return null;
  }
}

/** By how much a drawing of a width is smaller.
 * @param {number} width in pixels */
export function scaleOf(width) {
  return width < NARROW ? SMALLER : 1;
}

/** @param {SVGSVGElement} svg @param {number} scale */
function resize(svg, scale) {
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width * scale));
  svg.setAttribute("height", String(height * scale));
}

/** The bars of a text that is not drawn, without text around the notes. None if it is too long to draw.
 * @param {string} abc
 * @returns {Bar[]} */
export function read(abc) {
  if (abc.length > MOST_DRAWN) return [];
  try {
    return readBars(window.ABCJS.parseOnly(bare(abc))[0]);
  } catch {
    return [];
  }
}

/** The text without fields that print words; every sign keeps its place.
 * @param {string} abc */
function bare(abc) {
  return abc.replace(HIDDEN, "%:");
}

/** The bars that should end a line, so that no line has too many. None if the tune's own lines are short enough.
 * @param {Bar[]} bars
 * @param {number} perLine */
function lineEnds(bars, perLine) {
  const counts = new Map();
  for (const bar of bars) counts.set(bar.line, (counts.get(bar.line) ?? 0) + 1);
  if (Math.max(0, ...counts.values()) <= perLine + 1) return [];
  const upbeat = bars[0]?.number === 0 ? 1 : 0;
  const ends = bars.filter((_, index) => (index + 1 - upbeat) % perLine === 0 && index + 1 > upbeat);
  return ends.filter((bar) => bar !== bars.at(-1)).map((bar) => bar.last);
}

/** The bars of the first voice. As in the service, a bar is what stands between two bar lines, and the first is
 * number 0 if it is shorter than the metre says.
 * @param {any} tune
 * @returns {Bar[]} */
function readBars(tune) {
  /** @type {Bar[]} */
  const bars = [];
  let open = /** @type {Bar | null} */ (null);
  let heard = new Map();
  let barLines = 0;
  tune.lines.forEach((/** @type {any} */ line, /** @type {number} */ number) => {
    const staff = line.staff?.[0];
    if (!staff) return;
    let key = alterations(staff.key);
    if (!open) heard = new Map(key);
    for (const element of staff.voices[0] ?? []) {
      if (element.el_type === "key") {
        key = alterations(element);
        heard = new Map(key);
      }
      if (element.el_type === "bar") {
        heard = new Map(key);
        if (open) Object.assign(open, { last: barLines, barLine: drawnAs(element) });
        else if (bars.length) bars[bars.length - 1].last = barLines;
        open = null;
        barLines += 1;
      }
      if (element.el_type !== "note" || element.rest?.type === "spacer") continue;
      if (!open) {
        open = { number: 0, signs: [], last: Number.MAX_SAFE_INTEGER, line: number, barLine: null };
        bars.push(open);
      }
      const names = (element.pitches ?? []).map((/** @type {any} */ pitch) => name(pitch, heard));
      open.signs.push({
        start: element.startChar,
        end: element.endChar,
        name: names.length ? names.join(" and ") : null,
        length: element.duration,
        drawn: drawnAs(element),
      });
    }
  });
  const first = bars.length > 1 && isUpbeat(tune, bars[0]) ? 0 : 1;
  return bars.map((bar, index) => Object.assign(bar, { number: first + index }));
}

/** @param {any} tune @param {Bar} bar */
function isUpbeat(tune, bar) {
  const staff = tune.lines.find((/** @type {any} */ line) => line.staff)?.staff[0];
  if (!staff?.meter || staff.meter.type === "none") return false;
  const { num, den } = tune.getMeterFraction();
  return bar.signs.reduce((sum, sign) => sum + sign.length, 0) < num / den - 1e-6;
}

/** The alterations of a key signature, by letter.
 * @param {any} key
 * @returns {Map<string, string>} */
function alterations(key) {
  return new Map((key?.accidentals ?? []).map((/** @type {any} */ each) => [each.note.toUpperCase(), each.acc]));
}

/** The name of a note, such as "F sharp 4". An alteration holds for all octaves, until the bar line.
 * @param {any} pitch
 * @param {Map<string, string>} heard alterations by letter */
function name(pitch, heard) {
  const letter = LETTERS[((pitch.pitch % 7) + 7) % 7];
  if (pitch.accidental) heard.set(letter, pitch.accidental);
  return `${letter}${SIGNS[heard.get(letter) ?? "natural"] ?? ""} ${4 + Math.floor(pitch.pitch / 7)}`;
}

/** @param {any} element @returns {SVGGraphicsElement | null} */
function drawnAs(element) {
  return element.abselem?.elemset?.[0] ?? null;
}

/** Run abcjs so that it needs no `unsafe-inline`: the page's policy forbids styles that are written as text, and
 * allows the same through the object model. The one style sheet that abcjs adds is for dragging notes.
 * @template Result
 * @param {() => Result} run
 * @returns {Result} */
function withoutInlineStyles(run) {
  const { setAttribute } = Element.prototype;
  const { insertBefore } = Node.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style" && "style" in this) /** @type {SVGElement} */ (this).style.cssText = value;
    else setAttribute.call(this, name, value);
  };
  SVGElement.prototype.insertBefore = /** @type {any} */ (
    /** @this {Node} @param {Node} node @param {Node | null} before */
    function (node, before) {
      return node instanceof SVGStyleElement ? node : insertBefore.call(this, node, before);
    }
  );
  try {
    return run();
  } finally {
    Element.prototype.setAttribute = setAttribute;
    Reflect.deleteProperty(SVGElement.prototype, "insertBefore");
  }
}
