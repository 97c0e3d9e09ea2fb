/** `<gan-answer>`: what the tune is called, how sure that is, and why. */

import { settingAddress } from "./api.js";
import { find, make, tell } from "./dom.js";
import "./match.js";
import { withTitle } from "./titled.js";
import * as words from "./words.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Title} Title */

const EQUALS = 3; // titles that are shown alike when no one is sure
const LISTED = 5; // less likely titles
const FEWEST = 0.01; // what is less likely is not listed

class AnswerView extends HTMLElement {
  #text = "";
  /** @type {Answer | null} */
  #answer = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make("p", { className: "for-screen-readers", role: "status" }),
      make("p", { className: "trouble", hidden: true }),
      make("div", { className: "result" }),
    );
  }

  /** Show that an answer is on its way. The last one stays. */
  wait() {
    this.setAttribute("aria-busy", "true");
  }

  /** Show nothing. */
  clear() {
    this.#answer = null;
    this.#settle("", "");
    find(this, ".result").replaceChildren();
  }

  /** Show an answer.
   * @param {Answer} answer
   * @param {string} text of the tune */
  show(answer, text) {
    this.#answer = answer;
    this.#text = text;
    this.#settle("", words.sentence(answer));
    const certainty = words.certainty(answer);
    const equals = certainty === "likely" || certainty === "torn" ? EQUALS : certainty === "sure" ? 1 : 0;
    const caution = words.caution(answer.tune.notes);
    find(this, ".result").replaceChildren(
      make("div", { className: `titles ${certainty}` }, ...this.#titles(answer, certainty, equals)),
      caution && make("p", { className: "caution" }, caution),
      ...(certainty === "unsure" ? this.#unknown(answer) : [this.#others(answer.suggestions.slice(equals))]),
    );
  }

  /** Say why there is no answer. The last one stays if it may be followed by another.
   * @param {string} reason
   * @param {boolean} keep */
  fail(reason, keep) {
    if (!keep) this.clear();
    this.#settle(reason, reason);
    this.classList.toggle("stale", keep && this.#answer !== null);
  }

  /** @param {string} trouble @param {string} status */
  #settle(trouble, status) {
    this.removeAttribute("aria-busy");
    this.classList.remove("stale");
    const line = find(this, ".trouble");
    line.textContent = trouble;
    line.hidden = !trouble;
    find(this, "[role=status]").textContent = status;
  }

  /** @param {Answer} answer @param {string} certainty @param {number} count */
  #titles(answer, certainty, count) {
    if (certainty === "unsure") return [make("h2", {}, "I don't know this tune.")];
    const [first] = answer.suggestions;
    if (certainty === "torn") {
      const heading = make("h2", { className: "torn" }, "I know this tune, but it may be one of these:");
      return [heading, ...answer.suggestions.slice(0, count).map((title) => this.#title(title, "", "h3"))];
    }
    const lead = certainty === "sure" ? "This is " : "Probably ";
    const others = answer.suggestions.slice(1, count).filter((title) => title.confidence >= FEWEST);
    return [this.#title(first, lead, "h2"), ...others.map((title) => this.#title(title, "or ", "h2"))];
  }

  /** A title with its confidence, its names, its source, and what one can do with it.
   * @param {Title} title @param {string} lead @param {"h2" | "h3"} level */
  #title(title, lead, level) {
    const match = words.melody(title);
    const names = words.otherNames(title);
    const details = [
      names.length ? `also called ${names.slice(0, 4).join(", ")}` : "",
      match?.setting.rhythm.toLowerCase() ?? "",
      match ? `from ${words.source(match.setting)}` : "",
    ].filter(Boolean);
    return make(
      "article",
      { className: "title" },
      make(level, {}, lead && make("span", { className: "lead" }, lead), make("span", { className: "name" }, title.title)),
      confidence(title.confidence),
      details.length ? make("p", { className: "details" }, details.join(" · ")) : null,
      this.#actions(title),
    );
  }

  /** @param {Title} title */
  #actions(title) {
    const match = words.melody(title);
    const copy = make("button", { type: "button", on: { click: () => this.#copy(title.title, copy) } }, "Copy ABC with this title");
    return make(
      "div",
      { className: "actions" },
      match && this.#matchButton(title),
      copy,
      match && openSetting(match.setting, title.title),
    );
  }

  /** The button that shows the tune above the setting.
   * @param {Title} title */
  #matchButton(title) {
    const button = make("button", { type: "button", "aria-expanded": "false", "aria-label": `Show the match with ${title.title}` }, "Show the match");
    button.addEventListener("click", () => {
      const holder = /** @type {HTMLElement} */ (button.closest(".title, li"));
      const shown = holder.querySelector("gan-match");
      button.setAttribute("aria-expanded", String(!shown));
      button.textContent = shown ? "Show the match" : "Hide the match";
      button.setAttribute("aria-label", `${button.textContent} with ${title.title}`);
      if (shown) return shown.remove();
      const view = /** @type {import("./match.js").Match} */ (document.createElement("gan-match"));
      const match = words.melody(title);
      holder.append(view);
      if (match && this.#answer) view.show(this.#text, this.#answer.tune, match);
    });
    return button;
  }

  /** @param {Title[]} titles */
  #others(titles) {
    const likely = titles.filter((title) => title.confidence >= FEWEST).slice(0, LISTED);
    if (!likely.length) return "";
    return make("section", { className: "others" }, make("h2", {}, "Less likely"), make("ul", {}, ...likely.map((title) => this.#row(title, true))));
  }

  /** @param {Answer} answer */
  #unknown(answer) {
    const near = answer.suggestions.filter(words.melody).slice(0, EQUALS);
    const alike = answer.suggestions.filter((title) => !words.melody(title)).slice(0, LISTED);
    return [
      near.length &&
        make("section", { className: "others" }, make("h3", {}, "The closest I know:"), make("ul", {}, ...near.map((title) => this.#row(title, true)))),
      alike.length &&
        make("section", { className: "alike" }, make("h3", {}, "Tunes like it are called:"), make("ul", {}, ...alike.map((title) => this.#row(title, false)))),
    ].filter((each) => each instanceof Node);
  }

  /** @param {Title} title @param {boolean} likely whether to say how likely it is */
  #row(title, likely) {
    const match = words.melody(title);
    return make(
      "li",
      {},
      make("span", { className: "name" }, title.title),
      likely && make("span", { className: "percent" }, words.percent(title.confidence)),
      match && this.#matchButton(title),
    );
  }

  /** @param {string} title @param {HTMLButtonElement} button */
  async #copy(title, button) {
    const abc = withTitle(this.#text, title);
    const label = button.textContent;
    button.textContent = (await copied(abc)) ? "Copied" : "Copying is not allowed here";
    find(this, "[role=status]").textContent = button.textContent;
    tell(this, "copied", { abc, title });
    setTimeout(() => (button.textContent = label), 2500);
  }
}

/** A bar, and the same in words.
 * @param {number} value */
function confidence(value) {
  const text = `${words.percent(value)} sure`;
  return make(
    "p",
    { className: "confidence" },
    make("meter", { min: 0, max: 1, value, "aria-label": text }),
    make("span", {}, text),
  );
}

/** @param {import("./api.js").Setting} setting @param {string} title */
function openSetting(setting, title) {
  const address = /^https?:\/\//.test(setting.url) ? setting.url : settingAddress(setting.id);
  return make("a", { href: address, target: "_blank", rel: "noopener", "aria-label": `Open the setting of ${title}` }, "Open the setting");
}

/** Put a text on the clipboard. Pages without HTTPS may only copy a selection.
 * @param {string} text
 * @returns {Promise<boolean>} */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = make("textarea", { value: text, className: "for-screen-readers", "aria-hidden": "true" });
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
}

customElements.define("gan-answer", AnswerView);
