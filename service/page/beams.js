/** Joins the notes of a beat by beams where a text has a space after each note, as the catalogue writes them. */

/**
 * The text with backticks for the spaces within a beat: ABC joins notes across them, and every sign keeps its place.
 *
 * @param {string} abc
 * @param {import("./engraving.js").Bar[]} bars of the text
 * @returns {string} the text as it is if it has notes without a space between them
 */
export function beamed(abc, bars) {
  const gaps = bars.flatMap((bar) => bar.signs.slice(1).map((sign) => sign.start - 1));
  if (!gaps.every((place) => abc[place] === " ")) return abc;
  const letters = abc.split("");
  const beat = beatOf(abc);
  for (const { number, signs } of bars) {
    // An upbeat ends with a beat; any other bar begins with one.
    let time = number ? 0 : -signs.reduce((sum, sign) => sum + sign.length, 0);
    signs.forEach((sign, index) => {
      time += sign.length;
      const beats = time / beat;
      const next = signs[index + 1];
      if (next && Math.abs(beats - Math.round(beats)) > 1e-3) letters[next.start - 1] = "`";
    });
  }
  return letters.join("");
}

/** How long notes are joined by a beam, in whole notes.
 * @param {string} abc */
function beatOf(abc) {
  const [, count, unit] = /^M:\s*(\d+)\/(\d+)/m.exec(abc) ?? ["", "4", "4"];
  if (unit === "8" && Number(count) % 3 === 0) return 3 / 8;
  return unit === "4" && Number(count) % 2 === 0 && count !== "2" ? 1 / 2 : 1 / Number(unit);
}
