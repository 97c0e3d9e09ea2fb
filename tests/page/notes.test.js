import assert from "node:assert/strict";
import test from "node:test";

import { lengthText, pitchName, pitchText, placeAfter } from "../../service/page/notes.js";

/** @param {string} before @param {...number} midi */
const written = (before, ...midi) => midi.map((number) => pitchText(number, placeAfter(before))).join(" ");

test("octaves are written as ABC writes them", () => {
  assert.equal(written("K:C\n", 36, 48, 60, 72, 84, 96), "C,, C, C c c' c''");
});

test("notes of the key need no accidental", () => {
  assert.equal(written("K:G\n", 67, 69, 71, 72, 74, 76, 78, 79), "G A B c d e f g");
  assert.equal(written("K:Bb\n", 70, 72, 74, 75, 77, 79, 81), "B c d e f g a");
  assert.equal(written("K:Ador\n", 69, 71, 72, 74, 76, 78, 79), "A B c d e f g");
  assert.equal(written("K:D mixolydian\n", 62, 66, 72), "D F c");
  assert.equal(written("K:Hp\n", 66, 67, 73), "F G c");
});

test("other notes have the spelling that the key suggests", () => {
  assert.equal(written("K:G\n", 65, 77, 68, 70, 73), "=F =f ^G _B ^c");
  assert.equal(written("K:F\n", 71, 66, 63), "=B ^F _E");
  assert.equal(written("K:Am\n", 68, 66), "^G ^F");
  assert.equal(written("K:C#\n", 74, 72), "^^c B");
  assert.equal(written("K:Cb\n", 60, 59), "=C C");
});

test("accidentals that the key adds count", () => {
  assert.equal(written("K:D =c\n", 72, 73), "c ^c");
  assert.equal(written("K:D exp ^f\n", 66, 72), "F c");
});

test("accidentals hold until the bar ends", () => {
  assert.equal(written("K:G\n=F", 65, 66), "F ^F");
  assert.equal(written("K:G\n=F|", 65, 66), "=F F");
  assert.equal(written("K:C\n_B", 70, 71), "B =B");
});

test("programs disagree about other octaves, so these get an accidental", () => {
  assert.equal(written("K:G\n=F", 77, 78), "=f ^f");
});

test("chords, decorations and comments are no notes", () => {
  assert.equal(written('K:C\n"^F"!^f! % ^F\n', 65, 66), "F ^F");
});

test("the last key before the cursor counts, and a new tune starts without one", () => {
  assert.equal(written("X:1\nK:D\nFA[K:F]", 70, 66), "B ^F");
  assert.equal(written("X:1\nK:D\nFA\n\nX:2\n", 66), "^F");
  assert.equal(placeAfter("X:1\nK:D\nFA\n\nX:2\n").hasKey, false);
  assert.equal(placeAfter("X:1\nK:D % two sharps\nFA").key, "D");
});

test("the unit is that of the tune, or follows from its metre", () => {
  assert.equal(placeAfter("K:C\n").unit, 1 / 8);
  assert.equal(placeAfter("M:6/8\nK:C\n").unit, 1 / 8);
  assert.equal(placeAfter("M:2/4\nK:C\n").unit, 1 / 16);
  assert.equal(placeAfter("M:2/4\nL:1/4\nK:C\n").unit, 1 / 4);
  assert.equal(placeAfter("M:C|\nK:C\nAB[L:1/16]c").unit, 1 / 16);
  assert.equal(placeAfter("M:1/0\nL:0\nK:C\n").unit, 1 / 8);
});

test("lengths are written in units", () => {
  const lengths = [1 / 8, 1 / 4, 3 / 8, 1 / 16, 3 / 16, 1, 1 / 32].map((length) => lengthText(length, 1 / 8));
  assert.deepEqual(lengths, ["", "2", "3", "/2", "3/2", "8", "/4"]);
  assert.equal(lengthText(1 / 8, 1 / 16), "2");
});

test("every MIDI number has a name and a spelling in every key", () => {
  for (const key of ["C", "Gb", "F#", "Ebm", "G#dor", "Cb", "C#", "none", "nonsense"]) {
    for (let midi = 0; midi < 128; midi++) {
      assert.match(written(`K:${key}\n`, midi), /^[_^=]{0,2}[A-Ga-g][,']*$/);
      assert.match(pitchName(midi, placeAfter(`K:${key}\n`)), /^[A-G]( (double )?(sharp|flat))? -?\d+$/);
    }
  }
});
