/** The last answers, kept in this browser (IndexedDB). All functions reject where a browser keeps nothing. */

import { isEdit, isEntry } from "./entries.js";

/** @typedef {import("./entries.js").Entry} Entry */

/** Answers that are kept besides favourites. */
export const MOST = 200;

const DATABASE = "gan-ainm";
const STORE = "answers";

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/**
 * Keep an answer. It replaces an answer for the same text, and the last one if that is for an earlier version of it.
 *
 * @param {string} abc
 * @param {import("./entries.js").Answer} answer
 */
export async function remember(abc, answer) {
  const store = await begin("readwrite");
  const entries = await entriesOf(store);
  const same = entries.find((entry) => entry.abc === abc);
  const last = entries.at(-1);
  const replaced = same ?? (last && !last.favourite && isEdit(last.abc, abc) ? last : undefined);
  if (replaced) store.delete(replaced.id);
  store.add({ when: Date.now(), abc, answer, favourite: replaced?.favourite ?? false });
  const others = entries.filter((entry) => entry !== replaced && !entry.favourite);
  for (const { id } of others.slice(0, -(MOST - 1))) store.delete(id);
  await done(store);
}

/**
 * What is kept, the newest first.
 *
 * @returns {Promise<Entry[]>}
 */
export async function remembered() {
  return (await entriesOf(await begin("readonly"))).reverse();
}

/**
 * @param {IDBObjectStore} store
 * @returns {Promise<Entry[]>} without what another version, or something else, has left there
 */
async function entriesOf(store) {
  return (await result(store.getAll())).filter(isEntry);
}

/**
 * Keep entries as they are now: changed ones, or those that `forget` removed.
 *
 * @param {Entry[]} entries
 */
export async function keep(entries) {
  const store = await begin("readwrite");
  for (const entry of entries) store.put(entry);
  await done(store);
}

/**
 * Remove entries.
 *
 * @param {Entry[]} entries
 */
export async function forget(entries) {
  const store = await begin("readwrite");
  for (const { id } of entries) store.delete(id);
  await done(store);
}

/**
 * @param {IDBTransactionMode} mode
 * @returns {Promise<IDBObjectStore>}
 */
async function begin(mode) {
  opened ??= open();
  return (await opened).transaction(STORE, mode).objectStore(STORE);
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
  return result(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBObjectStore} store
 * @returns {Promise<void>}
 */
function done({ transaction }) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
