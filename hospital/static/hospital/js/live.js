// The live connection: one websocket a page, opened with the first watch, kept up with growing pauses between tries.
// A part of a page that follows an asset needs no script of its own:
//   <section data-live-asset="P-104" hx-get="…" hx-trigger="live-change">
import { learn, serverNow } from "./clock.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;
const SILENCE = 25000; // the server beats every 10 s
const GRACE = 2000; // shorter interruptions are nobody's business
const FINAL = new Set([4400, 4403, 4404]);

const bar = document.querySelector("[data-connection]");
const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

class Live {
  #socket = null;
  #watches = new Map(); // message as text → Set of callbacks
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
    return this.#watch({ type: "watch", floor: slug }, onFrame);
  }

  /** Called with each change of an asset; what changed is to be fetched. */
  watchAsset(tag, onChange) {
    return this.#watch({ type: "watch", asset: tag }, onChange);
  }

  #watch(message, callback) {
    const key = JSON.stringify(message);
    const callbacks = this.#watches.get(key);
    if (callbacks) callbacks.add(callback);
    else {
      this.#watches.set(key, new Set([callback]));
      this.#send(key);
    }
    if (!this.#socket) this.#open();
    return () => {
      const set = this.#watches.get(key);
      if (!set?.delete(callback) || set.size) return;
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
    const socket = new WebSocket(`${scheme}//${location.host}/ws/live/`);
    this.#socket = socket;
    socket.onopen = () => {
      for (const key of this.#watches.keys()) this.#send(key);
      this.#heard();
    };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
  }

  #take(message) {
    this.#heard();
    this.#found();
    if (message.at) learn(message.at);
    if (message.type === "floor") this.#tell({ type: "watch", floor: message.floor }, message);
    else if (message.type === "asset") this.#tell({ type: "watch", asset: message.tag }, message);
    else if (message.type === "plan") document.dispatchEvent(new CustomEvent("plan-change", { detail: message.floor }));
    if (message.frame !== undefined) this.#send(JSON.stringify({ type: "ack", frame: message.frame }));
  }

  #tell(watch, message) {
    this.#watches.get(JSON.stringify(watch))?.forEach((callback) => callback(message));
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
      document.dispatchEvent(new CustomEvent("live-down"));
    }
    this.#showBar ||= setTimeout(() => this.#tellBar(), GRACE);
    if (code === 4401) return location.reload(); // the session ended: the server shows the sign-in page
    if (FINAL.has(code)) return this.#giveUp(code);
    this.#timer = setTimeout(() => this.#open(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #giveUp(code) {
    this.#final = code === 4403 ? "Your account may not see this any more" : "Reload the page to go on";
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
    const since = `Live updates lost since ${clockTime.format(this.#lostAt)}`;
    bar.textContent = `${since}. ${this.#final || "Trying again"}.`;
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
