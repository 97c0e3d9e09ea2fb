/** Notes as ABC text: which key, unit and accidentals hold at a place of a tune, and how a note is written there. */

/**
 * What holds at a place of a tune.
 * @typedef {object} Place
 * @property {boolean} hasKey whether the text before it has a key
 * @property {string} key as written, for example "Ador"
 * @property {number} sharps of the key signature; flats are negative
 * @property {Map<string, number>} signature semitones by which the key alters letters, by letter
 * @property {Map<string, number>} inBar the same by accidentals of this bar, by letter ("F") and by pitch ("F5")
 * @property {number} unit length that a note without a number has, as a fraction of a whole note
 * @property {number} beam length of notes that are written together, as a fraction of a whole note
 */

// Letters on the line of fifths. A sharp is seven fifths up, a flat seven down.
const FIFTHS = "FCGDAEB";
const SEMITONES = new Map(Object.entries({ C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }));
// Fifths by which the signature of a mode differs from that of the major key.
const MODES = new Map(Object.entries({ m: -3, min: -3, aeo: -3, dor: -2, mix: -1, lyd: 1, phr: -4, loc: -5 }));
// From two semitones down to two up.
const ACCIDENTALS = ["__", "_", "=", "^", "^^"];
const NAMES = [" double flat", " flat", "", " sharp", " double sharp"];
const FIELD = /^([A-Za-z]):(.*)$|\[([KLM]):([^\]\n]*)\]/gm;
const BAR_OR_NOTE = /"[^"\n]*"|![^!\n]*!|%.*|(\||::|^[A-Za-z]:.*|\[[A-Za-z]:[^\]\n]*\])|([_^=]*)([A-Ga-g])([,']*)/gm;

/**
 * What holds at the end of a text: everything in the tune before the cursor.
 *
 * @param {string} before
 * @returns {Place}
 */
export function placeAfter(before) {
  let key = "";
  let hasKey = false;
  let meter = "";
  let unit = 0;
  for (const [, name, value, inlineName, inlineValue] of before.matchAll(FIELD)) {
    const content = (value ?? inlineValue ?? "").replace(/%.*/, "").trim();
    switch (name ?? inlineName) {
      case "X":
        [key, hasKey, meter, unit] = ["", false, "", 0];
        break;
      case "K":
        [key, hasKey] = [content, true];
        break;
      case "L":
        unit = fraction(content) || unit;
        break;
      case "M":
        meter = content;
        break;
    }
  }
  const sharps = sharpsOf(key);
  const signature = signatureOf(sharps, key);
  unit ||= (fraction(meter) || 1) < 0.75 ? 1 / 16 : 1 / 8; // as the standard says
  return { hasKey, key, sharps, signature, inBar: accidentalsOfBar(before), unit, beam: beamOf(meter) };
}

/**
 * A pitch as ABC, with the accidental that it needs at this place.
 *
 * @param {number} midi number of the MIDI note; 60 is middle C
 * @param {Place} place
 */
export function pitchText(midi, place) {
  const { letter, octave, alteration } = spell(midi, place);
  const accidental = isUnderstood(letter, octave, alteration, place) ? "" : ACCIDENTALS[alteration + 2];
  if (octave >= 5) return accidental + letter.toLowerCase() + "'".repeat(octave - 5);
  return accidental + letter + ",".repeat(4 - octave);
}

/**
 * Whether a note sounds right here without an accidental. Programs disagree whether one counts in other octaves.
 *
 * @param {string} letter
 * @param {number} octave
 * @param {number} alteration
 * @param {Place} place
 */
function isUnderstood(letter, octave, alteration, place) {
  const inKey = place.signature.get(letter);
  return [letter, letter + octave].every((name) => (place.inBar.get(name) ?? inKey) === alteration);
}

/**
 * The number behind a note: "" for the unit itself, "2", "3/2", "/2".
 *
 * @param {number} length as a fraction of a whole note
 * @param {number} unit as a fraction of a whole note
 */
export function lengthText(length, unit) {
  let [numerator, denominator] = [Math.round((length / unit) * 64), 64];
  while (numerator % 2 === 0 && denominator > 1) [numerator, denominator] = [numerator / 2, denominator / 2];
  return (numerator === 1 ? "" : String(numerator)) + (denominator === 1 ? "" : `/${denominator}`);
}

/**
 * The name of a pitch for people: "F sharp 4".
 *
 * @param {number} midi
 * @param {Place} place
 */
export function pitchName(midi, place) {
  const { letter, octave, alteration } = spell(midi, place);
  return `${letter}${NAMES[alteration + 2]} ${octave}`;
}

/**
 * The letter, octave and alteration that a musician of this key expects.
 *
 * @param {number} midi
 * @param {Place} place
 */
function spell(midi, place) {
  const spellings = [];
  // Twelve neighbours on the line of fifths: the key's own seven notes, two below, three above.
  for (let fifths = place.sharps - 3; fifths < place.sharps + 9; fifths++) spellings.push(ofFifths(fifths));
  const own = [...place.signature].map(([letter, alteration]) => ({ letter, alteration }));
  const played = [...place.inBar].map(([name, alteration]) => ({ letter: name.slice(0, 1), alteration }));
  for (const { letter, alteration } of [...own, ...played, ...spellings]) {
    const above = midi - (SEMITONES.get(letter) ?? 0) - alteration;
    if (above % 12 === 0) return { letter, alteration, octave: above / 12 - 1 };
  }
  throw new RangeError(`no spelling of ${midi}`);
}

/** @param {number} fifths from C */
function ofFifths(fifths) {
  const place = fifths + 1;
  return { letter: FIFTHS.charAt(((place % 7) + 7) % 7), alteration: Math.floor(place / 7) };
}

/**
 * Sharps of a key's signature; flats are negative, and a key that cannot be read has none.
 *
 * @param {string} key
 */
function sharpsOf(key) {
  if (/^hp\b/i.test(key)) return 2; // Highland pipes
  const [, letter = "", sign = "", mode = ""] = /^([A-Ga-g])([#b♯♭]?)\s*([A-Za-z]*)/.exec(key) ?? [];
  if (!letter || mode.toLowerCase() === "exp") return 0;
  const fifths = FIFTHS.indexOf(letter.toUpperCase()) - 1 + (/[#♯]/.test(sign) ? 7 : 0) - (/[b♭]/.test(sign) ? 7 : 0);
  return fifths + (MODES.get(mode.toLowerCase().slice(0, 3)) ?? 0);
}

/**
 * Alterations by letter, with those that the key adds itself ("D =c ^g").
 *
 * @param {number} sharps
 * @param {string} key
 */
function signatureOf(sharps, key) {
  /** @type {Map<string, number>} */
  const signature = new Map();
  for (let fifths = sharps - 1; fifths < sharps + 6; fifths++) {
    const { letter, alteration } = ofFifths(fifths);
    signature.set(letter, alteration);
  }
  for (const [, accidental = "", letter = ""] of key.matchAll(/(\^\^?|__?|=)([A-Ga-g])(?![a-z])/g)) {
    signature.set(letter.toUpperCase(), alterationOf(accidental));
  }
  return signature;
}

/**
 * Accidentals of the bar in which a text ends.
 *
 * @param {string} before
 */
function accidentalsOfBar(before) {
  /** @type {Map<string, number>} */
  const inBar = new Map();
  for (const [, bar, accidental, letter = "", marks = ""] of before.matchAll(BAR_OR_NOTE)) {
    if (bar) inBar.clear();
    else if (accidental) {
      const octave = (letter === letter.toLowerCase() ? 5 : 4) + marks.split("'").length - marks.split(",").length;
      for (const name of [letter.toUpperCase(), letter.toUpperCase() + octave]) {
        inBar.set(name, alterationOf(accidental));
      }
    }
  }
  return inBar;
}

/** @param {string} accidental */
function alterationOf(accidental) {
  return accidental.split("^").length - accidental.split("_").length;
}

/**
 * Whether the notes since the last gap fill what is written together, so that a gap comes next.
 *
 * @param {string} before
 * @param {Place} place
 */
export function fillsBeam(before, place) {
  const group = /[^\s|\]:]*$/.exec(before)?.[0] ?? "";
  let length = 0;
  for (const [, times, slashes = "", over] of group.matchAll(/[A-Ga-gz][,']*(\d*)(\/*)(\d*)/g)) {
    const divisor = over ? Number(over) : 2 ** slashes.length;
    length += (Number(times || 1) / divisor) * place.unit;
  }
  return length >= place.beam;
}

/** @param {string} meter */
function beamOf(meter) {
  if (/^\d+\/8$/.test(meter)) return 3 / 8;
  return (fraction(meter) || 1) === 1 ? 1 / 2 : 1 / 4;
}

/**
 * The value of "6/8", "C" or "C|"; 0 when it is none.
 *
 * @param {string} text
 */
function fraction(text) {
  if (/^C\|?$/.test(text)) return 1;
  const [, numerator, denominator = "1"] = /^(\d+)\s*(?:\/\s*(\d+))?$/.exec(text) ?? [];
  return numerator ? Number(numerator) / Number(denominator) || 0 : 0;
}
