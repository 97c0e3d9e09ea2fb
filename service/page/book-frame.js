/** What the view of a tunebook consists of, before there is a book. */

import { make } from "./dom.js";

/** The groups of tunes, and their names. */
export const GROUPS = /** @type {const} */ ([
  ["sure", "Sure"],
  ["look", "Look at these"],
  ["unknown", "Unknown"],
]);

/** What <gan-book> has below the field for a book: about the book, progress, and two tabs. */
export function workplace() {
  const tab = (/** @type {string} */ id, /** @type {string} */ name) =>
    make("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, name);
  const panel = (/** @type {string} */ id, /** @type {(Node | string)[]} */ ...children) =>
    make("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}` }, ...children);
  return make(
    "div",
    { className: "work", hidden: true },
    make(
      "div",
      { className: "about-book" },
      make("h2", { className: "about", tabIndex: -1 }),
      make("button", { type: "button", className: "another" }, "Another book"),
    ),
    make(
      "div",
      { className: "running" },
      make("progress", { "aria-label": "Tunes done" }),
      make("span", { className: "done" }),
      make("button", { type: "button", className: "cancel" }, "Cancel"),
    ),
    make("p", { className: "said", role: "status" }),
    make(
      "div",
      { role: "tablist", "aria-label": "What to see of the book" },
      tab("titles", "Titles"),
      tab("duplicates", "Duplicates"),
    ),
    panel(
      "titles",
      document.createElement("gan-book-table"),
      make(
        "div",
        { className: "take" },
        make("button", { type: "button", className: "download primary" }, "Download the book"),
        make("p", { className: "to-write hint" }),
      ),
    ),
    panel("duplicates", document.createElement("gan-duplicates")),
  );
}

/** What <gan-book-table> has before there are answers. */
export function emptyTable() {
  const slider = { type: "range", id: "book-threshold", min: "50", max: "99", step: "1" };
  const head = ["Accept", "Tune", "Title", "How sure", "Why"];
  return [
    make(
      "div",
      { className: "book-tools" },
      make("label", { for: "book-threshold" }, "Accept all that are at least this sure"),
      make("input", slider),
      make("output", { for: "book-threshold", className: "threshold" }),
      make("button", { type: "button", className: "undo" }, "Undo"),
    ),
    make(
      "p",
      { className: "keys-of-table" },
      "In the table: ",
      ...[
        ["↑ ↓", "move"],
        ["Space", "accepts"],
        ["Enter", "shows the match"],
        ["U", "undoes"],
      ].flatMap(([key, does], index) => [index ? ", " : "", make("kbd", {}, key), ` ${does}`]),
      ".",
    ),
    make(
      "table",
      { className: "book", role: "table" }, // the style sheet makes grids of its rows, which would hide what it is
      make("caption", { className: "for-screen-readers" }, "The tunes of the book and the titles proposed for them"),
      make(
        "thead",
        { role: "rowgroup" },
        make("tr", { role: "row" }, ...head.map((text) => make("th", { scope: "col", role: "columnheader" }, text))),
      ),
      ...GROUPS.map(([group, name]) =>
        make(
          "tbody",
          { className: `group-${group}`, role: "rowgroup", hidden: true },
          make(
            "tr",
            { role: "row" },
            make(
              "th",
              { colSpan: 5, scope: "rowgroup", role: "rowheader" },
              `${name} `,
              make("span", { className: "count" }),
            ),
          ),
        ),
      ),
    ),
  ];
}
