/**
 * How the bytes of a tunebook are text: the same rules as `model/abc/decoding.py`, so that a title is written in the
 * encoding that the service and other programs read the book in.
 */

const DECLARATION = /(?:^|[\r\n])(?:%%|I:)[ \t]*abc-charset[ \t]+([\w.:-]{1,40})/i;
const DECLARED_WITHIN = 2 ** 16;
const SAMPLE = 64;

/**
 * @typedef {object} Encoding
 * @property {string} label Its name for `TextDecoder`.
 * @property {number} width Bytes of a code unit: 1, or 2 for UTF-16.
 * @property {number} mark Bytes of the byte order mark in front, 0 without one.
 */

/**
 * The encoding of a tunebook.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Encoding}
 */
export function encodingOf(bytes) {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: "utf-8", width: 1, mark: 3 };
  if (a === 0xff && b === 0xfe) return { label: "utf-16le", width: 2, mark: 2 };
  if (a === 0xfe && b === 0xff) return { label: "utf-16be", width: 2, mark: 2 };
  const sample = bytes.subarray(0, SAMPLE);
  for (const [label, zeros] of /** @type {[string, number][]} */ ([
    ["utf-16le", 1],
    ["utf-16be", 0],
  ])) {
    if (bytes.length > 1 && sample.every((byte, index) => index % 2 !== zeros || byte === 0)) {
      return { label, width: 2, mark: 0 };
    }
  }
  const declared = declaredIn(bytes);
  // Where all bytes are ASCII, nothing but the declaration says how the first other character must be written.
  if (isAscii(bytes)) return { label: declared || "utf-8", width: 1, mark: 0 };
  for (const label of ["utf-8", declared]) {
    if (label && canBe(bytes, label)) return { label, width: 1, mark: 0 };
  }
  return { label: "windows-1252", width: 1, mark: 0 };
}

/**
 * The text of a tunebook, without its byte order mark.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {string}
 */
export function decodeBook(bytes) {
  const { label, mark } = encodingOf(bytes);
  return new TextDecoder(label, { ignoreBOM: true }).decode(bytes.subarray(mark));
}

/**
 * Bytes of a text. A character that the encoding lacks is written as ABC writes it in ASCII: `\u0151`.
 *
 * @param {string} text
 * @param {Encoding} encoding
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encode(text, encoding) {
  if (encoding.label === "utf-8") return new TextEncoder().encode(text);
  /** @type {number[]} */
  const bytes = [];
  if (encoding.width === 2) {
    for (const unit of units(text)) {
      bytes.push(...(encoding.label === "utf-16le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]));
    }
  } else {
    const codes = upperHalf(encoding.label);
    for (const unit of units(text)) {
      const code = unit < 128 ? unit : codes.get(unit);
      if (code !== undefined) bytes.push(code);
      else for (const sign of `\\u${unit.toString(16).padStart(4, "0")}`) bytes.push(sign.charCodeAt(0));
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * The UTF-16 code units of a text.
 *
 * @param {string} text
 */
function units(text) {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/**
 * The bytes of 128 to 255 that are one character each in an encoding.
 *
 * @param {string} label
 * @returns {Map<number, number>}
 */
function upperHalf(label) {
  const codes = new Map();
  for (let byte = 128; byte < 256; byte += 1) {
    if (canBe(Uint8Array.of(byte), label)) {
      codes.set(new TextDecoder(label).decode(Uint8Array.of(byte)).charCodeAt(0), byte);
    }
  }
  return codes;
}

/**
 * The charset that a book declares, if the browser knows it.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {string}
 */
function declaredIn(bytes) {
  const head = new TextDecoder("windows-1252").decode(bytes.subarray(0, DECLARED_WITHIN));
  try {
    const { encoding } = new TextDecoder(DECLARATION.exec(head)?.[1] ?? "utf-8");
    return encoding.startsWith("utf-16") ? "" : encoding;
  } catch {
    return "";
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function isAscii(bytes) {
  return bytes.every((byte) => byte < 128);
}

/**
 * Whether bytes can be in an encoding.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} label
 */
function canBe(bytes, label) {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
