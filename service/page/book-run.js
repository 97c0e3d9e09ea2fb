/** Asks for the titles of a whole tunebook, part by part, and asks again while the service is busy. */

import { batch, info, Problem } from "./api.js";
import { answerOfBook, cutBook } from "./book-part.js";

const PATIENCE = 3; // seconds until the next attempt, if the service does not say
const CHOICES = 4; // titles for each tune

/**
 * @typedef {object} Listener
 * @property {(text: string) => void} say A sentence about what happens now; "" when it is over.
 * @property {(answer: import("./book-review.js").BatchAnswer) => void} answer
 */

/**
 * Ask for the titles of each tune of a book.
 *
 * @param {Uint8Array<ArrayBuffer>} book
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @throws {Problem | import("./book-part.js").TooLarge} when the book cannot be named
 */
export async function nameBook(book, listener, signal) {
  const limits = await patiently(limitsOf, listener, signal);
  const parts = cutBook(book, limits);
  let before = 0;
  for (const [index, part] of parts.entries()) {
    const body = new Blob([part.bytes], { type: "text/vnd.abc" });
    let answered = 0;
    if (parts.length > 1) {
      const [bytes, tunes] = [limits.bytes, limits.tunes].map((limit) => limit.toLocaleString("en"));
      listener.say(
        `The service takes ${bytes} bytes and ${tunes} tunes at a time, so the book is sent in ${parts.length} parts. ` +
          `This is part ${index + 1}.`,
      );
    }
    await patiently(
      () =>
        batch(
          body,
          (answer) => {
            if (answer.number <= answered) return; // it came before the connection was lost
            answered = answer.number;
            listener.answer(answerOfBook(part, answer, before));
          },
          { topK: CHOICES, signal },
        ),
      listener,
      signal,
    );
    before += answered;
  }
}

/**
 * What the service takes at a time.
 *
 * @returns {Promise<import("./book-part.js").Limits>}
 */
export async function limitsOf() {
  const { limits } = await info();
  return { bytes: limits.max_batch_bytes, tunes: limits.max_batch_tunes };
}

/**
 * Try until it succeeds, or fails for a reason that does not pass.
 *
 * @template Result
 * @param {() => Promise<Result>} attempt
 * @param {Pick<Listener, "say">} listener
 * @param {AbortSignal} signal
 * @returns {Promise<Result>}
 */
export async function patiently(attempt, listener, signal) {
  for (;;) {
    try {
      const result = await attempt();
      return result;
    } catch (error) {
      if (!(error instanceof Problem) || !error.passes) throw error;
      const seconds = Math.max(1, Math.ceil(error.retryAfter ?? PATIENCE));
      const reason = error.status === 429 ? "The service is busy." : error.detail;
      for (let left = seconds; left > 0; left -= 1) {
        listener.say(`${reason} Trying again in ${left} s.`);
        await pause(1000, signal);
      }
      listener.say("");
    }
  }
}

/** @param {number} milliseconds @param {AbortSignal} signal */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
