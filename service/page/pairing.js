/** Which bars and notes of a tune match which of a setting, and how to break their lines so that they stand together. */

/** @typedef {import("./engraving.js").Bar} Bar */
/** @typedef {import("./engraving.js").Sign} Sign */

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
  const place = [...range(sign)].find((each) => starts.has(each));
  return place === undefined ? null : matched.has(place);
}

/** @param {Sign} sign */
function* range({ start, end }) {
  for (let place = start; place < end; place += 1) yield place;
}

/**
 * The indices of the bars that begin a line.
 *
 * @param {Bar[]} bars
 * @param {number} perLine the most bars of a line; an upbeat comes on top
 * @param {Iterable<number>} [also] further bars that begin a line
 * @returns {number[]}
 */
export function lineStarts(bars, perLine, also = []) {
  const wanted = new Set(also);
  const starts = [0];
  let count = bars[0]?.number === 0 ? -1 : 0;
  bars.forEach((_, index) => {
    if (index && (count >= perLine || wanted.has(index))) {
      starts.push(index);
      count = 0;
    }
    count += 1;
  });
  return starts;
}

/**
 * Where the setting's lines should begin, so that they match the beginnings of mine.
 *
 * @param {Side} mine
 * @param {number[]} starts of my lines
 * @returns {number[]}
 */
export function alignedStarts(mine, starts) {
  return starts.flatMap((start, line) => {
    const end = starts[line + 1] ?? mine.bars.length;
    for (let index = start; index < end; index += 1) {
      const partner = mine.partners.get(index);
      if (partner !== undefined) return [Math.max(partner - (index - start), 0)];
    }
    return [];
  });
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
    for (let index = start; index < (starts[line + 1] ?? mine.bars.length); index += 1) {
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
