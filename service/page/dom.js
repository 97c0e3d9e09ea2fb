/** Making elements. Text always enters the page as text, never as HTML. */

/**
 * An element with properties and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties] names with a hyphen, and `role` and `for`, are set as attributes;
 *   `on` holds listeners by the name of their event; what is null or undefined is left out
 * @param {...(Node | string | null | undefined | false)} children strings become text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name.includes("-") || name === "role" || name === "for") {
      element.setAttribute(name, String(value));
    } else {
      Reflect.set(element, name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * The element that a selector finds.
 *
 * @template {Element} [Found=HTMLElement]
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {Found}
 * @throws {Error} when there is none
 */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return /** @type {Found} */ (/** @type {unknown} */ (found));
}

/**
 * Let an element tell others that something happened; the event bubbles.
 *
 * @param {Element} element
 * @param {string} name
 * @param {unknown} [detail]
 */
export function tell(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}
