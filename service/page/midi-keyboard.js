/** A MIDI keyboard: the notes that somebody plays on it. */

const NOTE_ON = 0x90;

/** Whether this browser can use one. */
export function canUseMidi() {
  return "requestMIDIAccess" in navigator;
}

/**
 * Listen to all MIDI keyboards, also those that are connected later.
 *
 * @param {(midi: number) => void} onNote gets the number of each note that begins
 * @param {(names: string[]) => void} onKeyboards gets the names of the connected keyboards, now and when they change
 * @returns {Promise<void>} rejects with DOMException when the user says no
 */
export async function listenToMidi(onNote, onKeyboards) {
  const access = await navigator.requestMIDIAccess();
  const listen = () => {
    const inputs = [...access.inputs.values()].filter(({ state }) => state === "connected");
    for (const input of inputs) {
      input.onmidimessage = ({ data }) => {
        const [status = 0, midi = 0, velocity = 0] = data ?? [];
        if ((status & 0xf0) === NOTE_ON && velocity > 0) onNote(midi);
      };
    }
    onKeyboards(inputs.map(({ name }) => name ?? "a keyboard"));
  };
  access.onstatechange = listen;
  listen();
}
