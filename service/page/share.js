/** Packs a text into the fragment of a link, and takes it out again. A browser never sends the fragment. */

/** Characters of a fragment: longer links break in mails and messengers. */
export const MOST_CHARACTERS = 32768;
/** Bytes of the text. A small fragment can hold a huge one, and unpacking that would stop the page. */
export const MOST_BYTES = 262144;

const NAME = "abc=";

/** A link that cannot be made or read; its message is a sentence for the reader. */
export class ShareError extends Error {}

/**
 * The fragment for a text, without its "#".
 *
 * @param {string} text
 * @returns {Promise<string>} rejects with ShareError when the text is too long for a link
 */
export async function pack(text) {
  const bytes = new TextEncoder().encode(text);
  const packed = await collect(bytes, new CompressionStream("deflate"), MOST_CHARACTERS);
  const fragment = NAME + toBase64Url(packed);
  if (bytes.length > MOST_BYTES || fragment.length > MOST_CHARACTERS) throw tooLong();
  return fragment;
}

/**
 * Whether a fragment holds a text.
 *
 * @param {string} fragment with or without its "#"
 */
export function isPacked(fragment) {
  return withoutHash(fragment).startsWith(NAME);
}

/**
 * The text in a fragment that `pack` made.
 *
 * @param {string} fragment with or without its "#"
 * @returns {Promise<string>} rejects with ShareError when the fragment is damaged or too long
 */
export async function unpack(fragment) {
  if (fragment.length > MOST_CHARACTERS + 1) throw tooLong();
  try {
    const packed = fromBase64Url(withoutHash(fragment).slice(NAME.length));
    const bytes = await collect(packed, new DecompressionStream("deflate"), MOST_BYTES);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof ShareError) throw error;
    throw new ShareError("This link is damaged: the tune in it cannot be read.");
  }
}

/** @param {string} fragment */
function withoutHash(fragment) {
  return fragment.startsWith("#") ? fragment.slice(1) : fragment;
}

function tooLong() {
  return new ShareError("This text is too long for a link. Send it as a file instead.");
}

/**
 * What a stream makes of these bytes. It stops as soon as that is too much.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {CompressionStream | DecompressionStream} stream
 * @param {number} most bytes
 * @returns {Promise<Uint8Array>}
 */
async function collect(bytes, stream, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      throw tooLong();
    }
    chunks.push(next.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function toBase64Url(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text */
function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
