// Beside the plan: the same as words. The list of everything that is drawn, and a card of what was chosen.
import { lookOf } from "../map/pictures.js";
import { activityWord, placeWords, silenceWords, sinceWords } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const REST = 1000; // while time runs, the list follows at most once a second
const HALF_HOUR = 1800;

const element = (name, className, ...content) => {
  const made = Object.assign(document.createElement(name), { className });
  made.append(...content.filter((each) => each !== null && each !== ""));
  return made;
};

const glyph = (href) => {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "glyph");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", href);
  picture.append(use);
  return picture;
};

const mark = ({ shape, activity, basis }) => {
  const isPresumed = activity === "in_use" && basis === "presumed";
  const box = element("span", `mark is-${lookOf(activity).token}${isPresumed ? " is-presumed" : ""}`, glyph(`#shape-${shape}`));
  box.ariaHidden = "true";
  return box;
};

const stateLine = (state, clock) => {
  const silence = silenceWords(state, clock);
  const activity = element("span", `map-row-activity is-${lookOf(state.activity).token}`, activityWord(state));
  return [activity, ` · ${placeWords(state)}`, silence ? ` · ${silence}` : ""];
};

export class PastList {
  #box = document.querySelector("[data-rows]");
  #count = document.querySelector("[data-list-count]");
  #filledAt = 0;
  isOpen = false;

  constructor(onChoose, clock) {
    this.clock = clock;
    this.#box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-tag]");
      if (row) onChoose(row.dataset.tag);
    });
  }

  show(states, t, chosen, { atOnce }) {
    if (!this.isOpen || (!atOnce && performance.now() - this.#filledAt < REST)) return;
    this.#filledAt = performance.now();
    const focused = document.activeElement?.dataset?.tag;
    const sorted = states.toSorted((a, b) => (a.zone ?? "~").localeCompare(b.zone ?? "~") || a.tag.localeCompare(b.tag));
    this.#box.replaceChildren(...sorted.map((state) => this.#row(state, chosen)));
    this.#count.textContent = String(sorted.length);
    if (focused) this.#box.querySelector(`[data-tag="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #row(state, chosen) {
    const name = element("span", "map-row-name", `${state.name} `, element("span", "tag", state.tag));
    const row = element("button", "map-row", mark(state), name, element("span", "map-row-place", ...stateLine(state, this.clock)));
    row.type = "button";
    row.dataset.tag = state.tag;
    if (state.tag === chosen) row.ariaCurrent = "true";
    return element("li", "", row);
  }
}

const head = (title, under) => {
  const close = element("button", "button is-quiet is-icon", glyph("#icon-close"));
  close.firstChild.setAttribute("class", "icon");
  Object.assign(close, { type: "button", ariaLabel: "Close" });
  close.dataset.cardClose = "";
  return element("header", "card-head", element("div", "card-name", element("h2", "", title), element("p", "quiet", under)), close);
};

const fact = (term, ...words) => element("div", "", element("dt", "", term), element("dd", "", ...words));

const link = (text, href, className = "button is-wide") => Object.assign(element("a", className, text), { href });

/** What was known of one asset at that second; `state` is undefined where it was not on the floor. */
export const markerCard = (tag, state, clock, t, links) => {
  const follow = new URL(links.here);
  follow.searchParams.set("asset", tag);
  const buttons = [link("Follow its day", follow, "button is-main is-wide"), link("Open its page", links.asset.replace("TAG", encodeURIComponent(tag)))];
  if (!state) return element("article", "card", head(tag, `At ${clock.label(t)} not on this floor`), ...buttons);
  const silence = silenceWords(state, clock);
  const exact = state.error_m === null ? "" : `, within ${Math.max(1, Math.ceil(state.error_m))} m`;
  const facts = element(
    "dl",
    "facts",
    fact("Activity", element("span", `map-row-activity is-${lookOf(state.activity).token}`, activityWord(state)), ` ${sinceWords(state, clock, t)}`),
    fact("Place", state.fixed ? `${placeWords(state)}, installed there as it is registered now` : placeWords(state) + exact),
    silence ? fact("Silence", silence) : null,
  );
  return element("article", "card", head(state.name, `${state.category_name} · ${state.tag} · at ${clock.label(t)}`), facts, ...buttons);
};

/** Who is in a room at that second, and the way to who was there around it. */
export const roomCard = (zone, inside, clock, t, { length }, links) => {
  const [from, to] = [Math.max(0, t - HALF_HOUR), Math.min(length, t + HALF_HOUR)];
  const address = new URL(links.room.replace("/0/", `/${zone.id}/`), location.href);
  address.searchParams.set("from", clock.iso(from));
  address.searchParams.set("to", clock.iso(to));
  const items = inside.map((state) => element("li", "", `${state.tag} `, element("span", "quiet", ...stateLine(state, clock).slice(0, 1))));
  return element(
    "article",
    "card",
    head(zone.name, `${zone.kind_name} · at ${clock.label(t)}`),
    items.length ? element("ul", "playback-inside", ...items) : element("p", "quiet", "Nothing was known to be here at that time."),
    link(`Who was here, ${clock.label(from)} to ${clock.label(to)}`, address, "button is-main is-wide"),
  );
};
