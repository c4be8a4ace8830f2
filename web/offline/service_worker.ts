// The page without a network: all its files are kept, one cache a build. The build writes the list of
// files (cli/build/page.mjs), whose hash is the version. Files with their content's hash in their names come from
// the cache; the page itself from its server while there is one, so that whoever serves something else
// from this place tomorrow is not hidden by it.

/** Paths of all files of the build, relative to the page. */
declare const PAGE_FILES: readonly string[];
/** Changes whenever a file does. */
declare const PAGE_VERSION: string;

/** What of ServiceWorkerGlobalScope is used here: the DOM's types leave workers out. */
interface WorkerScope {
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listen: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listen: (event: Fetched) => void): void;
  addEventListener(type: "message", listen: (event: MessageEvent) => void): void;
}
interface Extendable {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetched extends Extendable {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as WorkerScope;
const home = scope.registration.scope;
/** Several copies of the page may stand under one origin. */
const PREFIX = `vipd-page ${home} `;
const CACHE = PREFIX + PAGE_VERSION;
const INDEX = new URL("index.html", home).href;
const kept = new Set(PAGE_FILES.map((file) => new URL(file, home).href));

scope.addEventListener("install", (event) => event.waitUntil(keepAll()));
scope.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
// Not before a person asks for it: an open page still loads parts of its own build.
scope.addEventListener("message", ({ data }) => {
  if (data === "activate") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  if (request.mode === "navigate") {
    if (url.href === home || url.href === INDEX) event.respondWith(page(request));
  } else if (kept.has(url.href)) {
    event.respondWith(file(request, url.href));
  }
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache: a list of one build with a file of another would be no page.
  await cache.addAll([...kept].map((url) => new Request(url, { cache: "no-cache" })));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (thrown) {
    const known = await (await caches.open(CACHE)).match(INDEX);
    if (known === undefined) throw thrown;
    return known;
  }
}

async function file(request: Request, url: string): Promise<Response> {
  return await (await caches.open(CACHE)).match(url) ?? await fetch(request);
}
