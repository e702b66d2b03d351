// The clock of the site on one day, which may have 23 or 25 hours. Pure; seconds count from the day's begin.

const DAY = 86400;
const two = (number) => String(number).padStart(2, "0");

export class DayClock {
  /** `shifts`: [second, how many seconds the clock is ahead of UTC from then on], in order. */
  constructor({ begin, length, shifts }) {
    Object.assign(this, { begin, length, shifts });
  }

  aheadAt(t) {
    return this.shifts.findLast(([from]) => from <= t)?.[1] ?? this.shifts[0][1];
  }

  #wall(t) {
    return (((this.begin + t + this.aheadAt(t)) % DAY) + DAY) % DAY;
  }

  /** “14:05”, or “14:05:30” with seconds. */
  label(t, { seconds = false } = {}) {
    const wall = Math.floor(this.#wall(Math.floor(t)));
    const text = `${two(Math.floor(wall / 3600))}:${two(Math.floor((wall % 3600) / 60))}`;
    return seconds ? `${text}:${two(wall % 60)}` : text;
  }

  /** As the address has it: with the offset on a day on which the clock is changed. */
  address(t) {
    const text = this.label(t, { seconds: true });
    if (this.shifts.length < 2) return text;
    const ahead = this.aheadAt(t);
    const minutes = Math.abs(ahead) / 60;
    return `${text}${ahead < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }

  /** The second at which the clock shows what was typed; the first of two, the change itself for what it skipped;
   *  null for what is no time. */
  parse(text) {
    const found = /^\s*(\d{1,2})(?:[:.h ]?(\d{2}))?(?:[:.](\d{2}))?\s*$/.exec(text);
    if (!found) return null;
    const [hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
    if (hour > 24 || minute > 59 || second > 59) return null;
    const wall = hour * 3600 + minute * 60 + second;
    if (wall === DAY) return this.length;
    if (wall > DAY) return null;
    const midnight = this.shifts[0][1];
    const first = this.#wall(0); // not 0 where the clock is changed at midnight
    let skipped = 0;
    for (let n = 0; n < this.shifts.length; n += 1) {
      const [from, ahead] = this.shifts[n];
      const until = this.shifts[n + 1]?.[0] ?? this.length;
      const t = wall - first - (ahead - midnight);
      if (t >= from && t < until) return t;
      if (t >= until) skipped = until;
    }
    return Math.min(skipped, this.length);
  }

  /** Seconds at which the clock shows a full hour that `every` divides, with its label. */
  hours(every) {
    const marks = [];
    for (let t = 0; t < this.length; t += 900) {
      const wall = this.#wall(t);
      if (wall % (every * 3600) === 0) marks.push([t, this.label(t)]);
    }
    return marks;
  }

  iso(t) {
    return new Date((this.begin + t) * 1000).toISOString();
  }
}
