/** The text field of the tune, for elements that stand inside `<gan-tune>`. */

import { find } from "./dom.js";

/**
 * @param {Element} element
 * @returns {HTMLTextAreaElement}
 * @throws {Error} when the element stands elsewhere
 */
export function tuneField(element) {
  const tune = element.closest("gan-tune");
  if (!tune) throw new Error(`${element.localName} belongs into gan-tune`);
  return /** @type {HTMLTextAreaElement} */ (find(tune, "textarea"));
}
