/** Writes sound as a WAV file: 16 bits, one channel. */

const HEADER_BYTES = 44;

/**
 * A WAV file of these samples.
 *
 * @param {Float32Array} samples from -1 to 1; values outside are clipped
 * @param {number} rate samples per second
 * @returns {ArrayBuffer}
 */
export function encodeWav(samples, rate) {
  const file = new DataView(new ArrayBuffer(HEADER_BYTES + 2 * samples.length));
  let place = 0;
  const text = (/** @type {string} */ name) => {
    for (const letter of name) file.setUint8(place++, letter.charCodeAt(0));
  };
  const number = (/** @type {number} */ value, /** @type {2 | 4} */ bytes) => {
    if (bytes === 2) file.setUint16(place, value, true);
    else file.setUint32(place, value, true);
    place += bytes;
  };
  text("RIFF");
  number(file.byteLength - 8, 4);
  text("WAVEfmt ");
  number(16, 4); // bytes of the format
  number(1, 2); // PCM
  number(1, 2); // channels
  number(rate, 4);
  number(2 * rate, 4); // bytes per second
  number(2, 2); // bytes per sample of all channels
  number(16, 2); // bits per sample
  text("data");
  number(2 * samples.length, 4);
  for (const sample of samples) {
    const clipped = Math.max(-1, Math.min(1, sample));
    file.setInt16(place, Math.round(clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff), true);
    place += 2;
  }
  return file.buffer;
}
