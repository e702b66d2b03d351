// Filters above the map: activities, category, text. They live in the address, so that a view can be sent on.

export class Filters {
  #chips = [...document.querySelectorAll("[data-activity]")];
  #category = document.querySelector("[data-category]");
  #text = document.querySelector("[data-text]");
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
    this.#read();
    for (const chip of this.#chips)
      chip.addEventListener("click", () => {
        chip.ariaPressed = String(chip.ariaPressed !== "true");
        this.#changed();
      });
    this.#category.addEventListener("change", () => this.#changed());
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || event.key === "Enter") this.#text.blur();
    });
  }

  #read() {
    const asked = new URLSearchParams(location.search);
    const activities = new Set(asked.getAll("activity"));
    for (const chip of this.#chips) chip.ariaPressed = String(activities.has(chip.dataset.activity));
    this.#text.value = asked.get("q") ?? "";
    this.#wanted = asked.get("category") ?? "";
  }

  #wanted = ""; // a category asked for before the first frame named it

  get activities() {
    return new Set(this.#chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.activity));
  }

  get category() {
    return this.#category.value || this.#wanted;
  }

  get isOn() {
    return Boolean(this.activities.size || this.category || this.#text.value.trim());
  }

  clear() {
    for (const chip of this.#chips) chip.ariaPressed = "false";
    this.#category.value = this.#text.value = "";
    this.#changed();
  }

  #changed() {
    this.#wanted = "";
    const address = new URL(location.href);
    for (const key of ["activity", "category", "q"]) address.searchParams.delete(key);
    for (const activity of this.activities) address.searchParams.append("activity", activity);
    if (this.category) address.searchParams.set("category", this.category);
    if (this.#text.value.trim()) address.searchParams.set("q", this.#text.value.trim());
    history.replaceState(null, "", address);
    this.#onChange();
  }

  /** A test of markers, as the filters stand; without the activities for the counts on their chips. */
  test({ withActivities = true } = {}) {
    const { activities, category } = this;
    const words = this.#text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    return (marker) => {
      if (withActivities && activities.size && !activities.has(marker.activity)) return false;
      if (category && marker.category !== category) return false;
      if (!words.length) return true;
      const text = `${marker.name} ${marker.tag} ${marker.category_name} ${marker.zone ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
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
    this.#offer(markers);
  }

  #offer(markers) {
    const there = new Map([...markers].map((marker) => [marker.category, marker.category_name]));
    const { category } = this;
    if (category && !there.has(category)) there.set(category, category);
    const key = [...there.keys()].sort().join(" ");
    if (this.#category.dataset.offered === key) return;
    this.#category.dataset.offered = key;
    const options = [...there].sort(([, a], [, b]) => a.localeCompare(b)).map(([slug, name]) => new Option(name, slug));
    this.#category.replaceChildren(new Option("All kinds", ""), ...options);
    this.#category.value = category;
  }
}
