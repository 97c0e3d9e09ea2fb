/** What stands in a text field, kept for this tab: it is there again after a reload, and when somebody comes back. */

/**
 * Fill a field with what it had, if it is empty, and keep what it has when the page goes.
 *
 * @param {HTMLTextAreaElement} field with an id
 */
export function keepDraft(field) {
  const name = `draft-${field.id}`;
  try {
    field.value ||= sessionStorage.getItem(name) ?? "";
  } catch {
    return; // this browser keeps nothing
  }
  window.addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(name, field.value);
    } catch {
      sessionStorage.removeItem(name); // it is too long
    }
  });
}
