/** `<gan-history>`: the last answers and favourites of this browser, also without a network.
 *
 * Remembers each `answer` with `{ abc, answer }` that bubbles up to the document, and tells `tune-open` with the same
 * when the user opens one. */

import { find, make, tell } from "./dom.js";
import { asTunebook, nameOf } from "./entries.js";
import { forget, keep, remember, remembered } from "./store.js";

/** @typedef {import("./entries.js").Entry} Entry */

const KEPT = "Kept in this browser only: the last 200, and your favourites.";
const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export class GanHistory extends HTMLElement {
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Map<Element, Entry>} by the rows that show them */
  #items = new Map();
  /** @type {Entry[]} removed last, until the next answer */
  #removed = [];
  #summary = make("summary", {}, "Your last tunes");
  #list = make("ol", {});
  #only = make("input", { type: "checkbox" });
  #save = make("button", { type: "button" }, "Download as ABC");
  #clear = make("button", { type: "button" }, "Clear");
  #undo = make("button", { type: "button", hidden: true }, "Undo");
  #status = make("p", { role: "status", className: "quiet" });

  connectedCallback() {
    if (this.children.length > 0) return;
    const only = make("label", {}, this.#only, "Favourites only");
    const row = make("div", { className: "row" }, only, this.#save, this.#clear, this.#undo);
    this.append(make("details", {}, this.#summary, this.#list, row, this.#status));
    this.hidden = true;
    this.#only.addEventListener("change", () => this.#show());
    this.#save.addEventListener("click", () => this.#download());
    this.#clear.addEventListener("click", () => this.#remove(this.#entries.filter(({ favourite }) => !favourite)));
    this.#undo.addEventListener("click", () => this.#restore());
    document.addEventListener("answer", (event) => this.#remember(/** @type {CustomEvent} */ (event).detail));
    this.#change(async () => {});
  }

  /** @param {{ abc: string, answer: import("./api.js").Answer }} answered */
  #remember({ abc, answer }) {
    this.#removed = [];
    return this.#change(() => remember(abc, answer));
  }

  /** @param {Entry[]} entries */
  async #remove(entries) {
    await this.#change(() => forget(entries));
    this.#removed = entries;
    this.#show();
    this.#status.textContent = entries.length === 1 ? "Removed a tune." : `Removed ${entries.length} tunes.`;
    (this.#undo.hidden ? this.#only : this.#undo).focus();
  }

  async #restore() {
    const restored = this.#removed;
    this.#removed = [];
    await this.#change(() => keep(restored));
    this.#only.focus();
  }

  /** @param {() => Promise<void>} change of the store */
  async #change(change) {
    try {
      await change();
      this.#entries = await remembered();
      this.#show();
    } catch {
      this.#status.textContent = "This browser keeps no history.";
    }
  }

  get #shown() {
    return this.#only.checked ? this.#entries.filter(({ favourite }) => favourite) : this.#entries;
  }

  #show() {
    const shown = this.#shown;
    const focused = document.activeElement;
    const before = this.#items.get(focused?.closest("li") ?? this);
    this.#items = new Map(shown.map((entry) => [this.#item(entry), entry]));
    this.#list.replaceChildren(...this.#items.keys());
    for (const [item, { abc }] of this.#items) {
      if (abc === before?.abc) find(item, `.${focused?.className}`).focus();
    }
    this.hidden &&= this.#entries.length === 0; // it stays while somebody may press Undo
    this.#status.textContent = shown.length === 0 && this.#only.checked ? "Star a tune to find it here." : KEPT;
    this.#save.disabled = shown.length === 0;
    this.#clear.disabled = this.#entries.every(({ favourite }) => favourite);
    this.#undo.hidden = this.#removed.length === 0;
  }

  /** @param {Entry} entry */
  #item(entry) {
    const name = nameOf(entry.answer) || "Not a known tune";
    const open = make("button", { type: "button", className: "open" }, name);
    open.addEventListener("click", () => tell(this, "tune-open", { abc: entry.abc, answer: entry.answer }));
    const label = `Favourite: ${name}`;
    const star = make("button", {
      type: "button",
      className: "star",
      "aria-pressed": String(entry.favourite),
      "aria-label": label,
    });
    star.addEventListener("click", async () => {
      await this.#change(() => keep([{ ...entry, favourite: !entry.favourite }]));
      if (!star.isConnected && document.activeElement === document.body) this.#only.focus(); // its row is gone
    });
    const away = make("button", { type: "button", className: "away", "aria-label": `Remove ${name}` });
    away.addEventListener("click", () => this.#remove([entry]));
    const { key, meter, rhythm } = entry.answer.tune;
    const about = [rhythm, meter, key, WHEN.format(entry.when)].filter(Boolean).join(" · ");
    return make("li", {}, make("div", {}, open, make("span", { className: "quiet" }, about)), star, away);
  }

  #download() {
    const address = URL.createObjectURL(new Blob([asTunebook(this.#shown)], { type: "text/vnd.abc" }));
    make("a", { href: address, download: "gan-ainm.abc" }).click();
    URL.revokeObjectURL(address);
  }
}

customElements.define("gan-history", GanHistory);
