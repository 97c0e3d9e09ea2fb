/** <gan-book-table>: the tunes of a book in three groups, with what is proposed for each. */

import { emptyTable, GROUPS } from "./book-frame.js";
import { BookReview, canAccept } from "./book-review.js";
import { RowView } from "./book-row.js";
import { counted } from "./book-words.js";
import { find, make, tell } from "./dom.js";
import { Incipits, opening } from "./incipit.js";

/** @typedef {import("./book-review.js").Row} Row */

/**
 * Events: `review` when what is accepted has changed; `match` with {row, place, choose} when a row's match is to be
 * shown in a place.
 */
export class GanBookTable extends HTMLElement {
  review = new BookReview();
  #incipits = new Incipits();
  /** @type {string[]} */
  #lines = [];
  /** @type {Map<Element | Row, RowView>} by their elements and by their rows */
  #views = new Map();
  /** @type {RowView | undefined} */
  #current;
  #frame = 0;

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(...emptyTable());
    this.addEventListener("keydown", (event) => this.#press(event));
    find(this, "table").addEventListener("click", (event) => this.#click(event));
    find(this, "table").addEventListener("focusin", (event) => this.#makeCurrent(this.#viewOf(event.target)));
    this.#undoButton.addEventListener("click", () => this.#undo());
    this.#slider.addEventListener("input", () => {
      this.#update(this.review.acceptAbove(Number(this.#slider.value) / 100));
    });
  }

  /**
   * Begin with a book.
   *
   * @param {string[]} lines
   */
  start(lines) {
    this.review = new BookReview();
    this.#lines = lines;
    this.#views.clear();
    this.#incipits.clear();
    for (const [group] of GROUPS) {
      this.#body(group).replaceChildren(this.#body(group).rows[0]);
      this.#count(group, 0);
    }
    this.#current = undefined;
    this.#update([]);
  }

  /**
   * Add the answer for the next tune.
   *
   * @param {import("./book-review.js").BatchAnswer} answer
   */
  add(answer) {
    const row = this.review.add(answer);
    const view = new RowView(row, this.#incipits.place(opening(this.#lines, answer.line ?? 1)));
    this.#views.set(view.element, view).set(row, view);
    this.#body(row.group).append(view.element);
    this.#count(row.group, 1);
    if (!this.#current) this.#makeCurrent(view);
    this.#frame ||= requestAnimationFrame(() => this.#update([])); // answers come faster than pictures
  }

  get #slider() {
    return /** @type {HTMLInputElement} */ (find(this, "#book-threshold"));
  }

  get #undoButton() {
    return /** @type {HTMLButtonElement} */ (find(this, ".undo"));
  }

  /** @param {string} group @returns {HTMLTableSectionElement} */
  #body(group) {
    return find(this, `tbody.group-${group}`);
  }

  /**
   * Count a group from 0 again, or one row more.
   *
   * @param {string} group
   * @param {0 | 1} more
   */
  #count(group, more) {
    const count = find(this.#body(group), ".count");
    count.textContent = String(more && Number(count.textContent) + 1);
    this.#body(group).hidden = !more;
  }

  /**
   * Show what is accepted now.
   *
   * @param {Row[]} changed
   */
  #update(changed) {
    for (const row of changed) this.#views.get(row)?.update();
    this.#frame = 0;
    const above = Math.round(100 * this.review.threshold);
    this.#slider.value = String(above);
    find(this, ".threshold").textContent = `${above} %: ${counted(this.review.accepted, "title")} accepted`;
    const undo = this.#undoButton;
    if (!this.review.canUndo && undo === document.activeElement) this.#current?.box.focus();
    undo.disabled = !this.review.canUndo;
    tell(this, "review");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const view = this.#viewOf(event.target);
    const writes = event.target instanceof Element && event.target.matches("input[type=number]");
    if (event.key.toLowerCase() === "u" && !writes) this.#undo()?.box.focus();
    else if (!view || event.target !== view.box) return;
    else if (event.key === "ArrowDown") this.#move(view, 1);
    else if (event.key === "ArrowUp") this.#move(view, -1);
    else if (event.key === "Enter") this.#show(view);
    else return;
    event.preventDefault();
  }

  /** @param {Event} event */
  #click(event) {
    const view = this.#viewOf(event.target);
    if (!view) return;
    if (event.target === view.button) this.#show(view);
    if (event.target !== view.box) return;
    if (!canAccept(view.row)) event.preventDefault();
    else {
      this.review.toggle(view.row);
      this.#update([view.row]);
    }
  }

  /**
   * Only the current row is in the order of the Tab key.
   *
   * @param {RowView | undefined} view
   */
  #makeCurrent(view) {
    if (!view) return;
    for (const [each, index] of /** @type {[RowView | undefined, number][]} */ ([
      [this.#current, -1],
      [view, 0],
    ])) {
      each?.element.querySelectorAll("input, button, a").forEach((part) => {
        /** @type {HTMLElement} */ (part).tabIndex = index;
      });
    }
    this.#current = view;
  }

  /** @param {RowView} view @param {number} step */
  #move(view, step) {
    const visible = GROUPS.flatMap(([group]) => [...this.#body(group).rows]).filter((row) => this.#views.has(row));
    const next = this.#views.get(visible[visible.indexOf(view.element) + step]);
    next?.box.focus({ preventScroll: true });
    next?.element.scrollIntoView({ block: "nearest" });
  }

  /** Take the last step back. @returns {RowView | undefined} the first row that it changed */
  #undo() {
    const changed = this.review.undo();
    const view = changed.length ? this.#views.get(changed[0]) : undefined;
    view?.write(); // another title may have been chosen
    this.#update(changed);
    return view;
  }

  /**
   * Show or hide a row's match.
   *
   * @param {RowView} view
   */
  #show(view) {
    const below = view.element.nextElementSibling;
    const open = below?.classList.contains("detail") ?? false;
    if (open) below?.remove();
    else if (view.row.choices.length) {
      const place = make("td", { colSpan: 5, role: "cell" });
      view.element.after(make("tr", { className: "detail", role: "row" }, place));
      tell(this, "match", {
        row: view.row,
        place,
        choose: (/** @type {number} */ chosen) => this.#choose(view, chosen),
      });
    }
    view.button.setAttribute("aria-expanded", String(!open && view.row.choices.length > 0));
    view.labelButton();
  }

  /** @param {RowView} view @param {number} chosen */
  #choose(view, chosen) {
    this.review.choose(view.row, chosen);
    view.write();
    this.#update([]);
  }

  /** @param {EventTarget | null} target */
  #viewOf(target) {
    const element = target instanceof Element ? target.closest("tr.tune") : null;
    return element ? this.#views.get(element) : undefined;
  }
}

customElements.define("gan-book-table", GanBookTable);
