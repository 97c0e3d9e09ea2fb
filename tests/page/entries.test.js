import assert from "node:assert/strict";
import test from "node:test";

import { asTunebook, isEdit, nameOf } from "../../service/page/entries.js";

/** @param {string} title @param {number} confidence */
const answer = (title, confidence, known = true) => ({
  known,
  suggestions: title ? [{ id: "x", title, aliases: [], confidence, evidence: [] }] : [],
  tune: { notes: 8, bars: 2, key: "G major", meter: "", rhythm: "" },
  warnings: [],
  artifact: "",
  took_ms: 1,
});
/** @param {string} abc */
const entry = (abc, title = "The Kesh", confidence = 0.97, known = true) => ({
  id: 1,
  when: 0,
  abc,
  answer: answer(title, confidence, known),
  favourite: false,
});

test("only a known tune has a name", () => {
  assert.equal(nameOf(answer("The Kesh", 0.97)), "The Kesh");
  assert.equal(nameOf(answer("The Kesh", 0.03, false)), "");
  assert.equal(nameOf(answer("", 0)), "");
});

test("typing on, deleting and mending are edits of the same text", () => {
  const tune = "K:G\nGAG GAB|ABA ABd|edd gdd|edB dBA|";
  assert.ok(isEdit("K:G\nGAG", tune));
  assert.ok(isEdit(tune, "K:G\nGAG"));
  assert.ok(isEdit(tune, tune.replace("ABd", "A2d")));
  assert.ok(isEdit(tune, `X:1\n${tune}`));
  assert.ok(!isEdit(tune, "K:Edor\nE2BE dEBE|E2BE AFDF|E2BE dEBE|BABc dAFD|"));
});

test("the tunebook has a number, a key and the likely title for each tune", () => {
  const book = asTunebook([
    entry("X:7\nT:Gan Ainm\nK:G\nGAB|\n"),
    entry("GAB c2|"),
    entry("X:1\nT:Mine\nK:D\nDEF|\n", "The Kesh", 0.2),
    entry("X:1\nT:Mine\nK:D\nDEF|\n", "Style", 0.9, false),
    entry("X:1\nT:Mine\nK:D\nDEF|\n"),
  ]);
  assert.equal(
    book,
    "X:1\nT:The Kesh\nK:G\nGAB|\n\nX:2\nT:The Kesh\nK:C\nGAB c2|\n\nX:3\nT:Mine\nK:D\nDEF|\n\n" +
      "X:4\nT:Mine\nK:D\nDEF|\n\nX:5\nT:The Kesh\nT:Mine\nK:D\nDEF|\n",
  );
});

test("of a text with several tunes the first is kept: the answer is for that one", () => {
  assert.equal(asTunebook([entry("A letter.\n\nX:3\nK:G\nGAB|\n\nX:4\nK:D\nDEF|\n", "", 0)]), "X:1\nK:G\nGAB|\n");
});
