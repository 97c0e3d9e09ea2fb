/** <gan-title>: the page of a title, with its names, its settings and the titles nearest to it. */

import { Problem, settingAddress, title as titleOf } from "./api.js";
import { patiently } from "./book-run.js";
import { counted } from "./book-words.js";
import { find, make } from "./dom.js";
import { draw } from "./engraving.js";
import { Player } from "./player.js";
import { otherNames, source } from "./words.js";

const WIDEST = 760; // pixels of a staff
const BAR_WIDTH = 150; // pixels that a bar needs to be legible

/** The page of a title.
 * @param {string} id */
export function addressOf(id) {
  return `#title/${encodeURIComponent(id)}`;
}

export class GanTitle extends HTMLElement {
  /** The id of the title that is shown. */
  name = "";
  #running = new AbortController();
  #player = new Player();
  /** @type {Map<Element, any>} the settings by the places where they are drawn */
  #settings = new Map();
  #observer = new ResizeObserver((entries) => {
    for (const { target } of entries) this.#draw(target);
  });

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make("p", { className: "back" }, make("a", { href: "#browse" }, "All titles")),
      make("p", { className: "said", role: "status" }),
      make("div", { className: "about-title" }),
    );
  }

  /**
   * Show the title with this id.
   *
   * @param {string} id
   */
  async show(id) {
    this.name = id;
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#observer.disconnect();
    this.#settings.clear();
    find(this, ".about-title").replaceChildren();
    const say = (/** @type {string} */ text) => (find(this, ".said").textContent = text);
    say("");
    try {
      const title = await patiently(() => titleOf(id, signal), { say }, signal);
      this.#show(title);
    } catch (error) {
      if (signal.aborted) return;
      const unknown = error instanceof Problem && error.status === 404;
      const reason = error instanceof Error ? error.message : String(error);
      say(unknown ? "There is no such title. Perhaps the catalogue has changed; look for its name." : reason);
    }
  }

  /** @param {any} title */
  #show(title) {
    const names = otherNames(title);
    const heading = make("h2", { tabIndex: -1 }, title.title);
    find(this, ".about-title").replaceChildren(
      heading,
      make(
        "p",
        { className: "details" },
        [names.length ? `also called ${names.join(", ")}` : "", title.rhythms.join(", ")].filter(Boolean).join(" · "),
      ),
      make("h3", {}, counted(title.settings.length, "setting")),
      ...title.settings.map((/** @type {any} */ setting) => this.#setting(setting)),
      make("h3", {}, "Titles nearest to it"),
      make(
        "ul",
        { className: "nearest" },
        ...title.nearest.map((/** @type {any} */ near) =>
          make("li", {}, make("a", { href: addressOf(near.id), className: "name" }, near.title)),
        ),
      ),
    );
    document.title = `${title.title} – Gan Ainm`;
    heading.focus({ preventScroll: true });
  }

  /** @param {any} setting */
  #setting(setting) {
    const staff = make("div", {
      className: "staff",
      tabIndex: 0,
      role: "region",
      "aria-label": `${setting.title} on a staff`,
    });
    const play = make("button", { type: "button", "aria-pressed": "false" }, "Play");
    play.addEventListener("click", () => this.#play(setting, play));
    this.#settings.set(staff, setting);
    this.#observer.observe(staff);
    const address = /^https?:\/\//.test(setting.url) ? setting.url : "";
    const printed = setting.printed === setting.title ? "" : `printed as “${setting.printed}”`;
    return make(
      "article",
      { className: "setting" },
      make(
        "p",
        { className: "details" },
        [setting.key, setting.meter, setting.rhythm.toLowerCase(), printed].filter(Boolean).join(" · "),
      ),
      staff,
      make(
        "p",
        { className: "source" },
        `From ${source(setting)}${setting.licence && `: ${licence(setting)}`}.`,
        setting.also.length ? ` The same notes stand in ${counted(setting.also.length, "other place")}.` : "",
      ),
      make(
        "div",
        { className: "actions" },
        play,
        make("a", { href: settingAddress(setting.id), download: `${setting.id}.abc` }, "Download the ABC"),
        address && make("a", { href: address, target: "_blank", rel: "noopener" }, "Open the setting"),
      ),
    );
  }

  /**
   * Draw a setting as wide as its place is now.
   *
   * @param {Element} staff
   */
  #draw(staff) {
    const setting = this.#settings.get(staff);
    const width = Math.min(staff.clientWidth, WIDEST);
    if (!setting || !width || width === setting.width) return;
    setting.width = width;
    const perLine = Math.max(1, Math.floor(width / BAR_WIDTH));
    setting.drawing = draw(/** @type {HTMLElement} */ (staff), setting.abc, { width, perLine, plain: true });
    staff.querySelector("svg")?.setAttribute("aria-label", `${setting.title} on a staff`);
  }

  /** @param {any} setting @param {HTMLButtonElement} button */
  #play(setting, button) {
    const wasPlaying = button.getAttribute("aria-pressed") === "true";
    this.#player.stop();
    for (const each of this.querySelectorAll("[aria-pressed=true]")) {
      each.setAttribute("aria-pressed", "false");
      each.textContent = "Play";
    }
    if (wasPlaying || !setting.drawing) return;
    button.setAttribute("aria-pressed", "true");
    button.textContent = "Stop";
    this.#player.play(setting.drawing.sounds(), (sound) => {
      for (const each of this.querySelectorAll(".sounding")) each.classList.remove("sounding");
      const sign = sound && setting.drawing.signAt(/** @type {any} */ (sound).place);
      sign?.drawn?.classList.add("sounding");
      if (!sound) Object.assign(button, { textContent: "Play" }).setAttribute("aria-pressed", "false");
    });
  }
}

/**
 * What one may do with a setting, without the name of its collection.
 *
 * @param {import("./api.js").Setting} setting
 */
function licence(setting) {
  return setting.licence.replace(/^[^:;]{3,80}:\s*/, "").replace(/\.$/, "");
}

customElements.define("gan-title", GanTitle);
