/** Joins the elements of the page, and shows the view that the address names after its #. */

import "./answer.js";
import "./book.js";
import "./browse.js";
import "./history.js";
import "./offline.js";
import "./piano.js";
import "./recorder.js";
import "./score.js";
import "./share-link.js";
import "./tune.js";
import { find } from "./dom.js";

// No address names an element, because a browser would then take the focus away.
const VIEWS = /** @type {Record<string, string>} */ ({
  name: "name-tune",
  book: "name-book",
  browse: "browse-titles",
  title: "browse-titles",
});

/** Show one view, mark its link, and name the document after it. The focus moves along if it was in another view. */
function showView() {
  const [name] = location.hash.slice(1).split(/[/=?]/);
  const shown = VIEWS[name] ?? "name-tune";
  const focused = document.activeElement?.closest("main > section");
  for (const view of document.querySelectorAll("main > section")) {
    /** @type {HTMLElement} */ (view).hidden = view.id !== shown;
  }
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("data-view") === shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = find(document, `#${shown} h1`);
  document.title = `${heading.textContent} – Gan Ainm`; // the page of a title writes its own
  if (focused && focused.id !== shown) heading.focus();
}

/** Let the staff and the answer follow the tune. */
function joinTune() {
  const tune = find(document, "gan-tune");
  const score = /** @type {any} */ (find(document, "gan-score"));
  const answer = /** @type {any} */ (find(document, "gan-answer"));
  const listen = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
    tune.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
  listen("tune-change", ({ abc }) => (score.abc = abc));
  listen("asking", () => answer.wait());
  listen("answer", (detail) => answer.show(detail.answer, detail.abc));
  listen("no-answer", ({ reason, keep }) => answer.fail(reason, keep));
}

/** Take the tunes that a recording, a link or the history opens. */
function joinOpeners() {
  const tune = /** @type {any} */ (find(document, "gan-tune"));
  const answer = /** @type {any} */ (find(document, "gan-answer"));
  document.addEventListener("tune-open", (event) => {
    const { abc, answer: known } = /** @type {CustomEvent} */ (event).detail;
    tune.use(abc);
    if (known) answer.show(known, abc); // without a network it is the only one
  });
}

joinTune();
joinOpeners();
window.addEventListener("hashchange", showView);
showView();
