// Filters of the map: activities, category, department, age, fault, text. They live in the address, so that a view
// can be sent on.
import { serverNow } from "../../hospital/js/clock.js";
import { gettext } from "../../hospital/js/words.js";
import { makeTest } from "./matching.js";
import { Alerted } from "./alerted.js";

const CHOICES = ["category", "department", "age", "alert"];

export class Filters {
  #chips = [...document.querySelectorAll("[data-activity]")];
  #choices = Object.fromEntries(CHOICES.map((name) => [name, document.querySelector(`[data-filter="${name}"]`)]));
  #text = document.querySelector("[data-text]");
  #more = document.querySelector("[data-more-count]");
  #wanted = {}; // asked for before the first frame named it
  #offered = -1;
  #alerted = new Alerted(() => this.#onChange());
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
    this.#read();
    for (const chip of this.#chips)
      chip.addEventListener("click", () => {
        chip.ariaPressed = String(chip.ariaPressed !== "true");
        this.#changed();
      });
    for (const choice of Object.values(this.#choices)) choice?.addEventListener("change", () => this.#changed());
    this.#text?.addEventListener("input", () => this.#changed());
    this.#text?.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || event.key === "Enter") this.#text.blur();
    });
  }

  #read() {
    const asked = new URLSearchParams(location.search);
    const activities = new Set(asked.getAll("activity"));
    for (const chip of this.#chips) chip.ariaPressed = String(activities.has(chip.dataset.activity));
    if (this.#text) this.#text.value = asked.get("q") ?? "";
    for (const name of CHOICES) {
      this.#wanted[name] = asked.get(name) ?? "";
      const choice = this.#choices[name];
      if (choice) choice.value = this.#wanted[name];
    }
    this.#countMore();
    this.#alerted.need(this.choice("alert") === "open");
  }

  get activities() {
    return new Set(this.#chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.activity));
  }

  get words() {
    return (this.#text?.value ?? "").trim();
  }

  choice(name) {
    return this.#choices[name]?.value || this.#wanted[name] || "";
  }

  get category() {
    return this.choice("category");
  }

  get isOn() {
    return Boolean(this.activities.size || this.words || CHOICES.some((name) => this.choice(name)));
  }

  clear() {
    for (const chip of this.#chips) chip.ariaPressed = "false";
    for (const choice of Object.values(this.#choices)) if (choice) choice.value = "";
    if (this.#text) this.#text.value = "";
    this.#changed();
  }

  #changed() {
    this.#wanted = {};
    const address = new URL(location.href);
    for (const key of ["activity", "q", ...CHOICES]) address.searchParams.delete(key);
    for (const activity of this.activities) address.searchParams.append("activity", activity);
    for (const name of CHOICES) if (this.choice(name)) address.searchParams.set(name, this.choice(name));
    if (this.words) address.searchParams.set("q", this.words);
    history.replaceState(null, "", address);
    this.#countMore();
    this.#alerted.need(this.choice("alert") === "open");
    this.#onChange();
  }

  #countMore() {
    if (!this.#more) return;
    const count = ["department", "age", "alert"].filter((name) => this.choice(name)).length;
    this.#more.textContent = count ? String(count) : "";
  }

  /** A test of markers, as the filters stand; without the activities for the counts on their chips. */
  test({ withActivities = true } = {}) {
    const chosen = Object.fromEntries(CHOICES.map((name) => [name, this.choice(name)]));
    const activities = withActivities ? this.activities : new Set();
    return makeTest({ ...chosen, alerted: this.#alerted.tags, activities, words: this.words, now: serverNow() });
  }

  /** Counts on the chips (none before the first frame: nothing known is not nothing there), and the categories. */
  show(markers) {
    const counts = new Map();
    const isCounted = this.test({ withActivities: false });
    for (const marker of markers) if (isCounted(marker)) counts.set(marker.activity, (counts.get(marker.activity) ?? 0) + 1);
    for (const chip of this.#chips) {
      const count = counts.get(chip.dataset.activity) ?? 0;
      const text = markers.frames ? String(count) : "";
      const field = chip.querySelector("[data-count]");
      if (field.textContent !== text) field.textContent = text;
      chip.classList.toggle("is-none", text === "0");
    }
    if (this.#offered === markers.kinds) return;
    this.#offered = markers.kinds;
    this.#offer(markers, "category", gettext("All kinds"));
    this.#offer(markers, "department", gettext("All departments"));
  }

  #offer(markers, name, all) {
    const choice = this.#choices[name];
    if (!choice) return;
    const there = new Map();
    for (const marker of markers) if (marker[name]) there.set(marker[name], marker[`${name}_name`]);
    const chosen = this.choice(name);
    if (chosen && !there.has(chosen)) there.set(chosen, chosen);
    const key = [...there.keys()].sort().join(" ");
    if (choice.dataset.offered === key) return;
    choice.dataset.offered = key;
    const options = [...there].sort(([, a], [, b]) => a.localeCompare(b)).map(([slug, title]) => new Option(title, slug));
    choice.replaceChildren(new Option(all, ""), ...options);
    choice.value = chosen;
  }
}
