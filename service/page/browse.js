/** <gan-browse>: the catalogue. Finds titles while one types, and shows a title's page: `#browse?q=` and `#title/ID`. */

import { searchTitles } from "./api.js";
import { patiently } from "./book-run.js";
import { counted } from "./book-words.js";
import { find, make } from "./dom.js";
import { addressOf } from "./title.js";

const PAUSE = 150; // milliseconds without a key before the service is asked
const MOST = 30; // titles at a time

class Browse extends HTMLElement {
  #running = new AbortController();
  #timer = 0;
  #shown = 0;

  connectedCallback() {
    if (this.childElementCount) return;
    const form = make(
      "form",
      { role: "search" },
      make("label", { for: "browse-q" }, "Find a title"),
      make("input", {
        type: "search",
        id: "browse-q",
        autocomplete: "off",
        placeholder: "a name, or a part of one",
        maxLength: 200,
      }),
    );
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      history.replaceState(null, "", this.#query ? `#browse?${new URLSearchParams({ q: this.#query })}` : "#browse");
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#search(), PAUSE);
    });
    const more = make(
      "button",
      { type: "button", className: "more", hidden: true, on: { click: () => this.#search(true) } },
      "More titles",
    );
    this.append(
      make(
        "div",
        { className: "search" },
        form,
        make("p", { className: "said hint", role: "status" }),
        make("ol", { className: "found" }),
        more,
      ),
      document.createElement("gan-title"),
    );
    window.addEventListener("hashchange", () => this.#route());
    this.#route();
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (find(this, "#browse-q"));
  }

  get #query() {
    return this.#field.value.trim();
  }

  /** Show what the fragment of the address says; other fragments belong to other views. */
  #route() {
    const fragment = location.hash.slice(1);
    const title = fragment.startsWith("title/") ? decoded(fragment.slice("title/".length)) : "";
    const query = /^browse(?:\?(.*))?$/s.exec(fragment);
    if (!title && !query) return;
    const page = /** @type {import("./title.js").GanTitle} */ (find(this, "gan-title"));
    const left = page.contains(document.activeElement);
    page.hidden = !title;
    find(this, ".search").hidden = Boolean(title);
    if (title) return void page.show(title);
    if (left) this.#cameFrom(page.name)?.focus();
    const asked = new URLSearchParams(query?.[1] ?? "").get("q") ?? "";
    if (asked === this.#query && this.#shown) return; // the list is still there
    this.#field.value = asked;
    void this.#search();
  }

  /** What gets the focus when somebody comes back from a title: its link, or the field.
   * @param {string} title its id */
  #cameFrom(title) {
    const links = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".found a")]);
    return links.find((link) => link.getAttribute("href") === addressOf(title)) ?? this.#field;
  }

  /** @param {boolean} [more] whether to go on with the list instead of beginning a new one */
  async #search(more = false) {
    this.#running.abort(); // an older search has no use any more
    this.#running = new AbortController();
    const { signal } = this.#running;
    const q = this.#query;
    const list = find(this, "ol");
    const offset = more ? this.#shown : 0;
    try {
      const found = await patiently(
        () => searchTitles(q, { limit: MOST, offset, signal }),
        { say: (text) => this.#say(text) },
        signal,
      );
      if (!more) list.replaceChildren();
      const first = list.childElementCount;
      list.append(...found.titles.map(item));
      this.#shown = offset + found.titles.length;
      find(this, ".more").hidden = this.#shown >= found.total;
      if (more) list.children[first]?.querySelector("a")?.focus();
      if (!found.total) this.#say(`No title is like “${q}”.`);
      else
        this.#say(
          q
            ? `${counted(found.total, "title")}, the most similar first`
            : `${counted(found.total, "title")} in alphabetical order`,
        );
    } catch (error) {
      if (!signal.aborted) this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} text */
  #say(text) {
    find(this, ".said").textContent = text;
  }
}

/**
 * A title in the list.
 *
 * @param {any} title
 */
function item({ id, title, matched, rhythms, setting_count: settings }) {
  const about = [
    matched && matched !== title ? `also “${matched}”` : "",
    rhythms.join(", "),
    settings > 1 ? counted(settings, "setting") : "",
  ];
  return make(
    "li",
    {},
    make("a", { href: addressOf(id), className: "name" }, title),
    make("span", { className: "hint" }, ` ${about.filter(Boolean).join(", ")}`),
  );
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody has typed the address
  }
}

customElements.define("gan-browse", Browse);
