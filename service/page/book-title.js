/** Titles in a tunebook: which are placeholders, which are the same, and how one is written in a `T:` line. */

const PLACEHOLDERS = new Set([
  "",
  "x",
  "gan ainm",
  "ganainm",
  "no name",
  "no title",
  "nameless",
  "name unknown",
  "title unknown",
  "unknown",
  "unknown title",
  "unnamed",
  "untitled",
  "sans titre",
  "sin nombre",
  "ohne titel",
  "utan namn",
]);
const ARTICLE_LAST = /^(.+?)\s*,\s*(the|a|an t|an|na h|na|nam|nan|am|a')[\s.-]*$/;
const ARTICLES_FIRST = /^(?:(?:the|a|an t|an|na h|na|nam|nan|am) (?=.))+/;
const LIST_NUMBER = /^\s*(?:(?:no\b\.?|nr\b\.?|#)\s*\d{1,4}\s*[.):]?|\d{1,4}\s*[.):])\s*(?=[^\d\s])/i;
const REMARK = /^\s*\([^()]*\)\s*$/;
// What a reader of ABC would take for an escape, a comment, an entity or another field.
const SPECIAL =
  /[\\%\u0080-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|&(?=[#\w]{2,31};)|<(?=[/A-Za-z!])|(?<=\s[A-Zw]):|(?<=\s[A-Zw]\s):/g;

/**
 * A name without what editors write differently: case, accents, punctuation, and a first or last article.
 *
 * @param {string} name
 * @returns {string}
 */
export function foldName(name) {
  let text = name.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replaceAll("’", "'").replaceAll("&", " and ");
  text = text.replace(ARTICLE_LAST, "$2 $1").replace(/['`´‘ʼ"“”]/g, "");
  return text
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replace(ARTICLES_FIRST, "");
}

/**
 * Whether a title names nothing: "Gan Ainm", "Untitled", "x", "12. Unknown", "(reel)".
 *
 * @param {string} title
 * @returns {boolean}
 */
export function isPlaceholder(title) {
  return REMARK.test(title) || PLACEHOLDERS.has(foldName(title.replace(LIST_NUMBER, "")));
}

/**
 * Whether a tune already has one of these names.
 *
 * @param {string} title
 * @param {string[]} names
 * @returns {boolean}
 */
export function isOneOf(title, names) {
  const key = foldName(title.replace(LIST_NUMBER, ""));
  return key !== "" && names.some((name) => foldName(name) === key);
}

/**
 * A title as the text of a `T:` line, so that a reader of ABC reads this title.
 *
 * @param {string} title
 * @returns {string}
 */
export function escapeTitle(title) {
  const escaped = title.replace(SPECIAL, (sign) =>
    sign === "%" ? "\\%" : `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return escaped.split(/\s+/).filter(Boolean).join(" ");
}
