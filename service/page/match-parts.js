/** Parts of `<gan-match>`: the controls to listen, and the table for who cannot see the staves. */

import { make } from "./dom.js";

/** @typedef {import("./engraving.js").Bar} Bar */
/** @typedef {"mine" | "theirs"} SideName */

const SLOWEST = 60; // quarter notes a minute
const QUICKEST = 240;

/**
 * The controls to listen to both melodies.
 *
 * @param {number} tempo in quarter notes a minute
 * @param {{ play: (sides: SideName[]) => void, stop: () => void, tempo: (tempo: number) => void }} act
 */
export function controls(tempo, act) {
  const button = (/** @type {string} */ label, /** @type {SideName[]} */ ...sides) =>
    make("button", { type: "button", on: { click: () => act.play(sides) } }, label);
  const slider = make("input", { type: "range", min: String(SLOWEST), max: String(QUICKEST), step: "5" });
  const say = () => slider.setAttribute("aria-valuetext", `${slider.value} quarter notes a minute`);
  slider.value = String(tempo);
  say();
  slider.addEventListener("input", () => {
    say();
    act.tempo(Number(slider.value));
  });
  const stop = make(
    "button",
    { type: "button", className: "stop", "aria-disabled": "true", on: { click: act.stop } },
    "Stop",
  );
  return make(
    "div",
    { className: "controls", role: "group", "aria-label": "Listen" },
    button("Play mine", "mine"),
    button("Play theirs", "theirs"),
    button("Play both in turn", "mine", "theirs"),
    stop,
    make("label", {}, "Tempo ", slider),
    make("label", {}, "From bar ", make("input", { type: "number", className: "from-bar", min: "0", value: "1" })),
  );
}

/**
 * Both melodies bar by bar.
 *
 * @param {Bar[]} mine
 * @param {Bar[]} theirs
 * @param {Map<number, number>} partners index of the matching bar of theirs, by the index of mine
 */
export function barTable(mine, theirs, partners) {
  const header = ["Bar of your tune", "Your notes", "Matching bar of the setting", "Its notes in your key"];
  const rows = mine.map((bar, index) => {
    const partner = theirs[partners.get(index) ?? -1];
    const cells = [names(bar), partner ? String(partner.number) : "none", partner ? names(partner) : ""];
    const data = cells.map((cell) => make("td", {}, cell));
    return make("tr", {}, make("th", { scope: "row" }, String(bar.number)), ...data);
  });
  return make(
    "table",
    {},
    make("caption", {}, "Your tune and the setting, bar by bar"),
    make("thead", {}, make("tr", {}, ...header.map((cell) => make("th", { scope: "col" }, cell)))),
    make("tbody", {}, ...rows),
  );
}

/** The names of a bar's notes.
 * @param {Bar} bar */
function names(bar) {
  return bar.signs.map((sign) => sign.name ?? "rest").join(", ");
}
