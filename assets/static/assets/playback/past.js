// The day's changes, fetched window by window as they are looked at, and kept.
import { shifted } from "./states.js";

export class Past {
  #windows = []; // {from, told}, times in seconds of the day
  #asked = new Map(); // from → promise

  constructor(address, { begin, length, window, until }) {
    Object.assign(this, { address, begin, length, window, until });
  }

  /** What is told of that second, if it is here already. */
  at(t) {
    return this.#windows.find(({ from, told }) => from <= t && t <= told.until)?.told ?? null;
  }

  /** Fetches what is told of that second; what one answer could not hold is asked for with the next. */
  async load(t) {
    const start = Math.floor(Math.min(t, this.length - 1) / this.window) * this.window;
    let from = start;
    for (const { from: begun, told } of this.#windows)
      if (begun >= start && begun < start + this.window && told.until < t) from = Math.max(from, Math.floor(told.until));
    const to = Math.min(start + this.window, this.length);
    if (!this.#asked.has(from)) this.#asked.set(from, this.#fetch(from, to));
    try {
      await this.#asked.get(from);
    } finally {
      this.#asked.delete(from);
    }
    return this.at(t);
  }

  async #fetch(from, to) {
    const address = new URL(this.address, location.href);
    address.searchParams.set("from", this.begin + from);
    address.searchParams.set("to", this.begin + to);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The changes answered with ${answer.status}.`);
    this.#windows.push({ from, told: shifted(await answer.json(), from) });
  }
}
