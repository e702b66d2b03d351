// The live connection: one websocket a page, opened with the first watch, kept up with growing pauses between tries.
// A part of a page that follows an asset needs no script of its own:
//   <section data-live-asset="P-104" hx-get="…" hx-trigger="live-change">
import { learn, serverNow } from "./clock.js";
import { gettext } from "./words.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;
const SILENCE = 25000; // the server beats every 10 s
const ACKNOWLEDGE_EVERY = 3;
const GRACE = 2000; // shorter interruptions are nobody's business
const FINAL = new Set([4400, 4403, 4404]);

const bar = document.querySelector("[data-connection]");
const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

class Live {
  #socket = null;
  #watches = new Map(); // what is watched, as text → how it is asked for, and the callbacks
  #begun = []; // the parts so far of a frame that comes in several
  #owed = 0; // frames not acknowledged yet
  #pause = FIRST_PAUSE;
  #timer = 0;
  #silence = 0;
  #lostAt = null;
  #final = "";
  #showBar = 0;

  get isUp() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Frames of a floor; returns the way to stop. */
  watchFloor(slug, onFrame) {
    return this.#watch({ type: "watch", floor: slug }, onFrame, { short: true });
  }

  /** Called with each change of an asset; what changed is to be fetched. */
  watchAsset(tag, onChange) {
    return this.#watch({ type: "watch", asset: tag }, onChange);
  }

  /** Called whenever something about alerts changed; what, is to be asked. */
  watchAlerts(onChange) {
    return this.#watch({ type: "watch", alerts: true }, onChange);
  }

  #watch(message, callback, manner = {}) {
    const key = JSON.stringify(message);
    const watch = this.#watches.get(key);
    if (watch) watch.callbacks.add(callback);
    else {
      const ask = JSON.stringify({ ...message, ...manner });
      this.#watches.set(key, { ask, callbacks: new Set([callback]) });
      this.#send(ask);
    }
    if (!this.#socket) this.#open();
    return () => {
      const callbacks = this.#watches.get(key)?.callbacks;
      if (!callbacks?.delete(callback) || callbacks.size) return;
      this.#watches.delete(key);
      this.#send(JSON.stringify({ ...message, type: "unwatch" }));
    };
  }

  #send(text) {
    if (this.isUp) this.#socket.send(text);
  }

  #open() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#begun = [];
    this.#owed = 0;
    const socket = new WebSocket(`${scheme}//${location.host}/ws/live/`);
    this.#socket = socket;
    socket.onopen = () => {
      for (const { ask } of this.#watches.values()) this.#send(ask);
      this.#heard();
    };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
  }

  #take(message) {
    this.#heard();
    this.#found();
    if (message.at) learn(message.at);
    if (message.more) return this.#begun.push(message);
    if (message.type === "floor") this.#tell({ type: "watch", floor: message.floor }, this.#whole(message));
    else if (message.type === "asset") this.#tell({ type: "watch", asset: message.tag }, message);
    else if (message.type === "alerts") this.#tell({ type: "watch", alerts: true }, message);
    else if (message.type === "plan") document.dispatchEvent(new CustomEvent("plan-change", { detail: message.floor }));
    if (message.frame !== undefined) this.#acknowledge(message);
  }

  /** Four frames may be under way; one acknowledgement stands for all before it. */
  #acknowledge({ frame, full }) {
    this.#owed += 1;
    if (this.#owed < ACKNOWLEDGE_EVERY && !full) return;
    this.#owed = 0;
    this.#send(JSON.stringify({ type: "ack", frame }));
  }

  /** A large frame comes in several parts. */
  #whole(last) {
    if (!this.#begun.length) return last;
    const parts = [...this.#begun.splice(0), last];
    const moved = {};
    for (const part of parts) for (const [name, column] of Object.entries(part.moved ?? {})) (moved[name] ??= []).push(...column);
    const [first] = parts;
    return { ...first, markers: parts.flatMap(({ markers }) => markers), moved: first.moved && moved };
  }

  #tell(watch, message) {
    this.#watches.get(JSON.stringify(watch))?.callbacks.forEach((callback) => callback(message));
  }

  #heard() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      this.#closed(1006);
      socket?.close();
    }, SILENCE);
  }

  #found() {
    this.#pause = FIRST_PAUSE;
    clearTimeout(this.#showBar);
    this.#showBar = 0;
    if (this.#lostAt === null) return;
    this.#lostAt = null;
    this.#tellBar();
    document.dispatchEvent(new CustomEvent("live-up"));
  }

  #closed(code) {
    this.#socket = null;
    clearTimeout(this.#silence);
    if (this.#lostAt === null) {
      this.#lostAt = serverNow();
      document.dispatchEvent(new CustomEvent("live-down", { detail: { code } }));
    }
    this.#showBar ||= setTimeout(() => this.#tellBar(), GRACE);
    if (code === 4401) return location.reload(); // the session ended: the server shows the sign-in page
    if (FINAL.has(code)) return this.#giveUp(code);
    this.#timer = setTimeout(() => this.#open(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #giveUp(code) {
    this.#final = code === 4403 ? gettext("Your account may not see this any more") : gettext("Reload the page to go on");
    this.#tellBar();
  }

  /** The network came back, or the page into view: no need to wait for the pause to end. */
  retry() {
    if (this.#socket || this.#final || !this.#watches.size) return;
    this.#pause = FIRST_PAUSE;
    this.#open();
  }

  #tellBar() {
    if (!bar) return;
    bar.hidden = this.#lostAt === null;
    if (bar.hidden) return bar.replaceChildren();
    const since = gettext("Live updates lost since %(clock)s", { clock: clockTime.format(this.#lostAt) });
    bar.textContent = `${since}. ${this.#final || gettext("Trying again")}.`;
  }
}

export const live = new Live();

addEventListener("online", () => live.retry());
document.addEventListener("visibilitychange", () => document.hidden || live.retry());

// --- Parts of pages that follow an asset -------------------------------------------------------------------------
const REST = 1000; // at most one request a second for each part
const followed = new WeakMap();

const follow = (element) => {
  let timer = 0;
  let last = 0;
  const change = () => {
    if (timer) return;
    timer = setTimeout(
      () => {
        timer = 0;
        last = performance.now();
        element.dispatchEvent(new CustomEvent("live-change"));
      },
      Math.max(0, REST - (performance.now() - last)),
    );
  };
  const stop = live.watchAsset(element.dataset.liveAsset, change);
  document.addEventListener("live-up", change);
  followed.set(element, () => {
    clearTimeout(timer);
    document.removeEventListener("live-up", change);
    stop();
  });
};

export const followAssets = (root) => {
  const inside = [...root.querySelectorAll("[data-live-asset]")];
  if (root.matches?.("[data-live-asset]")) inside.push(root);
  for (const element of inside) if (!followed.has(element)) follow(element);
};

document.addEventListener("htmx:load", (event) => followAssets(event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) => followed.get(event.detail.elt)?.());
followAssets(document.body);
