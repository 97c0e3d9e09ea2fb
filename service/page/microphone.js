/** The microphone: records until somebody stops it, and tells how loud it is meanwhile. */

// A player's dynamics and a flute's harmonics are no noise: leave the sound as it is.
const SOUND = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const WORKLET = new URL("recorder-worklet.js", import.meta.url);

/** What was recorded.
 * @typedef {{ samples: Float32Array<ArrayBuffer>, rate: number }} Sound */

/** Whether browsers allow the microphone here: only over HTTPS or on localhost. */
export function isAllowedHere() {
  return window.isSecureContext && "mediaDevices" in navigator && "AudioWorkletNode" in window;
}

/**
 * Why there is no sound, as a sentence.
 *
 * @param {unknown} error of `Microphone.open`
 */
export function whyNot(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The browser does not let this page use the microphone. Allow it, then try again.";
  if (name === "NotFoundError") return "No microphone was found. Connect one, then try again.";
  if (name === "NotReadableError") return "Another program uses the microphone. Close it, then try again.";
  return "The microphone did not start.";
}

/** An open microphone, which records. */
export class Microphone {
  /** @type {Float32Array[]} */
  #blocks = [];
  #stream;
  #context;

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context with the worklet
   * @param {(level: number, seconds: number) => void} onBlock
   */
  constructor(stream, context, onBlock) {
    this.#stream = stream;
    this.#context = context;
    const recorder = new AudioWorkletNode(context, "recorder");
    let size = 0;
    recorder.port.onmessage = ({ data }) => {
      this.#blocks.push(data);
      size += data.length;
      onBlock(peak(data), size / context.sampleRate);
    };
    // Browsers only run what leads to the loudspeaker; the worklet sends silence there.
    context.createMediaStreamSource(stream).connect(recorder).connect(context.destination);
  }

  /**
   * Ask for the microphone, and begin to record.
   *
   * @param {(level: number, seconds: number) => void} onBlock gets the peak of the last block, from 0 to 1, and the
   *   seconds recorded, about 20 times a second
   * @returns {Promise<Microphone>} rejects with DOMException when there is no microphone or the user says no
   */
  static async open(onBlock) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(WORKLET);
      await context.resume();
      return new Microphone(stream, context, onBlock);
    } catch (error) {
      close(stream, context);
      throw error;
    }
  }

  /**
   * Close the microphone.
   *
   * @returns {Sound} what it recorded
   */
  stop() {
    close(this.#stream, this.#context);
    const samples = new Float32Array(this.#blocks.reduce((size, block) => size + block.length, 0));
    let place = 0;
    for (const block of this.#blocks) {
      samples.set(block, place);
      place += block.length;
    }
    return { samples, rate: this.#context.sampleRate };
  }
}

/**
 * The largest sample.
 *
 * @param {Float32Array} samples
 */
export function peak(samples) {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/**
 * @param {MediaStream} stream
 * @param {AudioContext} context
 */
function close(stream, context) {
  for (const track of stream.getTracks()) track.stop();
  if (context.state !== "closed") void context.close();
}
