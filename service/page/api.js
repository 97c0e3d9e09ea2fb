/** All that the page asks the service. No other file fetches. */

/** @typedef {{ line: number, column: number, message: string }} Warning */
/** @typedef {{ id: string, title: string, printed: string, corpus: string, reference: string, also: string[], url: string,
 *   key: string, meter: string, rhythm: string, licence: string, abc?: string, ranges?: [number, number][] }} Setting */
/** @typedef {{ kind: "melody", similarity: number, setting: Setting, transposition: number, bars: [number, number][],
 *   difference?: string, notes?: [number, number][] }} Melody */
/** @typedef {{ kind: "style", similarity: number, name: string, printed: string }} Style */
/** @typedef {{ id: string, title: string, aliases: string[], also_called?: { id: string, title: string }[],
 *   confidence: number, evidence: (Melody | Style)[] }} Title */
/** @typedef {{ first_bar: number, last_bar: number, id: string, title: string, confidence: number,
 *   setting: Setting }} Part */
/** @typedef {{ notes: number, bars: number, key: string, meter: string, rhythm: string, ranges?: [number, number][] }} Tune */
/** @typedef {{ known: boolean, suggestions: Title[], parts?: Part[], tune: Tune, warnings: Warning[], artifact: string,
 *   abc?: string, suggestion_id?: string, took_ms: number }} Answer */
/** @typedef {{ abc: string, warnings: Warning[], notes: { name: string, octave: number, bar: number, beats: number,
 *   start: number, end: number }[] }} Conversion */

const ABC = "text/vnd.abc;charset=utf-8";

/** Why there is no answer: the service's problem, or no connection to it. */
export class Problem extends Error {
  /**
   * @param {number} status of the response; 0 when nothing answered
   * @param {string} detail a sentence
   * @param {Record<string, any>} [body] the problem as the service wrote it
   * @param {number | null} [retryAfter] seconds after which to try again
   */
  constructor(status, detail, body = {}, retryAfter = null) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.body = body;
    this.retryAfter = retryAfter;
    /** The last word of its type, such as `no-notes`; empty when it has none. */
    this.type = String(body.type ?? "").startsWith("urn:") ? String(body.type).split(":").pop() : "";
  }

  /** Whether the same request may succeed later. */
  get passes() {
    return this.status === 0 || [408, 429, 502, 503, 504].includes(this.status);
  }
}

/**
 * Titles for a tune.
 *
 * @param {string | Blob} tune ABC, or a file with its media type
 * @param {{ topK?: number, notes?: boolean, signal?: AbortSignal }} [options]
 * @returns {Promise<Answer>}
 */
export async function suggest(tune, { topK = 6, notes = true, signal } = {}) {
  const query = new URLSearchParams({ top_k: String(topK), notes: String(notes) });
  return read(post(`suggest-titles?${query}`, tune, { signal }));
}

/**
 * A file as ABC.
 *
 * @param {Blob} file MusicXML, MIDI or WAV, with its media type
 * @param {AbortSignal} [signal]
 * @returns {Promise<Conversion>}
 */
export async function convert(file, signal) {
  return read(post("convert", file, { signal }));
}

/**
 * Titles for each tune of a tunebook. Each answer is handed over as soon as it arrives.
 *
 * @param {string | Blob} text
 * @param {(answer: any) => void} onAnswer
 * @param {{ topK?: number, signal?: AbortSignal }} [options]
 */
export async function batch(text, onAnswer, { topK = 3, signal } = {}) {
  const headers = { Accept: "application/x-ndjson" };
  const response = await post(`suggest-titles/batch?top_k=${topK}`, text, { headers, signal });
  if (!response.body) return;
  let rest = "";
  try {
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = /** @type {string} */ (lines.pop());
      for (const line of lines) if (line) onAnswer(JSON.parse(line));
    }
  } catch (error) {
    throw asProblem(error);
  }
  if (rest) throw new Problem(0, "The connection was lost."); // each answer ends its line
}

/**
 * Which tunes of a tunebook are the same.
 *
 * @param {string | Blob} text
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function duplicates(text, signal) {
  return read(post("duplicates", text, { signal }));
}

/**
 * Titles by name, or all in alphabetical order.
 *
 * @param {string} q
 * @param {{ limit?: number, offset?: number, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
export async function searchTitles(q, { limit = 20, offset = 0, signal } = {}) {
  const query = new URLSearchParams({ q, limit: String(limit), offset: String(offset) });
  return read(ask(`titles?${query}`, { signal }));
}

/**
 * A title with its settings.
 *
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function title(id, signal) {
  return read(ask(`titles/${encodeURIComponent(id)}`, { signal }));
}

/**
 * The address of a setting as a file.
 *
 * @param {string} id
 */
export function settingAddress(id) {
  return `settings/${encodeURIComponent(id)}.abc`;
}

/**
 * What the service is, and its limits.
 *
 * @returns {Promise<any>}
 */
export async function info() {
  return read(ask("info", {}));
}

/**
 * @param {string} address
 * @param {string | Blob} body
 * @param {RequestInit} options
 */
function post(address, body, options) {
  const kind = typeof body === "string" ? ABC : body.type;
  return ask(address, { ...options, method: "POST", body, headers: { ...options.headers, "Content-Type": kind } });
}

/**
 * @param {string} address relative to the page, for proxies that add a prefix
 * @param {RequestInit} options
 * @throws {Problem} when there is no good answer
 */
async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw asProblem(error);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const wait = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  throw new Problem(response.status, String(body.detail ?? response.statusText), body, wait >= 0 ? wait : null);
}

/**
 * Read the content of a response. Throws when the response was cut off.
 *
 * @param {Promise<Response>} response
 * @returns {Promise<any>}
 */
async function read(response) {
  const received = await response;
  try {
    return await received.json();
  } catch (error) {
    throw asProblem(error);
  }
}

/** @param {unknown} error */
function asProblem(error) {
  if (error instanceof DOMException && error.name === "AbortError") return error;
  return new Problem(0, "The service does not answer.");
}
