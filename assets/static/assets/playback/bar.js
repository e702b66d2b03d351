// The bar of time under the plan: slider, density, clock to type into, speed, and the keys.

const SVG = "http://www.w3.org/2000/svg";
const KEYS = { ArrowLeft: -60, ArrowRight: 60, PageDown: -3600, PageUp: 3600 };
const FIELDS = "input:not([type=range]), select, textarea, dialog, [contenteditable]";

export class Bar {
  #slider = document.querySelector("[data-slider]");
  #clock = document.querySelector("[data-clock]");
  #play = document.querySelector("[data-play]");
  #speed = document.querySelector("[data-speed]");

  /** `on`: {seek(t), toggle(), step(direction)}. */
  constructor(clock, facts, on) {
    Object.assign(this, { clock, facts, on });
    this.#drawDensity();
    this.#drawHours();
    this.#slider.addEventListener("input", () => on.seek(Number(this.#slider.value)));
    this.#play.addEventListener("click", () => on.toggle());
    document.querySelectorAll("[data-step]").forEach((button) =>
      button.addEventListener("click", () => on.step(Number(button.dataset.step))),
    );
    this.#clock.addEventListener("change", () => this.#typed());
    this.#clock.addEventListener("focus", () => this.#clock.select());
    document.querySelector("[data-day]").addEventListener("change", ({ target }) => target.value && target.form.requestSubmit());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get speed() {
    return Number(this.#speed.value);
  }

  show(t, isPlaying) {
    const text = this.clock.label(t, { seconds: true });
    this.#slider.value = t;
    this.#slider.ariaValueText = text;
    if (document.activeElement !== this.#clock) this.#clock.value = text;
    const word = isPlaying ? "Pause" : "Play";
    if (this.#play.ariaLabel === word) return;
    this.#play.ariaLabel = word;
    this.#play.querySelector("use").setAttribute("href", `#icon-${isPlaying ? "pause" : "play"}`);
  }

  #typed() {
    const t = this.clock.parse(this.#clock.value);
    this.#clock.ariaInvalid = String(t === null);
    if (t !== null) this.on.seek(t);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (target === this.#clock && key === "Enter") return this.#clock.blur();
    if (target.closest?.(FIELDS)) return undefined;
    const isMap = target.closest?.("[data-map]");
    if (key === " " && !target.closest?.("button, a, summary")) this.on.toggle();
    else if (key in KEYS && !(isMap && key.startsWith("Arrow"))) this.on.seek(this.#at() + KEYS[key] * (event.shiftKey ? 10 : 1));
    else if (key === "Home") this.on.seek(0);
    else if (key === "End") this.on.seek(this.facts.until);
    else if (key === "," || key === ".") this.on.step(key === "." ? 1 : -1);
    else return undefined;
    return event.preventDefault();
  }

  #at() {
    return Number(this.#slider.value);
  }

  #drawDensity() {
    const { density, slot, length, until } = this.facts;
    const most = Math.max(...density, 1);
    const bars = density.map((count, n) => {
      const bar = document.createElementNS(SVG, "rect");
      const height = count ? Math.max(2, Math.round(28 * Math.sqrt(count / most))) : 0;
      const numbers = { x: `${(100 * n * slot) / length}%`, width: `${(92 * slot) / length}%`, y: 28 - height, height };
      for (const [name, value] of Object.entries(numbers)) bar.setAttribute(name, value);
      return bar;
    });
    const future = document.createElementNS(SVG, "rect");
    const numbers = { class: "is-future", x: `${(100 * until) / length}%`, width: `${100 - (100 * until) / length}%`, y: 0, height: 28 };
    for (const [name, value] of Object.entries(numbers)) future.setAttribute(name, value);
    document.querySelector("[data-density]").replaceChildren(...bars, future);
  }

  #drawHours() {
    const marks = this.clock.hours(3).map(([t, label]) => {
      const mark = Object.assign(document.createElement("span"), { textContent: label });
      mark.style.left = `${(100 * t) / this.facts.length}%`;
      if ((Number(label.slice(0, 2)) / 3) % 2) mark.className = "is-minor";
      return mark;
    });
    document.querySelector("[data-hours]").replaceChildren(...marks);
  }
}
