// Points by place, so that who is near is found without asking everybody. Buckets and chains in typed arrays: a grid
// of thousands is filled several times a second.

const BUCKETS = 8192; // a power of two; two cells in one bucket cost time, not truth

export class Grid {
  #heads = new Int32Array(BUCKETS).fill(-1);
  #next = new Int32Array(1024);
  #xs = new Float64Array(1024);
  #ys = new Float64Array(1024);
  #items = [];

  constructor(step) {
    this.step = step;
  }

  add(item) {
    const index = this.#items.push(item) - 1;
    if (index >= this.#next.length) this.#grow();
    const bucket = bucketOf(Math.round(item.x / this.step), Math.round(item.y / this.step));
    this.#xs[index] = item.x;
    this.#ys[index] = item.y;
    this.#next[index] = this.#heads[bucket];
    this.#heads[bucket] = index;
  }

  #grow() {
    const longer = (old) => {
      const grown = new old.constructor(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.#next = longer(this.#next);
    this.#xs = longer(this.#xs);
    this.#ys = longer(this.#ys);
  }

  refill(items) {
    this.#heads.fill(-1);
    this.#items = [];
    for (const item of items) this.add(item);
  }

  /** Whether nobody is nearer than a step. */
  isFree(x, y) {
    const [column, row, limit] = [Math.round(x / this.step), Math.round(y / this.step), this.step ** 2];
    for (let i = column - 1; i <= column + 1; i += 1)
      for (let j = row - 1; j <= row + 1; j += 1)
        for (let at = this.#heads[bucketOf(i, j)]; at >= 0; at = this.#next[at])
          if ((this.#xs[at] - x) ** 2 + (this.#ys[at] - y) ** 2 < limit) return false;
    return true;
  }

  /** Who is nearest, within so many pixels (no more than a step). */
  nearest(x, y, within) {
    const [column, row] = [Math.round(x / this.step), Math.round(y / this.step)];
    let best = null;
    let least = within ** 2;
    for (let i = column - 1; i <= column + 1; i += 1)
      for (let j = row - 1; j <= row + 1; j += 1)
        for (let at = this.#heads[bucketOf(i, j)]; at >= 0; at = this.#next[at]) {
          const far = (this.#xs[at] - x) ** 2 + (this.#ys[at] - y) ** 2;
          if (far <= least) [best, least] = [this.#items[at], far];
        }
    return best;
  }
}

const bucketOf = (column, row) => (Math.imul(column, 73856093) ^ Math.imul(row, 19349663)) & (BUCKETS - 1);
