/** What the page says about an answer, in words. */

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Title} Title */
/** @typedef {import("./api.js").Melody} Melody */

export const SURE = 0.9;
export const LIKELY = 0.5;
export const FEWEST = 0.01; // less likely titles are not shown
const SHORT = 16; // fewer notes fit many tunes

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
];
/** How sure the first title is.
 * @param {Answer} answer
 * @returns {"sure" | "likely" | "torn" | "unsure"} `torn`: known, but it may be one of several */
export function certainty(answer) {
  const confidence = answer.suggestions[0]?.confidence ?? 0;
  if (!answer.known || !answer.suggestions.length) return "unsure";
  if (confidence >= SURE) return "sure";
  return confidence >= LIKELY ? "likely" : "torn";
}

/** A probability as people say it; never 0 or 100.
 * @param {number} confidence */
export function percent(confidence) {
  if (confidence < 0.01) return "under 1 %";
  return `${Math.min(Math.round(100 * confidence), 99)} %`;
}

/** The evidence that is a melody, if there is one.
 * @param {Title} title
 * @returns {Melody | null} */
export function melody(title) {
  return /** @type {Melody | undefined} */ (title.evidence.find((each) => each.kind === "melody")) ?? null;
}

/** The answer as one sentence, for a screen reader.
 * @param {Answer} answer */
export function sentence(answer) {
  if (answer.parts?.length) return medley(answer);
  const [first, ...others] = answer.suggestions;
  switch (certainty(answer)) {
    case "sure":
      return `This is ${first.title}, ${percent(first.confidence)} sure.`;
    case "likely":
      return `Probably ${first.title}, ${percent(first.confidence)} sure.${alternatives(others)}`;
    case "torn":
      return `I know this tune, but not which of these it is: ${list(answer.suggestions.slice(0, 3), "or")}.`;
    default:
      return "I don't know this tune.";
  }
}

/** The tunes of a medley, in a sentence; empty for a single tune.
 * @param {Answer} answer */
export function medley({ parts }) {
  if (!parts?.length) return "";
  // Two tunes in one bar: bar lines do not divide them, or there are none.
  const divided = parts.every((part, index) => !index || parts[index - 1].last_bar < part.first_bar);
  const tunes = parts.map(({ first_bar, last_bar, title }) => {
    if (!divided) return title;
    return first_bar === last_bar ? `bar ${first_bar} ${title}` : `bars ${first_bar}–${last_bar} ${title}`;
  });
  return `A medley: ${tunes.join(", ")}.`;
}

/** @param {Title[]} others */
function alternatives(others) {
  const next = others.slice(0, 2).filter((title) => title.confidence >= FEWEST);
  return next.length ? ` It may also be ${list(next, "or")}.` : "";
}

/** @param {Title[]} titles @param {string} last */
function list(titles, last) {
  const names = titles.map((title) => title.title);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
}

/** A caution about a tune with few notes; empty for others.
 * @param {number} notes */
export function caution(notes) {
  if (notes >= SHORT) return "";
  const count = NUMBERS[notes];
  const subject = notes === 1 ? "One note fits" : `${count[0].toUpperCase()}${count.slice(1)} notes fit`;
  return `${subject} many tunes. Add a bar or two.`;
}

/** The names that say more than the title, those of the same tune first: without those that only differ in case and
 * punctuation. Answers of the history may be older than `also_called`.
 * @param {Title} title */
export function otherNames(title) {
  const seen = new Set([folded(title.title)]);
  const names = [...(title.also_called ?? []).map((other) => other.title), ...title.aliases];
  return names.filter((name) => !seen.has(folded(name)) && seen.add(folded(name)));
}

/** @param {string} name */
function folded(name) {
  const words =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\(.*?\)|--.*$/g, "")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .filter((word) => !["the", "a", "an"].includes(word))
    .sort()
    .join(" ");
}

/** Where a setting stands: the name of its collection and its number there.
 * @param {import("./api.js").Setting} setting */
export function source(setting) {
  const collection = /^([^:;]{3,80}):/.exec(setting.licence)?.[1] ?? setting.corpus;
  const number = /^X:\s*(\d+)/m.exec(setting.abc ?? "")?.[1];
  return number ? `${collection}, no. ${number}` : collection;
}

/** How a setting differs from the tune, as a sentence; empty in answers that a browser kept from an older version.
 * @param {Melody} evidence */
export function difference({ difference: words = "" }) {
  return words && `${words[0].toUpperCase()}${words.slice(1)}.`;
}

/** How much the reader has to say about a text, as a line to open.
 * @param {import("./api.js").Warning[]} warnings */
export function remarks(warnings) {
  const count = warnings.length;
  if (warnings.some(({ message }) => !/skip/.test(message)))
    return `${count} remark${count === 1 ? "" : "s"} on your text`;
  return `${count} thing${count === 1 ? "" : "s"} I skipped`;
}

/** What happens when there is no answer.
 * @param {import("./api.js").Problem} problem
 * @param {boolean} offline
 * @param {number | null} retryIn seconds */
export function failure(problem, offline, retryIn) {
  if (offline) return "You are offline. Your tune is kept, and I ask again when the network is back.";
  const next = retryIn === null ? "" : ` Trying again in ${retryIn} s; your tune is kept.`;
  if (problem.status === 429) return `The service has much to do just now.${next}`;
  if (problem.status === 504) return `The answer took too long.${next}`;
  if (problem.status === 0) return `The service cannot be reached.${next}`;
  if (problem.passes) return `The service is not ready.${next}`;
  if (problem.status === 413) return "This is longer than a tune: the service does not take so much at once.";
  const detail = problem.detail || "The service could not answer";
  return `${detail[0].toUpperCase()}${detail.slice(1)}${/[.!?]$/.test(detail) ? "" : "."}`;
}
