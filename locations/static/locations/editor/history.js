// Steps that can be undone, as many as there were; and a draft's way through a reload and past somebody else's save.

export class History {
  #past = [];
  #future = [];

  constructor(state) {
    this.base = this.now = state;
  }

  /** A step; one like the last (typing into one field) joins it. */
  take(state, about = "") {
    if (state === this.now) return;
    if (!about || about !== this.about) this.#past.push(this.now);
    this.about = about;
    this.now = state;
    this.#future = [];
  }

  undo() {
    if (!this.canUndo) return;
    this.about = "";
    this.#future.push(this.now);
    this.now = this.#past.pop();
  }

  redo() {
    if (!this.canRedo) return;
    this.about = "";
    this.#past.push(this.now);
    this.now = this.#future.pop();
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }
}

const LISTS = ["zones", "passages", "receivers"];
const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** How many things differ between two states. */
export const changesBetween = (base, state) => {
  let count = same(base.outline, state.outline) ? 0 : 1;
  for (const list of LISTS) {
    const before = new Map(base[list].map((row) => [row.key, row]));
    for (const row of state[list]) {
      if (!same(before.get(row.key), row)) count += 1;
      before.delete(row.key);
    }
    count += before.size;
  }
  return count;
};

/**
 * One's own changes since `base`, brought onto what somebody else has stored meanwhile. What both changed stays as one
 * has it oneself; what one changed and the other replaced is kept beside it, for the faults to show.
 */
export const rebase = (base, mine, theirs) => {
  const brought = { ...theirs, outline: same(base.outline, mine.outline) ? theirs.outline : mine.outline };
  for (const list of LISTS) brought[list] = broughtRows(base[list], mine[list], theirs[list]);
  const there = new Set([...brought.zones, ...(theirs.elsewhere ?? [])].map(({ key }) => key));
  brought.passages = brought.passages.filter(({ ends }) => ends.every((end) => there.has(end)));
  return brought;
};

const broughtRows = (base, mine, theirs) => {
  const [was, own, now] = [base, mine, theirs].map((rows) => new Map(rows.map((row) => [row.key, row])));
  const isMine = (key) => !same(was.get(key), own.get(key));
  const rows = theirs
    .filter(({ key }) => own.has(key) || !was.has(key) || !same(was.get(key), now.get(key)))
    .map((row) => (own.has(row.key) && isMine(row.key) ? own.get(row.key) : row));
  const besides = mine.filter(({ key }) => !now.has(key) && isMine(key)).map((row) => ({ ...row, id: null, ...(row.from && { from: [] }) }));
  return [...rows, ...besides];
};

/** The state, with what is as in `base` taken from there: what is the same thing is then known at a glance. */
export const adopted = (base, state) => {
  const found = { ...state, outline: same(base.outline, state.outline) ? base.outline : state.outline };
  for (const list of LISTS) {
    const before = new Map(base[list].map((row) => [row.key, row]));
    found[list] = state[list].map((row) => {
      const was = before.get(row.key);
      if (!was || same(was, row)) return was ?? row;
      return row.rings && same(was.rings, row.rings) ? { ...row, rings: was.rings } : row;
    });
  }
  return found;
};

// --- Over a reload -------------------------------------------------------------------------------------------------
const place = (floor) => `plan-draft:${floor}`;

export const keep = (floor, draft) => {
  try {
    sessionStorage.setItem(place(floor), JSON.stringify(draft));
  } catch {
    sessionStorage.removeItem(place(floor)); // no room: an older draft would be worse than none
  }
};

export const kept = (floor) => {
  try {
    return JSON.parse(sessionStorage.getItem(place(floor)));
  } catch {
    return null;
  }
};

export const forget = (floor) => sessionStorage.removeItem(place(floor));
