/** Draws two matching melodies as systems: a line of mine, under it the line of the setting, and what joins them. */

import { draw, scaleOf } from "./engraving.js";
import { alignedStarts, breaks, lineStarts, matches, partnerLines, tints } from "./pairing.js";

/** @typedef {import("./engraving.js").Bar} Bar */
/** @typedef {import("./engraving.js").Drawing} Drawing */
/** @typedef {import("./pairing.js").Side} Side */
/** @typedef {{ element: SVGGElement, top: number, bottom: number, right: number, bands: Map<number, Band> }} Staff a drawn line */
/** @typedef {{ left: number, right: number, top: number, bottom: number, label?: SVGTextElement }} Band where a bar is */

const SVG = "http://www.w3.org/2000/svg";
const BAR_WIDTH = 170; // pixels
const MOST_BARS = 4; // in a line
const FEWEST_BARS = 2;
const TINTS = 4; // colours of matching bars
const LABEL = 14; // pixels for the numbers of bars above a staff
const GAP = 18; // between the two staves

/**
 * Draw the systems into an element.
 *
 * @param {HTMLElement} place
 * @param {{ abc: string, side: Side }} mine
 * @param {{ abc: string, side: Side, transpose: number }} theirs
 * @returns {{ mine: Drawing, theirs: Drawing } | null} null when one of them cannot be drawn
 */
export function drawSystems(place, mine, theirs) {
  const width = Math.max(place.clientWidth - 2, 200);
  const perLine = Math.min(Math.max(Math.floor(width / BAR_WIDTH), FEWEST_BARS), MOST_BARS);
  const starts = lineStarts(mine.side.bars, perLine);
  const theirStarts = lineStarts(theirs.side.bars, perLine, alignedStarts(mine.side, starts));
  const scratch = [0, 1].map(() => place.appendChild(document.createElement("div")));
  const first = draw(scratch[0], mine.abc, { width, plain: true, breaks: breaks(mine.side.bars, starts) });
  const second = draw(scratch[1], theirs.abc, {
    width,
    plain: true,
    breaks: breaks(theirs.side.bars, theirStarts),
    transpose: theirs.transpose,
  });
  if (first && second) {
    const tinted = tints(mine.side.partners, TINTS);
    const above = staves(first, mine.side, tinted.mine, "mine");
    const below = staves(second, theirs.side, tinted.theirs, "theirs");
    const partners = partnerLines(mine.side, starts, theirStarts);
    const systems = above.map((staff, line) =>
      system(width, staff, below[partners[line] ?? -1] ?? null, mine.side, theirs.side),
    );
    const rest = below
      .filter((_, line) => !partners.includes(line))
      .map((staff) => system(width, null, staff, mine.side, theirs.side));
    for (const each of scratch) each.remove();
    place.append(...systems);
    if (rest.length) place.append(heading(), ...rest);
    return { mine: first, theirs: second };
  }
  for (const each of scratch) each.remove();
  return null;
}

function heading() {
  const line = document.createElement("p");
  line.className = "legend";
  line.textContent = "The rest of the setting:";
  return line;
}

/** One line of mine with the matching line of the setting under it.
 * @param {number} width
 * @param {Staff | null} above
 * @param {Staff | null} below
 * @param {Side} mine
 * @param {Side} theirs */
function system(width, above, below, mine, theirs) {
  const upper = above ? above.bottom - above.top : 0;
  const lower = below ? below.bottom - below.top : 0;
  const gap = above && below ? GAP : 0;
  const height = upper + gap + lower;
  const scale = scaleOf(width);
  const widest = Math.max(...[above, below].map((staff) => staff?.right ?? 0), width / scale);
  const svg = make("svg", {
    class: above ? "system" : "system rest",
    "aria-hidden": "true",
    width: widest * scale,
    height: height * scale,
    viewBox: `0 0 ${widest} ${height}`,
  });
  const joins = svg.appendChild(make("g", { class: "joins" }));
  for (const [staff, shift] of /** @type {[Staff | null, number][]} */ ([
    [above, 0],
    [below, upper + gap],
  ])) {
    if (!staff) continue;
    staff.element.setAttribute("transform", `translate(0 ${shift - staff.top})`);
    svg.append(staff.element);
  }
  for (const [index, partner] of mine.partners) {
    const [from, to] = [above?.bands.get(index), below?.bands.get(partner)];
    // What matches a bar that stands elsewhere says its number.
    if (from?.label && !to) from.label.textContent += ` = ${theirs.bars[partner].number}`;
    if (!from || !to || !above || !below) continue;
    joins.append(
      make("line", {
        x1: (from.left + from.right) / 2,
        y1: from.bottom - above.top,
        x2: (to.left + to.right) / 2,
        y2: to.top - below.top + upper + gap,
      }),
    );
  }
  return svg;
}

/** The lines of a drawing, taken out of it, with a band behind each bar, its number, and marks at notes that differ.
 * @param {Drawing} drawing
 * @param {Side} side
 * @param {Map<number, number>} tints of bars, by their index
 * @param {string} name of the side
 * @returns {Staff[]} */
function staves(drawing, side, tints, name) {
  /** @type {Map<Element, [number, Bar][]>} */
  const lines = new Map();
  drawing.bars.forEach((bar, index) => {
    const group = bar.signs.find((sign) => sign.drawn)?.drawn?.closest("svg > g");
    if (group) lines.set(group, [...(lines.get(group) ?? []), [index, bar]]);
  });
  return [...lines].map(([group, bars]) => {
    const box = /** @type {SVGGElement} */ (group).getBBox();
    const bands = bandsOf(bars, box);
    const element = make("g", { class: `staff-line ${name}` });
    const labels = Math.min(box.y - 12, ...[...bands.values()].map((band) => band.top - 5)); // above every mark
    for (const [index, bar] of bars) {
      const band = /** @type {Band} */ (bands.get(index));
      band.label = label(bar.number, band.left + 2, labels);
      const tint = tints.get(index);
      const kind = tint === undefined ? "alone" : `tint-${tint}`;
      element.append(
        make("rect", {
          class: `band ${kind}`,
          "data-bar": index,
          "data-side": name,
          rx: 3,
          x: band.left,
          y: band.top,
          width: Math.max(band.right - band.left, 4),
          height: band.bottom - band.top,
        }),
        band.label,
        ...bar.signs.flatMap((sign) => mark(side, sign)),
      );
    }
    element.append(group);
    return { element, top: labels - LABEL, bottom: box.y + box.height + 6, right: box.x + box.width + 1, bands };
  });
}

/** @param {[number, Bar][]} bars of one line @param {DOMRect} box of the line
 * @returns {Map<number, Band>} */
function bandsOf(bars, box) {
  const lines = bars.map(([, bar]) => bar.barLine?.getBBox()).filter((each) => each !== undefined);
  const staff = lines.length ? lines.reduce((a, b) => (a.height < b.height ? a : b)) : box;
  let left = Math.min(...signBoxes(bars[0][1]).map((each) => each.x)) - 8;
  const bands = new Map();
  for (const [index, bar] of bars) {
    const end = bar.barLine?.getBBox();
    const right = end ? end.x : Math.max(...signBoxes(bar).map((each) => each.x + each.width)) + 8;
    bands.set(index, { left: left + 1, right: right - 1, top: staff.y - 9, bottom: staff.y + staff.height + 9 });
    left = end ? end.x + end.width : right;
  }
  return bands;
}

/** @param {Bar} bar */
function signBoxes(bar) {
  const boxes = bar.signs.flatMap((sign) => (sign.drawn ? [sign.drawn.getBBox()] : []));
  return boxes.length ? boxes : [new DOMRect()];
}

/** @param {number} number @param {number} x @param {number} y */
function label(number, x, y) {
  const text = make("text", { class: "bar-number", x, y });
  text.textContent = number ? String(number) : "";
  return text;
}

/** Colours a note that differs, and puts a mark above it: colour is not the only sign.
 * @param {Side} side @param {import("./engraving.js").Sign} sign */
function mark(side, sign) {
  if (!sign.drawn || sign.name === null || matches(side, sign) !== false) return [];
  sign.drawn.classList.add("differs");
  const box = sign.drawn.getBBox();
  const [x, y] = [box.x + box.width / 2, box.y - 3];
  return [make("path", { class: "differs-mark", d: `M ${x - 4} ${y - 7} L ${x + 4} ${y - 7} L ${x} ${y} Z` })];
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[Tag]} */
function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
