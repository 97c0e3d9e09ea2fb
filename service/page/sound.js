/** Sound as the service takes it: a WAV file of at most 30 s, 16 kHz, one channel; a megabyte at most. */

import { encodeWav } from "./wav.js";

export const MOST_SECONDS = 30;
const RATE = 16000; // samples per second: the highest note of a tin whistle has 2.4 kHz
const MOST_FILE_BYTES = 50_000_000; // a browser unpacks the whole file before we can shorten it

/** A file that cannot be used; its message is a sentence for the reader. */
export class SoundError extends Error {}

/**
 * The first 30 s of some samples as a WAV file.
 *
 * @param {Float32Array<ArrayBuffer>} samples
 * @param {number} rate samples per second
 * @returns {Promise<Blob>}
 */
export async function wavOf(samples, rate) {
  const buffer = new AudioBuffer({ length: Math.max(samples.length, 1), sampleRate: rate });
  buffer.copyToChannel(samples, 0);
  return toWav(buffer);
}

/**
 * The first 30 s of a sound file as a WAV file.
 *
 * @param {Blob} file of a kind that the browser can play
 * @returns {Promise<Blob>} rejects with SoundError when the browser cannot read the file
 */
export async function wavOfFile(file) {
  if (file.size > MOST_FILE_BYTES) throw new SoundError("This file is larger than 50 MB. Cut out half a minute of it.");
  const context = new OfflineAudioContext(1, 1, RATE);
  try {
    return await toWav(await context.decodeAudioData(await file.arrayBuffer()));
  } catch {
    throw new SoundError("The browser cannot read this file as sound. A WAV file works everywhere.");
  }
}

/**
 * @param {AudioBuffer} buffer of any rate and number of channels
 * @returns {Promise<Blob>}
 */
async function toWav(buffer) {
  const seconds = Math.min(buffer.duration, MOST_SECONDS);
  // The context resamples to its rate, and mixes all channels into its only one.
  const context = new OfflineAudioContext(1, Math.max(Math.floor(seconds * RATE), 1), RATE);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.start();
  const mono = await context.startRendering();
  return new Blob([encodeWav(mono.getChannelData(0), RATE)], { type: "audio/wav" });
}
