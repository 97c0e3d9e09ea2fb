/** Files and texts that somebody drops: on the whole view, because a browser leaves the page when a file misses it. */

/**
 * Take what is dropped on the view of an element.
 *
 * @param {HTMLElement} element which shows, by its class `drop`, that it would take it
 * @param {{ file: (file: File) => void, text: (text: string) => void, refuse: (reason: string) => void }} act
 */
export function onDrop(element, { file, text, refuse }) {
  const view = element.closest("section") ?? element;
  view.addEventListener("dragover", (event) => {
    event.preventDefault();
    element.classList.add("drop");
  });
  view.addEventListener("dragleave", () => element.classList.remove("drop"));
  view.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("drop");
    const files = event.dataTransfer?.files ?? [];
    const dropped = event.dataTransfer?.getData("text/plain") ?? "";
    if (files.length > 1) refuse("Drop one file at a time, please.");
    else if (files.length) file(files[0]);
    else if (dropped) text(dropped);
  });
}
