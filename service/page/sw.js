/** The service worker: the page works without a network.
 *
 * The service writes a first line, `self.SHELL = {"version": ..., "files": [...]}`, so that this script changes with any
 * file of the page. A browser then installs the new one, which fetches all files of its version before it serves them. */

const { version, files } = self.SHELL;
const SHELL = `gan-ainm-shell-${version}`;
const ANSWERS = "gan-ainm-answers";
const MOST_ANSWERS = 100;
// What the page reads with GET. POST requests never come here: a tune is not kept.
const KEPT = /^(info|titles|titles\/[^/]+|settings\/[^/]+)$/;

self.addEventListener("install", (event) => event.waitUntil(install()));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(self.registration.scope)) return;
  const path = url.pathname.slice(new URL(self.registration.scope).pathname.length);
  if (files.includes(path)) event.respondWith(fromShell(path));
  else if (KEPT.test(path)) event.respondWith(fromNetwork(event));
});

async function install() {
  const cache = await caches.open(SHELL);
  await cache.addAll(files.map((file) => new Request(inScope(file), { cache: "no-cache" })));
  // The page asked for this before it had a worker; it decides whether there is a microphone.
  const answers = await caches.open(ANSWERS);
  await answers.add(inScope("info")).catch(() => {});
  await self.skipWaiting();
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("gan-ainm-shell-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function fromShell(path) {
  const cache = await caches.open(SHELL);
  // A browser may have thrown the cache away to make room.
  return (await cache.match(inScope(path))) ?? fetch(inScope(path));
}

async function fromNetwork(event) {
  const cache = await caches.open(ANSWERS);
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keep(cache, event.request, response.clone()));
    return response;
  } catch (error) {
    const kept = await cache.match(event.request);
    if (kept) return kept;
    throw error;
  }
}

async function keep(cache, request, response) {
  await cache.delete(request);
  await cache.put(request, response); // the newest comes last
  const requests = await cache.keys();
  await Promise.all(requests.slice(0, -MOST_ANSWERS).map((old) => cache.delete(old)));
}

function inScope(path) {
  return new URL(path, self.registration.scope).href;
}
