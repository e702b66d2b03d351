// The hospital's pages without a network. Pages come from the network whenever there is one; the last ones that were
// opened are kept on the device until whoever opened them signs out. Answers of the API are never kept.
{% load static %}importScripts("{% static "alerts/push.js" %}"); // how notifications of alerts are shown
const STATIC = "{{ static_url|escapejs }}";
const FILES = "files-{{ version|escapejs }}";
const PAGES = "pages";
const WORDS = {{ words|safe }}; // what scripts say, in each language; their version is part of their address, too
const SHELL = "{{ shell|escapejs }}";
const SIGN_IN = "{{ sign_in|escapejs }}";
const SIGN_OUT = "{{ sign_out|escapejs }}";
const KEPT = {{ kept|safe }}; // beginnings of the addresses of pages that are worth having without a network
const MOST_PAGES = 20;
const LONGEST = 12 * 3600 * 1000; // as long as a session lasts

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(FILES)
      .then((files) => files.addAll([SHELL, ...WORDS, ...{{ files|safe }}]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("files-") && name !== FILES);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === SIGN_OUT) {
    event.respondWith(caches.delete(PAGES).then(() => fetch(request)));
  } else if (request.method !== "GET") return;
  else if (url.pathname.startsWith(STATIC) || WORDS.includes(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url));
});

/** Pages that were opened before there was this, and those that a person may want without having opened them. */
self.addEventListener("message", (event) => {
  const ask = (address) => fetch(address, { headers: { Accept: "text/html" } });
  const one = async (address) => {
    const answer = await ask(address).catch(() => null);
    if (answer) await keep(new URL(address, location.href), answer);
  };
  event.waitUntil(Promise.all((event.data?.keep ?? []).map(one)));
});

/** Their version is part of their address: what is here never changes. */
const file = async (request) => {
  const files = await caches.open(FILES);
  const known = await files.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) files.put(request, answer.clone());
  return answer;
};

const page = async (event, url) => {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(url, answer.clone()));
    return answer;
  } catch {
    return (await keptPage(url)) ?? (await caches.match(SHELL)) ?? Response.error();
  }
};

const isWorthKeeping = (url) => KEPT.some((path) => (path === "/" ? url.pathname === path : url.pathname.startsWith(path)));

/** What is being put away right now: until then, there is neither the old page nor the new one. */
const putting = new Set();

const keep = (url, answer) => {
  const done = keepNow(url, answer).finally(() => putting.delete(done));
  putting.add(done);
  return done;
};

const keepNow = async (url, answer) => {
  const isDoor = url.pathname === SIGN_IN || new URL(answer.url || url).pathname === SIGN_IN;
  if (isDoor) return caches.delete(PAGES); // nobody is signed in: nothing of anybody stays
  const isPage = answer.status === 200 && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html");
  if (!isPage || !isWorthKeeping(url)) return undefined;
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", new Date().toISOString());
  const pages = await caches.open(PAGES);
  await pages.put(url.href, new Response(await answer.blob(), { status: 200, headers }));
  const all = await pages.keys();
  return Promise.all(all.slice(0, Math.max(0, all.length - MOST_PAGES)).map((each) => pages.delete(each)));
};

/** Scanning into whichever room is the same page. */
const plainScan = (url) => {
  const deed = url.searchParams.get("do");
  return url.pathname === "/scan/" && deed ? `${url.origin}/scan/?do=${deed}` : url.href;
};

const keptPage = async (url) => {
  await Promise.allSettled(putting);
  const pages = await caches.open(PAGES);
  const known = (await pages.match(url.href)) ?? (await pages.match(plainScan(url)));
  const at = known?.headers.get("X-Kept-At");
  if (!at || Date.now() - Date.parse(at) > LONGEST) return null;
  const words = await known.text();
  return new Response(words.replace("<html ", `<html data-kept="${at}" `), { headers: known.headers });
};
