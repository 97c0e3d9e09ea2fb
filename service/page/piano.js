/** `<gan-piano>`, inside `<gan-tune>`: writes ABC at the cursor of the tune, by piano keys or a MIDI keyboard. */

import { Cursor } from "./cursor.js";
import { make } from "./dom.js";
import { canUseMidi, listenToMidi } from "./midi-keyboard.js";
import { fillsBeam, lengthText, pitchName, pitchText, placeAfter } from "./notes.js";
import { GanPianoKeys } from "./piano-keys.js";
import { sound } from "./tone.js";
import { tuneField } from "./tune-field.js";

const LENGTHS = new Map(Object.entries({ sixteenth: 1 / 16, eighth: 1 / 8, quarter: 1 / 4, half: 1 / 2, whole: 1 }));
const KEYS = ["D", "G", "A", "C", "F", "Bb", "E", "Ador", "Edor", "Ddor", "Em", "Am", "Bm", "Dm", "Gm", "Dmix", "Amix"];
const METERS = ["4/4", "6/8", "3/4", "2/4", "9/8", "12/8", "3/2"];
const BARS_A_LINE = 4;
const FIELD = /^[A-Za-z]:/;

export class GanPiano extends HTMLElement {
  #toggle = make("button", { type: "button", "aria-expanded": "false", "aria-controls": "piano-panel" }, "Piano");
  #panel = make("div", { id: "piano-panel", className: "panel", hidden: true });
  #keys = new GanPianoKeys();
  #key = choice("Key", KEYS);
  #meter = choice("Metre", METERS);
  #new = make("fieldset", { className: "row" }, make("legend", {}, "A new tune"), this.#key, this.#meter);
  #dotted = make("input", { type: "checkbox" });
  #audible = make("input", { type: "checkbox", checked: true });
  #lengths = lengths();
  #midi = make("button", { type: "button" }, "Use a MIDI keyboard");
  #status = make("p", { role: "status", className: "quiet" });
  /** @type {HTMLTextAreaElement | null} */
  #field = null;
  /** @type {Cursor | null} */
  #cursor = null;

  connectedCallback() {
    if (this.#panel.isConnected) return;
    this.#field = tuneField(this);
    this.#cursor = new Cursor(this.#field);
    this.#panel.append(
      this.#new,
      this.#lengths,
      make("div", { className: "scroll" }, this.#keys),
      make(
        "div",
        { className: "row" },
        button("Rest", () => this.#write(() => ["z", "a rest"])),
        button("Bar line", () => this.#barLine()),
        button("Undo", () => this.#undo()),
        button("Octave down", () => this.#shift(-1)),
        button("Octave up", () => this.#shift(1)),
        canUseMidi() && this.#midi,
        make("label", {}, this.#audible, "Sound"),
      ),
      this.#status,
    );
    this.#lengths.append(make("label", {}, this.#dotted, "dotted"));
    this.append(this.#toggle, this.#panel);
    this.#toggle.addEventListener("click", () => this.#open());
    this.#midi.addEventListener("click", () => this.#useMidi());
    this.#keys.addEventListener("note", (event) => this.#note(/** @type {CustomEvent} */ (event).detail.midi));
    this.#new.addEventListener("change", () => this.#look());
    for (const change of ["input", "select", "keyup", "click"]) {
      this.#field.addEventListener(change, () => this.#panel.hidden || this.#look());
    }
  }

  #open() {
    this.#panel.hidden = !this.#panel.hidden;
    this.#toggle.setAttribute("aria-expanded", String(!this.#panel.hidden));
    if (!this.#panel.hidden) this.#look();
  }

  /** Follow the text: key and metre can only be chosen for a new tune, and keys are named as they will be written. */
  #look() {
    this.#new.disabled = this.#field?.value.trim() !== "";
    this.#keys.place = placeAfter(this.#lead() + (this.#cursor?.before ?? ""));
  }

  /** What must stand before music at the cursor: the head of a new tune, or a line's end after a line of the head. */
  #lead() {
    if (!this.#new.disabled) return `X:1\nM:${chosen(this.#meter)}\nL:1/8\nK:${chosen(this.#key)}\n`;
    return FIELD.test(lastLine(this.#cursor?.before ?? "")) ? "\n" : "";
  }

  /** @param {number} midi */
  #note(midi) {
    if (this.#audible.checked) sound(midi);
    this.#write((place) => [pitchText(midi, place), pitchName(midi, place)]);
  }

  /**
   * @param {(place: import("./notes.js").Place) => [string, string]} sign what is written at a place, and its name
   */
  #write(sign) {
    if (!this.#cursor) return;
    this.#cursor.leave(FIELD);
    const lead = this.#lead();
    const place = placeAfter(this.#cursor.before + lead);
    const [pitch, name] = sign(place);
    const word = chosen(this.#lengths);
    const length = (LENGTHS.get(word) ?? 0) * (this.#dotted.checked ? 1.5 : 1);
    const note = lead + pitch + lengthText(length, place.unit);
    this.#cursor.insert(note + (fillsBeam(this.#cursor.before + note, place) ? " " : ""));
    this.#say(`Wrote ${name}, ${this.#dotted.checked ? "dotted " : ""}${word}.`);
  }

  #barLine() {
    if (!this.#cursor) return;
    this.#cursor.leave(FIELD);
    const lead = this.#lead();
    const bars = lastLine(this.#cursor.before + lead).split("|").length;
    this.#cursor.insert(lead + (bars < BARS_A_LINE ? "| " : "|\n"));
    this.#say("Wrote a bar line.");
  }

  #undo() {
    const undone = this.#cursor?.undo();
    this.#say(undone ? `Took back ${lastLine(undone.trim())}.` : "The piano has nothing to take back.");
  }

  /** @param {number} octaves */
  #shift(octaves) {
    this.#say(`The keys begin at ${this.#keys.shift(octaves)}.`);
  }

  async #useMidi() {
    try {
      await listenToMidi(
        (midi) => this.#panel.hidden || this.#note(midi),
        (names) => this.#say(names.length ? `Play on ${names.join(" or ")}.` : "Connect a MIDI keyboard, then play."),
      );
      if (document.activeElement === this.#midi) this.#audible.focus(); // what stands next to it
      this.#midi.hidden = true;
    } catch {
      this.#say("The browser does not let this page use MIDI keyboards. Allow it, then try again.");
    }
  }

  /** @param {string} text */
  #say(text) {
    this.#status.textContent = text;
  }
}

/**
 * @param {string} text
 * @param {() => void} click
 */
function button(text, click) {
  return make("button", { type: "button", on: { click } }, text);
}

/**
 * @param {string} name
 * @param {string[]} values
 */
function choice(name, values) {
  return make("label", {}, `${name} `, make("select", {}, ...values.map((value) => make("option", {}, value))));
}

function lengths() {
  const labels = [...LENGTHS.keys()].map((name) =>
    make(
      "label",
      {},
      make("input", { type: "radio", name: "piano-length", value: name, checked: name === "eighth" }),
      name,
    ),
  );
  return make("fieldset", { className: "row" }, make("legend", {}, "Length of the next note"), ...labels);
}

/** @param {string} text */
function lastLine(text) {
  return text.split("\n").pop() ?? "";
}

/** @param {Element} group with a selection or radio buttons */
function chosen(group) {
  return /** @type {HTMLSelectElement | HTMLInputElement} */ (group.querySelector("select, input:checked")).value;
}

customElements.define("gan-piano", GanPiano);
