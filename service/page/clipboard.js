/** The clipboard. */

import { make } from "./dom.js";

/**
 * Put a text on the clipboard. Without HTTPS a page may only copy a selection.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser has allowed it
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const field = make("textarea", { value: text, className: "for-screen-readers", "aria-hidden": "true" });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
}
