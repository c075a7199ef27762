// Keeps the app's own files, so that it opens and makes codes without a network. It never touches the API.
// The service puts `self.SHELL = {version, files}` before this line; a changed file makes a changed version.

const CACHE = `phone-${self.SHELL.version}`;
const PAGE = "/app/";

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(PAGE))
    return;
  if (request.mode === "navigate") event.respondWith(kept(new Request(PAGE)));
  else event.respondWith(kept(request));
});

async function keepShell() {
  const cache = await caches.open(CACHE);
  // "reload": an answer in the browser's own cache could be older than this worker
  await cache.addAll(self.SHELL.files.map((file) => new Request(file, { cache: "reload" })));
  await self.skipWaiting();
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith("phone-") && name !== CACHE).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreVary: true, ignoreSearch: true });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith("/app/vendor/"))
    await cache.put(request, answer.clone());
  return answer;
}
