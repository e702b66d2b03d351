// Which equipment has an open alert: asked for only while somebody filters by it, and again when alerts change.
export class Alerted {
  tags = new Set();
  #address = document.querySelector("[data-alerted]")?.dataset.alerted;
  #isNeeded = false;
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
    document.body?.addEventListener("alerts-change", () => this.#isNeeded && this.#ask());
  }

  need(isNeeded) {
    const isNew = isNeeded && !this.#isNeeded;
    this.#isNeeded = isNeeded;
    if (isNew) this.#ask();
  }

  async #ask() {
    if (!this.#address) return;
    const answer = await fetch(this.#address, { headers: { Accept: "application/json" } }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!told) return; // what was known stays until it can be asked again
    this.tags = new Set(told.tags);
    this.#onChange();
  }
}
