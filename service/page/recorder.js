/** `<gan-recorder>`: a tune from the microphone or from a recording, sent to the service.
 *
 * Tells `tune-open` with `{ abc, answer }` when the service has answered. Hidden where the service takes no sound. */

import { info, Problem, suggest } from "./api.js";
import { make, tell } from "./dom.js";
import { isAllowedHere, Microphone, peak, whyNot } from "./microphone.js";
import { MOST_SECONDS, SoundError, wavOf, wavOfFile } from "./sound.js";

const QUIET = 0.01; // a peak below this is a muted microphone

export class GanRecorder extends HTMLElement {
  /** @type {Microphone | null} */
  #microphone = null;
  #starting = false;
  /** @type {Blob | null} a recording that the service has not answered yet */
  #unsent = null;
  #sending = new AbortController();

  #toggle = make("button", { type: "button", "aria-expanded": "false", "aria-controls": "recorder-panel" }, "Listen");
  #record = make("button", { type: "button", className: "record" }, "Record");
  #level = make("meter", { min: 0, max: 1, high: 0.95, "aria-label": "Level of the microphone" });
  #left = make("output", { className: "left" });
  #file = make("input", { type: "file", accept: "audio/*,.wav" }); // stays outside of the page: a button opens it
  #again = make("button", { type: "button", hidden: true }, "Send again");
  #status = make("p", { role: "status" });
  #panel = make("div", { id: "recorder-panel", className: "panel", hidden: true });

  connectedCallback() {
    if (this.#panel.isConnected) return;
    this.hidden = true;
    const open = make("button", { type: "button", on: { click: () => this.#file.click() } }, "Open a recording");
    const row = make("div", { className: "row" });
    if (isAllowedHere()) row.append(this.#record, this.#level, this.#left);
    else this.#panel.append(make("p", {}, "Browsers allow the microphone only over HTTPS or on localhost."));
    row.append(open, make("span", { className: "quiet" }, "or drop it here"));
    this.#panel.append(
      row,
      make("p", { className: "quiet" }, "The sound goes to this service, which makes notes of it and stores nothing."),
      this.#status,
      this.#again,
    );
    this.append(this.#toggle, this.#panel);
    this.#toggle.addEventListener("click", () => this.#open(this.#panel.hidden === true));
    this.#record.addEventListener("click", () => (this.#microphone ? this.#stop() : this.#start()));
    this.#again.addEventListener("click", () => this.#send());
    this.#file.addEventListener("change", () => this.#take(this.#file.files?.[0]));
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#microphone) this.#stop();
    });
    this.#panel.addEventListener("dragover", (event) => event.preventDefault());
    this.#panel.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation(); // the page takes other files
      this.#take(event.dataTransfer?.files[0]);
    });
    window.addEventListener("online", () => this.#unsent && this.#send());
    this.#rest();
    info().then(
      ({ inputs = [] }) => (this.hidden = !inputs.includes("audio/wav")),
      () => (this.hidden = true),
    );
  }

  disconnectedCallback() {
    this.#microphone?.stop();
    this.#microphone = null;
    this.#sending.abort();
  }

  /** @param {boolean} open */
  #open(open) {
    this.#panel.hidden = !open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    if (!open && this.#microphone) this.#stop();
  }

  async #start() {
    if (this.#starting) return; // a disabled button would lose the focus
    this.#starting = true;
    this.#say("Waiting for the microphone.");
    try {
      this.#microphone = await Microphone.open((level, seconds) => this.#heard(level, seconds));
      this.#record.textContent = "Stop";
      this.classList.add("live");
      this.#say("Recording. Play or whistle the tune.");
    } catch (error) {
      this.#say(whyNot(error));
    }
    this.#starting = false;
  }

  /**
   * @param {number} level from 0 to 1
   * @param {number} seconds
   */
  #heard(level, seconds) {
    this.#level.value = level;
    this.#left.value = `${Math.max(Math.ceil(MOST_SECONDS - seconds), 0)} s left`;
    if (seconds >= MOST_SECONDS && this.#microphone) this.#stop();
  }

  async #stop() {
    if (!this.#microphone) return;
    const { samples, rate } = this.#microphone.stop();
    this.#microphone = null;
    this.#rest();
    if (peak(samples) < QUIET) this.#say("I heard nothing. Is the microphone muted?");
    else await this.#name(wavOf(samples, rate));
  }

  #rest() {
    this.classList.remove("live");
    this.#record.textContent = "Record";
    this.#level.value = 0;
    this.#left.value = `up to ${MOST_SECONDS} s`;
  }

  /** @param {Blob | undefined} file */
  async #take(file) {
    if (file) await this.#name(wavOfFile(file));
    this.#file.value = "";
  }

  /** @param {Promise<Blob>} wav */
  async #name(wav) {
    try {
      this.#unsent = await wav;
    } catch (error) {
      this.#say(error instanceof SoundError ? error.message : "The sound could not be read.");
      return;
    }
    await this.#send();
  }

  async #send() {
    if (!this.#unsent) return;
    this.#sending.abort(); // a new recording replaces the one before
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    if (document.activeElement === this.#again) this.#toggle.focus();
    this.#again.hidden = true;
    this.#say("Making notes of the sound.");
    try {
      const answer = await suggest(this.#unsent, { signal });
      if (signal.aborted) return;
      this.#unsent = null;
      this.#say("These are the notes I heard. Mend them if some are wrong.");
      tell(this, "tune-open", { abc: answer.abc ?? "", answer });
    } catch (error) {
      if (signal.aborted) return;
      const passes = error instanceof Problem && error.passes;
      this.#again.hidden = !passes;
      if (!passes) this.#unsent = null;
      this.#say(sentence(error));
    }
  }

  /** @param {string} text */
  #say(text) {
    this.#status.textContent = text;
  }
}

/** @param {unknown} error */
function sentence(error) {
  if (!(error instanceof Problem)) return "The service's answer could not be read.";
  if (error.status === 0) return "The service does not answer. The recording is kept here until you leave the page.";
  return error.passes ? "The service is busy. The recording is kept." : error.detail;
}

customElements.define("gan-recorder", GanRecorder);
