/** Files that a person opens: what they are, and their text. */

const MEDIA_TYPES = /** @type {Record<string, string>} */ ({
  musicxml: "application/vnd.recordare.musicxml+xml",
  xml: "application/vnd.recordare.musicxml+xml",
  mxl: "application/vnd.recordare.musicxml",
  mid: "audio/midi",
  midi: "audio/midi",
  wav: "audio/wav",
});
const SAME = /** @type {Record<string, string>} */ ({
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/mid": "audio/midi",
  "audio/x-midi": "audio/midi",
  "audio/wav": "audio/wav",
  "audio/midi": "audio/midi",
});

/** The media type of a file that the service must convert; empty for ABC.
 * @param {string} name
 * @param {string} [type] what the browser thinks */
export function mediaType(name, type = "") {
  const ending = name.toLowerCase().split(".").pop() ?? "";
  return MEDIA_TYPES[ending] ?? SAME[type] ?? "";
}

/** The text of a file. Old tunebooks are not in UTF-8.
 * @param {Blob} file */
export async function readText(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
