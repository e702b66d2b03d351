// Tells a scanner that types from a person who does, by speed alone: a burst of keys that ends in Enter or Tab.
const LONGEST_GAP = 80; // ms; scanners by radio falter that much
const MEAN_GAP = 40; // nobody types four letters at twenty-five a second
const FEWEST = 4;

export class Burst {
  #keys = [];
  #begun = 0;
  #last = -Infinity;

  /** How many keys came one upon the other so far, this one included. */
  get length() {
    return this.#keys.length;
  }

  /** Takes a key at a time in ms; the code when this key ends one, else an empty text. */
  take(key, at, { isRepeat = false } = {}) {
    const isLate = at - this.#last > LONGEST_GAP;
    if (isLate || isRepeat) this.#keys = [];
    if (isRepeat) return ""; // a key that is held down
    if (key === "Enter" || key === "Tab") return this.#end(at);
    if ([...key].length !== 1) return ""; // Shift and its like, which scanners press too
    if (!this.#keys.length) this.#begun = at;
    this.#keys.push(key);
    this.#last = at;
    return "";
  }

  #end(at) {
    const keys = this.#keys.splice(0);
    const isQuick = keys.length >= FEWEST && at - this.#begun <= MEAN_GAP * keys.length;
    return isQuick ? keys.join("") : "";
  }
}
