/** Which bars and notes of a tune match which of a setting, and how to break their lines so that they stand together. */

/** @typedef {import("./engraving.js").Bar} Bar */
/** @typedef {import("./engraving.js").Sign} Sign */

const SHORT = 0.6; // a shorter part of a bar is an upbeat, or what one leaves for the last bar

/** One of the two melodies. `starts` are the places of its notes in its text; `matched` are those of the notes that
 * match; `partners` gives the index of the matching bar in the other melody for the index of a bar.
 * @typedef {{ bars: Bar[], starts: Set<number>, matched: Set<number>, partners: Map<number, number> }} Side */

/**
 * Both sides of a match.
 *
 * @param {Bar[]} mine
 * @param {Bar[]} theirs
 * @param {[number, number][]} ranges of my notes in my text, in UTF-16 units
 * @param {[number, number][]} theirRanges of theirs
 * @param {{ bars: [number, number][], notes?: [number, number][] }} evidence
 * @returns {{ mine: Side, theirs: Side }}
 */
export function pair(mine, theirs, ranges, theirRanges, { bars, notes = [] }) {
  const here = indices(mine);
  const there = indices(theirs);
  const partners = new Map();
  const back = new Map();
  for (const [a, b] of bars) {
    const [first, second] = [here.get(a), there.get(b)];
    if (first === undefined || second === undefined) continue;
    partners.set(first, second);
    if (!back.has(second)) back.set(second, first);
  }
  /** @param {[number, number] | undefined} range */
  const start = (range) => range?.[0] ?? -1;
  return {
    mine: {
      bars: mine,
      starts: new Set(ranges.map(start)),
      matched: new Set(notes.map(([a]) => start(ranges[a]))),
      partners,
    },
    theirs: {
      bars: theirs,
      starts: new Set(theirRanges.map(start)),
      matched: new Set(notes.map(([, b]) => start(theirRanges[b]))),
      partners: back,
    },
  };
}

/** @param {Bar[]} bars @returns {Map<number, number>} */
function indices(bars) {
  return new Map(bars.map((bar, index) => [bar.number, index]));
}

/** Whether a note matches; null for what is no note of the melody, such as a rest.
 * @param {Side} side
 * @param {Sign} sign
 * @returns {boolean | null} */
export function matches({ starts, matched }, sign) {
  const place = range(sign.start, sign.end).find((each) => starts.has(each));
  return place === undefined ? null : matched.has(place);
}

/**
 * The indices of the bars that begin a line.
 *
 * @param {Bar[]} bars
 * @param {number} perLine the most bars of a line; short bars, such as upbeats, come on top
 * @param {Iterable<number>} [also] further bars that begin a line
 * @returns {number[]}
 */
export function lineStarts(bars, perLine, also = []) {
  const wanted = new Set(also);
  const lengths = bars.map((bar) => bar.signs.reduce((sum, sign) => sum + sign.length, 0));
  const full = SHORT * Math.max(...lengths);
  const starts = [0];
  let count = 0;
  bars.forEach((_, index) => {
    if (index && (count >= perLine || wanted.has(index))) {
      starts.push(index);
      count = 0;
    }
    if (lengths[index] >= full) count += 1;
  });
  return starts;
}

/**
 * Where the setting's lines should begin, so that they match the beginnings of mine. A part of the setting that several
 * of my lines match is broken once.
 *
 * @param {Side} mine
 * @param {number[]} starts of my lines
 * @returns {number[]}
 */
export function alignedStarts(mine, starts) {
  /** @type {Set<number>} */
  const taken = new Set();
  return starts.flatMap((start, line) => {
    const indices = range(start, starts[line + 1] ?? mine.bars.length);
    const first = indices.find((index) => mine.partners.has(index));
    if (first === undefined) return [];
    const theirs = Math.max(/** @type {number} */ (mine.partners.get(first)) - (first - start), 0);
    const covered = range(theirs, theirs + indices.length);
    if (covered.some((index) => taken.has(index))) return [];
    for (const index of covered) taken.add(index);
    return [theirs];
  });
}

/** The numbers from one to before another.
 * @param {number} start @param {number} end */
function range(start, end) {
  return Array.from({ length: Math.max(end - start, 0) }, (_, index) => start + index);
}

/**
 * Which of so many tints each matching bar has: bars that match the same bar have the same.
 *
 * @param {Map<number, number>} partners
 * @param {number} count of tints
 * @returns {{ mine: Map<number, number>, theirs: Map<number, number> }} by the index of a bar
 */
export function tints(partners, count) {
  const theirs = new Map();
  for (const partner of partners.values()) if (!theirs.has(partner)) theirs.set(partner, theirs.size % count);
  return { mine: new Map([...partners].map(([index, partner]) => [index, theirs.get(partner)])), theirs };
}

/**
 * For each of my lines the line of the setting that has most of its bars, each at most once; null for none.
 *
 * @param {Side} mine
 * @param {number[]} starts of my lines
 * @param {number[]} theirStarts
 * @returns {(number | null)[]}
 */
export function partnerLines(mine, starts, theirStarts) {
  /** @type {Set<number>} */
  const used = new Set();
  return starts.map((start, line) => {
    const votes = new Map();
    for (const index of range(start, starts[line + 1] ?? mine.bars.length)) {
      const partner = mine.partners.get(index);
      if (partner === undefined) continue;
      const theirs = theirStarts.findLastIndex((each) => each <= partner);
      if (!used.has(theirs)) votes.set(theirs, (votes.get(theirs) ?? 0) + 1);
    }
    const best = [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
    if (best !== null) used.add(best);
    return best;
  });
}

/** The places, among all bar lines, of those before the bars that begin a line.
 * @param {Bar[]} bars
 * @param {number[]} starts */
export function breaks(bars, starts) {
  return starts.slice(1).map((index) => bars[index - 1].last);
}

/** How much longer my notes are written than those that match them, in the median.
 * @param {{ length: number }[]} mine
 * @param {{ length: number }[]} theirs the notes that match these, in the same order */
export function pace(mine, theirs) {
  const ratios = mine.map((note, index) => note.length / theirs[index].length).sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)] || 1;
}
