/** Hands the sound of the microphone to the page in blocks; runs in the browser's audio thread. */

const BLOCK = 2048; // samples; a block each 43 ms at 48 kHz

class Recorder extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK);
  #filled = 0;

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean} whether the browser should go on calling
   */
  process(inputs) {
    const samples = inputs[0]?.[0] ?? [];
    for (const sample of samples) {
      this.#block[this.#filled++] = sample;
      if (this.#filled === BLOCK) {
        this.port.postMessage(this.#block, [this.#block.buffer]);
        this.#block = new Float32Array(BLOCK);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
