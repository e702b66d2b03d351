// The same equipment as words: a list beside the map for whoever does not see or point at the drawing.
import { gettext } from "../../hospital/js/words.js";
import { lookOf } from "./pictures.js";

const REST = 1000; // the list follows the map at most once a second
const WORDS = Object.fromEntries(
  [...document.querySelectorAll("[data-activity]")].map((chip) => [
    chip.dataset.activity,
    chip.querySelector("span").textContent,
  ]),
);
const SVG = "http://www.w3.org/2000/svg";

export const activityWord = (activity) => WORDS[activity] ?? "";

export class List {
  #rows = new Map(); // marker id → button
  #box = document.querySelector("[data-rows]");
  #count = document.querySelector("[data-list-count]");
  #timer = 0;
  isOpen = false;

  constructor(onChoose) {
    this.#box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-tag]");
      if (row) onChoose(row.dataset.tag);
    });
    this.#box.addEventListener("keydown", (event) => this.#step(event));
  }

  #step(event) {
    const row = event.target.closest(".map-row");
    const rows = [...this.#box.querySelectorAll(".map-row")];
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -rows.length, End: rows.length };
    if (!row || !(event.key in steps)) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + steps[event.key]));
    rows[next].focus();
  }

  /** `markers()` gives those to show; read again when the rest is over. */
  show(markers, chosen, { atOnce = false } = {}) {
    if (!this.isOpen) return;
    if (atOnce) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#fill(markers(), chosen());
    } else
      this.#timer ||= setTimeout(() => {
        this.#timer = 0;
        this.#fill(markers(), chosen());
      }, REST);
  }

  #fill(markers, chosen) {
    const sorted = markers.sort((a, b) => a.name.localeCompare(b.name) || a.tag.localeCompare(b.tag));
    const there = new Set(sorted.map(({ id }) => id));
    for (const [id, row] of this.#rows)
      if (!there.has(id)) {
        row.parentElement.remove();
        this.#rows.delete(id);
      }
    let before = null;
    for (const marker of sorted) {
      const row = this.#rows.get(marker.id) ?? this.#newRow(marker);
      fill(row, marker, chosen);
      const item = row.parentElement;
      const place = before ? before.nextSibling : this.#box.firstChild;
      if (place !== item) this.#box.insertBefore(item, place);
      before = item;
    }
    this.#count.textContent = String(sorted.length);
    this.#keepOneStop();
  }

  #newRow(marker) {
    const row = document.createElement("button");
    row.type = "button";
    row.className = "map-row";
    row.dataset.tag = marker.tag;
    row.append(mark(marker), part("map-row-name"), part("map-row-place"));
    const item = document.createElement("li");
    item.append(row);
    this.#rows.set(marker.id, row);
    return row;
  }

  /** One stop for the Tab key; the arrows do the rest. */
  #keepOneStop() {
    const rows = [...this.#box.querySelectorAll(".map-row")];
    const stop = rows.find((row) => row === document.activeElement) ?? rows.find((row) => row.ariaCurrent === "true") ?? rows[0];
    for (const row of rows) row.tabIndex = row === stop ? 0 : -1;
  }
}

const part = (name) => Object.assign(document.createElement("span"), { className: name });

const mark = ({ shape }) => {
  const box = part("mark");
  box.ariaHidden = "true";
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "glyph");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#shape-${shape}`);
  picture.append(use);
  box.append(picture);
  return box;
};

const fill = (row, marker, chosen) => {
  row.ariaCurrent = String(marker.tag === chosen);
  const state = `${marker.name} ${marker.zone} ${marker.activity} ${marker.basis}`;
  if (row.dataset.state === state) return;
  row.dataset.state = state;
  const isPresumed = marker.activity === "in_use" && marker.basis === "presumed";
  const [box, name, place] = row.children;
  box.className = `mark is-${lookOf(marker.activity).token}${isPresumed ? " is-presumed" : ""}`;
  name.replaceChildren(`${marker.name} `, Object.assign(part("tag"), { textContent: marker.tag }));
  const activity = part(`map-row-activity is-${lookOf(marker.activity).token}`);
  activity.textContent = activityWord(marker.activity) + (isPresumed ? `, ${gettext("presumed")}` : "");
  place.replaceChildren(activity, ` · ${marker.zone ?? gettext("room not known")}`);
};
