/** Plays notes with oscillators: no samples, no network. */

/** A note to play. `start` and `length` are in whole notes, `pitch` is a MIDI number; `data` comes back when it sounds.
 * @typedef {{ pitch: number, start: number, length: number, data?: any }} Sound */

/** @type {Player | null} the one that sounds: two tunes at a time are none */
let sounding = null;

const AHEAD = 0.15; // seconds of sound that are scheduled before they are due
const TICK = 30; // milliseconds between two looks at the clock
const PARTIALS = new Float32Array([0, 1, 0.32, 0.2, 0.08, 0.05]); // a soft, slightly reedy tone

export class Player {
  /** Quarter notes a minute; it may change while a tune sounds. */
  tempo = 150;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {GainNode | null} */
  #out = null;
  /** @type {PeriodicWave | null} */
  #tone = null;
  #timer = 0;
  /** @type {(sound: Sound | null) => void} */
  #onSound = () => {};

  /**
   * Play notes from the first on, instead of what sounds now, here or in another player.
   *
   * @param {Sound[]} sounds in the order of their start
   * @param {(sound: Sound | null) => void} onSound is called when a note begins, and with null at the end
   */
  play(sounds, onSound) {
    sounding?.end();
    if (!sounds.length) return onSound(null);
    sounding = this;
    this.#onSound = onSound;
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    const out = new GainNode(context, { gain: 0.25 });
    this.#out = out;
    out.connect(context.destination);
    this.#tone ??= context.createPeriodicWave(new Float32Array(PARTIALS.length), PARTIALS);
    const end = Math.max(...sounds.map((sound) => sound.start + sound.length));
    let place = sounds[0].start; // where the music is, in whole notes, at `time` of the context's clock
    let time = context.currentTime + 0.08;
    let next = 0;
    /** @type {{ at: number, sound: Sound }[]} */
    const due = [];
    const tick = () => {
      const perSecond = this.tempo / 240;
      const horizon = context.currentTime + AHEAD;
      for (; next < sounds.length; next += 1) {
        const at = time + (sounds[next].start - place) / perSecond;
        if (at > horizon) break;
        this.#sound(context, out, sounds[next], Math.max(at, context.currentTime), perSecond);
        due.push({ at, sound: sounds[next] });
      }
      // From the horizon on, another tempo may apply.
      if (horizon > time) {
        place += (horizon - time) * perSecond;
        time = horizon;
      }
      while (due.length && due[0].at <= context.currentTime) onSound(/** @type {any} */ (due.shift()).sound);
      if (place >= end && !due.length && context.currentTime >= time - AHEAD + 0.1) {
        this.end();
      }
    };
    this.#timer = window.setInterval(tick, TICK);
    tick();
  }

  /** Be silent, and say so. */
  end() {
    this.stop();
    this.#onSound(null);
  }

  /** Be silent. */
  stop() {
    if (sounding === this) sounding = null;
    window.clearInterval(this.#timer);
    this.#timer = 0;
    if (this.#context && this.#out) {
      const out = this.#out;
      out.gain.setTargetAtTime(0, this.#context.currentTime, 0.015);
      setTimeout(() => out.disconnect(), 150);
      this.#out = null;
    }
  }

  /**
   * @param {AudioContext} context
   * @param {GainNode} out
   * @param {Sound} sound
   * @param {number} at seconds of the context's clock
   * @param {number} perSecond whole notes a second
   */
  #sound(context, out, sound, at, perSecond) {
    const until = at + Math.max((sound.length / perSecond) * 0.95, 0.04);
    const tone = new OscillatorNode(context, {
      frequency: 440 * 2 ** ((sound.pitch - 69) / 12),
      periodicWave: /** @type {PeriodicWave} */ (this.#tone),
    });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setTargetAtTime(1, at, 0.006);
    loudness.gain.setTargetAtTime(0.55, at + 0.05, 0.12);
    loudness.gain.setTargetAtTime(0, until - 0.02, 0.02);
    tone.connect(loudness).connect(out);
    tone.start(at);
    tone.stop(until + 0.12);
  }
}

// When another view opens, the music stops.
window.addEventListener("hashchange", () => sounding?.end());
