/** A suggested title: in large letters with all that belongs to it, or as a row of a list. */

import { settingAddress } from "./api.js";
import { copied } from "./clipboard.js";
import { make, tell } from "./dom.js";
import "./match.js";
import { addressOf } from "./title.js";
import { withTitle } from "./titled.js";
import { difference, melody, otherNames, percent, source } from "./words.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Title} Title */

const NAMES = 4; // other names that are shown
const COPIED_MS = 2500; // how long a button says that it has copied

/**
 * A title with its confidence, its names, its source, and what one can do with it.
 *
 * @param {Title} title
 * @param {string} lead words before it
 * @param {Answer} answer that it comes from
 * @param {string} text of the tune
 */
export function titleCard(title, lead, answer, text) {
  const match = melody(title);
  const names = otherNames(title).slice(0, NAMES);
  const details = [
    names.length ? `also called ${names.join(", ")}` : "",
    match?.setting.rhythm.toLowerCase() ?? "",
    match ? `from ${source(match.setting)}` : "",
  ].filter(Boolean);
  const heading = [make("span", { className: "lead" }, lead), nameLink(title)];
  const copy = make("button", { type: "button" }, "Copy ABC with this title");
  copy.setAttribute("aria-label", `Copy ABC with this title: ${title.title}`);
  copy.addEventListener("click", () => copyTitled(copy, text, title.title));
  return make(
    "article",
    { className: "title" },
    make("h2", {}, ...heading),
    confidence(title.confidence),
    details.length > 0 && make("p", { className: "details" }, details.join(" \u00b7 ")),
    match && make("p", { className: "details how" }, difference(match)),
    make(
      "div",
      { className: "actions" },
      match && matchButton(title, match, answer, text),
      copy,
      match && openSetting(match.setting, title.title),
    ),
  );
}

/**
 * A title as a row of a list.
 *
 * @param {Title} title
 * @param {boolean} measured whether to say how likely it is
 * @param {Answer} answer that it comes from
 * @param {string} text of the tune
 */
export function titleRow(title, measured, answer, text) {
  const match = melody(title);
  return make(
    "li",
    {},
    nameLink(title),
    measured && make("span", { className: "percent" }, percent(title.confidence)),
    match && matchButton(title, match, answer, text),
  );
}

/** A title, which leads to its page.
 * @param {Title} title */
function nameLink(title) {
  return make("a", { className: "name", href: addressOf(title.id) }, title.title);
}

/** A bar, and the same in words.
 * @param {number} value */
function confidence(value) {
  const words = `${percent(value)} sure`;
  const meter = make("meter", { min: 0, max: 1, value, "aria-label": words });
  return make("p", { className: "confidence" }, meter, make("span", { "aria-hidden": "true" }, words));
}

/** The button that shows the tune above the setting, and hides it again.
 * @param {Title} title @param {import("./api.js").Melody} match @param {Answer} answer @param {string} text */
function matchButton(title, match, answer, text) {
  const button = make("button", { type: "button" });
  const label = (/** @type {boolean} */ shown) => {
    button.textContent = shown ? "Hide the match" : "Show the match";
    button.setAttribute("aria-label", `${button.textContent} with ${title.title}`);
    button.setAttribute("aria-expanded", String(shown));
  };
  label(false);
  button.addEventListener("click", () => {
    const holder = /** @type {HTMLElement} */ (button.closest("article, li"));
    const shown = holder.querySelector("gan-match");
    label(!shown);
    if (shown) return shown.remove();
    const view = /** @type {import("./match.js").Match} */ (document.createElement("gan-match"));
    holder.append(view);
    view.show(text, answer.tune, match);
  });
  return button;
}

/** @param {import("./api.js").Setting} setting @param {string} title */
function openSetting(setting, title) {
  const href = /^https?:\/\//.test(setting.url) ? setting.url : settingAddress(setting.id);
  const label = `Open the setting of ${title}`;
  return make("a", { href, target: "_blank", rel: "noopener", "aria-label": label }, "Open the setting");
}

/** @param {HTMLButtonElement} button @param {string} text @param {string} title */
async function copyTitled(button, text, title) {
  const abc = withTitle(text, title);
  const done = await copied(abc);
  const label = button.textContent;
  button.textContent = done ? "Copied" : "Copying is not allowed here";
  if (done) tell(button, "copied", { abc, title });
  setTimeout(() => {
    button.textContent = label;
  }, COPIED_MS);
}
