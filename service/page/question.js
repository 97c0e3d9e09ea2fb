/** Asks for the titles of a tune: the newest text counts, and what fails for a while is asked again. */

import { Problem, suggest } from "./api.js";

const PATIENCE = [1, 3, 6, 12, 30]; // seconds before each further attempt

/** What is known about the question at present. With `asking` nothing else is set. `retryIn` is in seconds; null means
 * that the question waits for the network, or, with a problem that stays, that nobody asks again.
 * @typedef {{ asking: true } | { asking: false, text: string, answer: import("./api.js").Answer }
 *   | { asking: false, text: string, problem: Problem, offline: boolean, retryIn: number | null }} State */

export class Question {
  #tell;
  #timer = 0;
  #attempts = 0;
  #text = "";
  /** @type {AbortController | null} */
  #running = null;

  /** @param {(state: State) => void} tell is called with each change */
  constructor(tell) {
    this.#tell = tell;
    window.addEventListener("online", () => {
      if (this.#attempts && !this.#running) this.ask(this.#text);
    });
  }

  /** Ask at once, or after some milliseconds without another call.
   * @param {string} text
   * @param {number} [delay] */
  ask(text, delay = 0) {
    this.stop();
    this.#text = text;
    this.#attempts = 0;
    this.#later(delay);
  }

  /** Forget the question. */
  stop() {
    window.clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
  }

  /** @param {number} delay in milliseconds */
  #later(delay) {
    this.#timer = window.setTimeout(() => this.#try(), delay);
  }

  async #try() {
    const text = this.#text;
    const running = new AbortController();
    this.#running = running;
    if (!this.#attempts) this.#tell({ asking: true });
    try {
      const answer = await suggest(text, { signal: running.signal });
      if (running !== this.#running) return;
      this.#attempts = 0;
      this.#tell({ asking: false, text, answer });
    } catch (error) {
      if (running !== this.#running || !(error instanceof Problem)) return;
      this.#fail(text, error);
    }
    this.#running = null;
  }

  /** @param {string} text @param {Problem} problem */
  #fail(text, problem) {
    const offline = problem.status === 0 && !navigator.onLine;
    let retryIn = null;
    if (problem.passes) {
      const patience = PATIENCE[Math.min(this.#attempts, PATIENCE.length - 1)];
      if (!offline) retryIn = Math.max(Math.ceil(problem.retryAfter ?? 0), patience);
      this.#attempts += 1;
      if (retryIn !== null) this.#later(1000 * retryIn);
    }
    this.#tell({ asking: false, text, problem, offline, retryIn });
  }
}
