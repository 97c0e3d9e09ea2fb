/** Files that a person opens: what is in them, and the tune as ABC. */

import { convert } from "./api.js";
import { decodeBook } from "./book-encoding.js";
import { SoundError, wavOfFile } from "./sound.js";

/** Bytes of a text that still fits a field. */
export const MOST_TEXT = 2_000_000;

const MUSICXML = "application/vnd.recordare.musicxml+xml";
const ZIPPED = "application/vnd.recordare.musicxml";
const MIDI = "audio/midi";
const SOUND = "audio/wav";
const ENDINGS = /** @type {Record<string, string>} */ ({
  musicxml: MUSICXML,
  xml: MUSICXML,
  mxl: ZIPPED,
  mid: MIDI,
  midi: MIDI,
  ...Object.fromEntries(
    ["wav", "mp3", "m4a", "aac", "ogg", "oga", "opus", "flac", "webm"].map((each) => [each, SOUND]),
  ),
});
// What a file begins with counts more than its name.
const BEGINNINGS = /** @type {[RegExp, string][]} */ ([
  [/^MThd/, MIDI],
  [/^PK\p{Cc}\p{Cc}/u, ZIPPED],
  [/^(?:RIFF|ID3|OggS|fLaC|.{0,4}ftyp)/s, SOUND],
  [/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml\b|<!DOCTYPE score|<score-)/, MUSICXML],
]);
const UNREAD = /[^\P{Cc}\s]/gu;

/** Why a file cannot be read as a tune. Its message follows the file's name and a colon. */
export class FileError extends Error {}

/** The media type of a file that the service must convert; empty for ABC.
 * @param {string} name
 * @param {string} [type] what the browser thinks
 * @param {Uint8Array} [bytes] its content */
export function mediaType(name, type = "", bytes = new Uint8Array()) {
  const ending = name.toLowerCase().split(".").pop() ?? "";
  const start = String.fromCharCode(...bytes.subarray(0, 200)).replaceAll("\0", ""); // UTF-16 has zeros
  const found = BEGINNINGS.find(([beginning]) => beginning.test(start))?.[1];
  if (found) return found;
  if (ENDINGS[ending]) return ENDINGS[ending];
  if (/^audio\/(?:x-)?midi?$/.test(type)) return MIDI;
  return type.startsWith("audio/") ? SOUND : "";
}

/**
 * The tune of a file as ABC: ABC as it is, anything else as the service converts it.
 *
 * @param {File} file
 * @param {AbortSignal} signal
 * @returns {Promise<{ abc: string, warnings: import("./api.js").Warning[] }>}
 * @throws {FileError | import("./api.js").Problem} when it holds no tune
 */
export async function abcOf(file, signal) {
  const bytes = await bytesOf(file);
  const type = mediaType(file.name, file.type, bytes);
  if (type !== SOUND) return type ? convert(new Blob([bytes], { type }), signal) : { abc: textOf(bytes), warnings: [] };
  try {
    return await convert(await wavOfFile(file), signal);
  } catch (error) {
    throw error instanceof SoundError ? new FileError(error.message) : error;
  }
}

/**
 * The content of a file. Throws when it is empty or cannot be read.
 *
 * @param {Blob} file
 * @throws {FileError}
 */
export async function bytesOf(file) {
  const bytes = await file.arrayBuffer().catch(() => {
    throw new FileError("The file cannot be read.");
  });
  if (!bytes.byteLength) throw new FileError("There is nothing in this file.");
  return new Uint8Array(bytes);
}

/**
 * The text of a file, whatever its encoding.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @throws {FileError} when it is not text, or too long for the field
 */
export function textOf(bytes) {
  if (bytes.length > MOST_TEXT) throw new FileError("This is too long for one tune. Open it under “Name a book”.");
  const text = decodeBook(bytes);
  if (isBinary(text)) throw new FileError("I cannot read this. I know ABC, MusicXML, MIDI and recordings.");
  return text;
}

/**
 * Whether too many characters of a decoded text are ones that no text has, as when it was a picture.
 *
 * @param {string} text
 */
export function isBinary(text) {
  const start = text.slice(0, 4000);
  return (start.match(UNREAD)?.length ?? 0) > start.length / 50;
}
