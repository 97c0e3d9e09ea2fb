/** Short tones, so that one hears what one writes. */

const SECONDS = 0.35;

/** @type {AudioContext | undefined} */
let context;

/**
 * Sound a note. Browsers allow this only after a click or a key.
 *
 * @param {number} midi
 */
export function sound(midi) {
  context ??= new AudioContext();
  void context.resume();
  const now = context.currentTime;
  const oscillator = new OscillatorNode(context, { type: "triangle", frequency: 440 * 2 ** ((midi - 69) / 12) });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.linearRampToValueAtTime(0.25, now + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, now + SECONDS);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(now);
  oscillator.stop(now + SECONDS);
}
