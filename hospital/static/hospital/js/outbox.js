// What a person did and the server does not know yet: kept on the device, shown on every page, sent once.
// Each has a name of its own, under which the server does it once however often it is sent (hospital/sent_once.py).
import { gettext } from "./words.js";

const STORE = "outbox";
const FORGOTTEN_AFTER = 24 * 3600 * 1000;
const PAUSES = [2000, 5000, 15000, 30000];

const person = document.querySelector('meta[name="person"]')?.content ?? "";
const told = "BroadcastChannel" in globalThis ? new BroadcastChannel(STORE) : null;
const listeners = new Set();
let failures = 0;
let timer = 0;

// --- The store ---------------------------------------------------------------------------------------------------
const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open("whereabouts", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const run = async (mode, work) => {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
};

/** This person's entries, the oldest first. Those of others are not shown, and forgotten after a day. */
export const entries = async () => {
  const all = await run("readonly", (store) => store.getAll());
  for (const { key, at } of all) if (Date.now() - at > FORGOTTEN_AFTER) run("readwrite", (store) => store.delete(key));
  return all.filter((entry) => entry.person === person).sort((a, b) => a.at - b.at);
};

const put = (entry) => run("readwrite", (store) => store.put(entry));

const changed = () => {
  told?.postMessage("changed");
  for (const listener of listeners) listener();
};

/** Called whenever an entry came, went or was refused, here or in another window. */
export const onChange = (listener) => listeners.add(listener);

// --- What pages call ---------------------------------------------------------------------------------------------
/** Keeps it and sends it, `hold` ms later at the earliest; gives the entry's key, by which it can be taken back. */
export const queue = async ({ path, body, words, hold = 0 }) => {
  const now = Date.now();
  const key = crypto.randomUUID();
  await put({ key, person, path, body, words, at: now, notBefore: now + hold, state: "waiting", reason: "" });
  changed();
  schedule(hold);
  return key;
};

/** Takes it back; whether it was still here. */
export const withdraw = async (key) => {
  const entry = await run("readonly", (store) => store.get(key));
  if (!entry || entry.state === "sending") return false;
  await run("readwrite", (store) => store.delete(key));
  changed();
  return true;
};

export const clear = async () => {
  await run("readwrite", (store) => store.clear());
  changed();
};

// --- Sending -----------------------------------------------------------------------------------------------------
const schedule = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(() => flush(), wait);
};

/** Who is signed in now, and what a form must carry: a page that was kept has the token of another day. */
const session = async () => {
  const answer = await fetch("/session.json", { cache: "no-store", headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
};

const post = (entry, token) =>
  fetch(entry.path, {
    method: "POST",
    keepalive: true,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "Idempotency-Key": entry.key,
      "X-CSRFToken": token,
    },
    body: JSON.stringify(entry.body),
  });

const reasonIn = async (answer) => {
  try {
    const [said] = Object.values(await answer.json()).flat();
    return String(said);
  } catch {
    return gettext("The server answered %(status)s.", { status: answer.status });
  }
};

/** Whether the next may follow. */
const send = async (entry, token) => {
  await put({ ...entry, state: "sending" });
  let answer = null;
  try {
    answer = await post(entry, token);
  } catch {
    answer = null; // no network
  }
  if (answer?.ok) {
    await run("readwrite", (store) => store.delete(entry.key));
    document.dispatchEvent(new CustomEvent("sent", { detail: { key: entry.key } }));
    return true;
  }
  if (!answer || answer.status >= 500 || [401, 408, 429].includes(answer.status)) {
    await put({ ...entry, state: "waiting" });
    return false;
  }
  const reason = await reasonIn(answer);
  await put({ ...entry, state: "refused", reason });
  document.dispatchEvent(new CustomEvent("refused", { detail: { key: entry.key, reason } }));
  return true;
};

const sendAll = async (isLeaving) => {
  const waiting = (await entries()).filter(({ state }) => state !== "refused");
  const due = waiting.filter(({ notBefore }) => isLeaving || notBefore <= Date.now());
  if (!due.length) {
    if (waiting.length) schedule(Math.max(0, Math.min(...waiting.map(({ notBefore }) => notBefore)) - Date.now()));
    return;
  }
  const now = await session().catch(() => null);
  let isSound = now?.person === person;
  for (const entry of isSound ? due : []) {
    isSound = await send(entry, now.token);
    changed();
    if (!isSound) break;
  }
  failures = isSound ? 0 : failures + 1;
  const rest = waiting.length > due.length;
  if (!isSound) schedule(PAUSES[Math.min(failures, PAUSES.length) - 1]);
  else if (rest) schedule(1000);
};

/** Sends what is due: one window at a time, in the order in which it was done. */
export const flush = async ({ isLeaving = false } = {}) => {
  if (!person) return;
  if (navigator.locks) await navigator.locks.request(STORE, () => sendAll(isLeaving));
  else await sendAll(isLeaving);
};

told?.addEventListener("message", () => listeners.forEach((listener) => listener()));
addEventListener("online", () => flush());
document.addEventListener("live-up", () => flush());
document.addEventListener("visibilitychange", () => flush({ isLeaving: document.hidden }));
flush();
