// SPDX-License-Identifier: EUPL-1.2
// The service worker of /verify. The server puts `KEPT` in front: the version, the files with their SHA-256, the pages.
//
// It keeps these and nothing else: no other page, no answer of the log, nothing that anybody typed or photographed. A page of the
// set is shown from the set, so that page, scripts and words always fit together; everything else goes to the network.
const NAME = `bierger-verify-${KEPT.version}`;
const PAGES = new Set(KEPT.pages);

async function digest(answer) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keep(cache, address, wanted) {
  const answer = await fetch(address, { cache: "reload", credentials: "omit" });
  // Between two releases a server may hand out files of both: then this version is not installed, and the browser tries again later.
  if (!answer.ok || (wanted && (await digest(answer.clone())) !== wanted)) throw new Error(`not as announced: ${address}`);
  await cache.put(address, answer);
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    try {
      await Promise.all([
        ...Object.entries(KEPT.files).map(([address, wanted]) => keep(cache, address, wanted)),
        ...KEPT.pages.map((address) => keep(cache, address, null)),
      ]);
    } catch (error) {
      await caches.delete(NAME); // half a set is none
      throw error;
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("bierger-verify-") && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

/** /verify itself has a session and a form; without a network the installed page of the reader's language stands in. */
async function visited(request) {
  try {
    return await fetch(request);
  } catch {
    const wanted = navigator.languages.map((language) => `/verify/app/${language.slice(0, 2)}`).find((page) => PAGES.has(page));
    return Response.redirect((wanted ?? KEPT.pages[0]) + new URL(request.url).search, 302);
  }
}

async function kept(event, path) {
  const page = event.clientId ? await self.clients.get(event.clientId) : null;
  if (page && new URL(page.url).pathname === "/verify") {
    // This page came from the server just now, perhaps of a newer release: so do its scripts, as long as there is a network.
    try {
      return await fetch(event.request);
    } catch {
      // below
    }
  }
  // Not caches.open: an old worker that answers its last page would make its cache anew, empty.
  return (await caches.match(path, { cacheName: NAME })) ?? fetch(event.request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin || request.method !== "GET") return;
  if (PAGES.has(pathname) || pathname in KEPT.files) event.respondWith(kept(event, pathname));
  else if (request.mode === "navigate" && pathname === "/verify") event.respondWith(visited(request));
});
