// The floor map: puts plan, markers, filters, list, card and the live connection together.
import { serverNow } from "../../hospital/js/clock.js";
import { live } from "../../hospital/js/live.js";
import { gettext } from "../../hospital/js/words.js";
import { Filters } from "./filters.js";
import { Follow } from "./follow.js";
import { MarkerLayer } from "./layer.js";
import { List, activityWord } from "./list.js";
import { Markers, hasPlace } from "./markers.js";
import { drawPlan, fetchPlan } from "./plan.js";

const { L, htmx } = window;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const stage = document.querySelector("[data-stage]");
const box = document.querySelector("[data-map]");
const card = document.querySelector("[data-card]");
const list = document.querySelector("[data-list]");
const note = document.querySelector("[data-note]");
const said = document.querySelector("[data-said]");
const isPhone = () => matchMedia("(max-width: 719px)").matches;

const PHONE_SCALE = 9.5; // pixels to the metre

const markers = new Markers();
const layer = new MarkerLayer(markers);
const filters = new Filters(() => refresh({ atOnce: true }));
const rows = new List((tag) => choose(tag, { isByHand: true }));
let chosen = null;
let bounds = null;
let shapes = []; // of the plan as it is drawn
let isWhole = true; // the view is the whole floor until somebody moves it

const map = L.map(box, {
  crs: L.CRS.Simple,
  attributionControl: false,
  zoomControl: false,
  zoomSnap: 0,
  zoomDelta: 0.75,
  wheelPxPerZoomLevel: 90,
  zoomAnimation: !calm,
  fadeAnimation: false,
  inertia: !calm,
  maxZoom: 6.5,
  minZoom: -4,
});
map.setView([0, 0], 2);

const follow = new Follow({
  map,
  tag: () => chosen,
  say: (text) => {
    said.textContent = text;
  },
  keepInView: (marker) => bringIntoView(marker, { isClose: !layer.screenOf(marker.tag) }),
});

// --- Plan and view -----------------------------------------------------------------------------------------------
const wholeFloor = (animate) => {
  if (!bounds?.isValid()) return;
  const beside = isPhone() ? [12, 12] : [document.querySelector(".sections").offsetWidth + 32, 64]; // floors, tools
  const options = { paddingTopLeft: [beside[0], 16], paddingBottomRight: [beside[1], 16], animate: animate && !calm };
  map.fitBounds(bounds, options);
  isWhole = true;
};

/** On a phone the floor starts around one's own unit, large enough to touch. */
const ownUnit = () => {
  const [x, y] = (stage.dataset.own ?? "").split(" ").map(Number);
  const zoom = Math.log2(PHONE_SCALE);
  if (!isPhone() || Number.isNaN(y ?? NaN) || zoom <= map.getZoom()) return;
  map.setView([y, x], zoom, { animate: false });
  map.panInsideBounds(bounds.pad(0.05), { animate: false });
  isWhole = false;
};

const showPlan = (plan, { keepsView = false } = {}) => {
  const drawn = drawPlan(map, plan);
  bounds = drawn.bounds;
  layer.zones = drawn.zones;
  shapes = drawn.all;
  if (keepsView) return map.setMaxBounds(bounds.isValid() ? bounds.pad(0.6) : null);
  if (!bounds.isValid()) return tell(gettext("This floor has no plan yet; an administrator can import one."));
  wholeFloor(false); // before the limits: a limit that moves the view starts an animation, which would win
  const whole = map.getZoom();
  ownUnit();
  map.setMinZoom(whole - 1);
  map.setMaxBounds(bounds.pad(0.6));
  return undefined;
};

/** Room around the marker that must stay visible; the sheet on a phone covers the lower part. */
const bringIntoView = (marker, { isClose }) => {
  if (!hasPlace(marker)) return;
  isWhole = false;
  const spot = [marker.y, marker.x];
  const covered = isPhone() && stage.dataset.panel === "card" ? card.offsetHeight : 0;
  const zoom = isClose ? closeZoom(marker) : map.getZoom();
  if (zoom !== map.getZoom()) {
    const middle = map.unproject(map.project(spot, zoom).add([0, covered / 2]), zoom);
    map.setView(middle, zoom, { animate: !calm });
  } else map.panInside(spot, { paddingTopLeft: [60, 60], paddingBottomRight: [60, 60 + covered], animate: !calm });
};

/** The zoom from which the marker stands for itself and its surroundings are legible. */
const closeZoom = (marker) => {
  const zone = layer.zones.find(({ id }) => id === marker.zone_id);
  const crowd = [...markers].filter(({ zone_id: id }) => id === marker.zone_id).length;
  const area = zone ? zone.box.width * zone.box.height : 100;
  const scale = Math.min(48, Math.max(16, 29 * Math.sqrt((crowd * 1.8) / area)));
  return Math.max(map.getZoom(), Math.min(map.getMaxZoom(), Math.ceil(Math.log2(scale) * 4) / 4));
};

// --- What is said and shown --------------------------------------------------------------------------------------
function tell(text, action) {
  if (!text && note.hidden) return;
  note.hidden = !text;
  note.replaceChildren(text ?? "");
  if (!action) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.text });
  button.className = "button";
  button.addEventListener("click", action.run);
  note.append(button);
}

function refresh({ atOnce = false } = {}) {
  layer.isShown = filters.test();
  layer.relayOut();
  filters.show(markers);
  rows.show(() => [...markers].filter(layer.isShown), () => chosen, { atOnce });
  if (!markers.frames) return;
  if (!markers.size) tell(gettext("No equipment is on this floor now."));
  else if (filters.isOn && !isAnyShown()) tell(gettext("Nothing on this floor matches."), { text: gettext("Show all"), run: () => filters.clear() });
  else tell(null);
}

const isAnyShown = () => {
  for (const marker of markers) if (layer.isShown(marker)) return true;
  return false;
};

// --- List and card -----------------------------------------------------------------------------------------------
const showPanel = (name) => {
  stage.dataset.panel = name;
  list.hidden = name !== "list";
  card.hidden = name !== "card";
  rows.isOpen = name === "list";
  document.querySelectorAll("[data-list-toggle][aria-expanded]").forEach((button) => {
    button.ariaExpanded = String(name === "list");
  });
  if (name === "list") refresh({ atOnce: true });
};

let beforeCard = "none";

function choose(tag, { isByHand = false, isClose = false } = {}) {
  if (chosen === tag) return;
  follow.end();
  chosen = layer.chosen = tag;
  layer.due();
  rememberChosen();
  if (!tag) return closeCard();
  if (stage.dataset.panel !== "card") beforeCard = stage.dataset.panel;
  openCard(tag, { isByHand, isClose });
}

const openCard = async (tag, { isByHand, isClose }) => {
  const address = stage.dataset.cardAddress.replace("TAG", encodeURIComponent(tag));
  await htmx.ajax("GET", address, { target: card, swap: "innerHTML" });
  if (chosen !== tag) return;
  showPanel("card");
  if (isByHand) card.querySelector("[data-card-close]")?.focus({ preventScroll: true });
  const marker = markers.withTag(tag);
  if (marker) settled(() => bringIntoView(marker, { isClose: isClose || !layer.screenOf(tag) }));
};

const closeCard = () => {
  card.replaceChildren();
  showPanel(beforeCard === "card" ? "none" : beforeCard);
};

/** After the panel has slid in and the map has its new size. */
const settled = (then) => setTimeout(then, calm ? 0 : 240);

const rememberChosen = () => {
  const address = new URL(location.href);
  if (chosen) address.searchParams.set("asset", chosen);
  else address.searchParams.delete("asset");
  history.replaceState(null, "", address);
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-card-close]")) {
    const last = chosen;
    choose(null);
    (document.querySelector(`.map-row[data-tag="${CSS.escape(last)}"]`) ?? box).focus({ preventScroll: true });
  } else if (event.target.closest("[data-list-toggle]")) {
    const isOpen = stage.dataset.panel === "list";
    beforeCard = isOpen ? "none" : "list";
    if (chosen) choose(null);
    showPanel(beforeCard);
    if (!isOpen) document.querySelector('.map-row[tabindex="0"]')?.focus({ preventScroll: true });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.closest("input, select, dialog")) return;
  if (follow.isOn) follow.end();
  else if (chosen) choose(null);
  else if (stage.dataset.panel === "list") showPanel("none");
});

// --- Pointer -----------------------------------------------------------------------------------------------------
map.on("click", ({ containerPoint }) => {
  const item = layer.at(containerPoint);
  if (item?.members) return intoRoom(item);
  return choose(item?.marker.tag ?? null);
});

map.on("mousemove mouseout", ({ type, containerPoint }) => {
  const item = type === "mousemove" ? layer.at(containerPoint) : null;
  if (item === layer.over) return;
  layer.over = item;
  box.classList.toggle("is-over-marker", Boolean(item));
  layer.due();
});
map.on("movestart zoomstart", () => {
  layer.over = null;
});

const intoRoom = ({ members }) => {
  const zone = layer.zones.find(({ id }) => id === members[0].zone_id);
  const { left, top, width, height } = zone.box;
  const zoom = Math.max(closeZoom(members[0]), map.getZoom() + 0.5);
  isWhole = false;
  map.setView([top - height / 2, left + width / 2], Math.min(zoom, map.getMaxZoom()), { animate: !calm });
};

document.querySelectorAll("[data-zoom]").forEach((button) => {
  const actions = { in: () => map.zoomIn(), out: () => map.zoomOut(), whole: () => wholeFloor(true) };
  button.addEventListener("click", () => {
    isWhole = false;
    actions[button.dataset.zoom]();
  });
});

// --- Sizes -------------------------------------------------------------------------------------------------------
new ResizeObserver(() => {
  map.invalidateSize({ pan: false, animate: false });
  if (isWhole) wholeFloor(false);
}).observe(box);
for (const event of ["pointerdown", "wheel", "keydown"])
  box.addEventListener(event, () => {
    isWhole = false;
  });

// A floor reached from another keeps the filters.
document.querySelectorAll("[data-storey]").forEach((link) =>
  link.addEventListener("click", () => {
    const here = new URLSearchParams(location.search);
    here.delete("asset");
    here.delete("follow");
    link.search = here.toString();
  }),
);

// --- Live --------------------------------------------------------------------------------------------------------
const sayChange = (before, marker) => {
  if (!before || !marker || (before.activity === marker.activity && before.zone_id === marker.zone_id)) return;
  said.textContent = `${marker.tag}: ${activityWord(marker.activity)}, ${marker.zone ?? gettext("room not known")}`;
};

let isPostponed = false; // the layout, by a frame
const isMereMovement = ({ full, markers: told, gone }) => !full && !told.length && !gone?.length;

const takeFrame = (frame) => {
  const isFirst = markers.frames === 0;
  const known = chosen && markers.withTag(chosen);
  const before = known && { activity: known.activity, zone_id: known.zone_id };
  const isChanged = markers.apply(frame, performance.now());
  if (!markers.fallSilent(serverNow()) && !isChanged && !isFirst) return;
  const marker = chosen && markers.withTag(chosen);
  sayChange(before, marker);
  follow.look(marker);
  if (isMereMovement(frame) && layer.isDense() && !isPostponed) {
    isPostponed = true;
    layer.due();
    return;
  }
  isPostponed = false;
  refresh();
  if (isFirst && marker && !follow.isOn) settled(() => bringIntoView(marker, { isClose: true }));
};

/** Somebody changed the plan: it is drawn anew, under the view as it is. */
document.addEventListener("plan-change", async ({ detail }) => {
  if (detail !== stage.dataset.floor) return;
  const plan = await fetchPlan(stage.dataset.plan).catch(() => null);
  if (!plan) return;
  const earlier = shapes;
  showPlan(plan, { keepsView: true });
  earlier.forEach((shape) => shape.remove());
  refresh();
});

const start = async () => {
  layer.addTo(map);
  setInterval(() => refresh(), 10000); // markers fade with age also while nothing comes
  setInterval(() => markers.fallSilent(serverNow()) && refresh(), 1000); // and fall silent
  const asked = new URLSearchParams(location.search).get("asset");
  try {
    showPlan(await fetchPlan(stage.dataset.plan));
  } catch {
    tell(gettext("The floor plan could not be fetched."), { text: gettext("Try again"), run: () => location.reload() });
    return;
  }
  refresh();
  if (card.querySelector("[data-tag]") && asked) {
    chosen = layer.chosen = asked;
    showPanel("card");
    follow.resume();
  } else if (asked) tell(gettext("There is no equipment with the tag %(tag)s.", { tag: asked }));
  live.watchFloor(stage.dataset.floor, takeFrame);
  setTimeout(() => markers.frames || tell(gettext("Waiting for the first positions …")), 2500);
};

const stateOf = (marker) => ({
  id: marker.id,
  x: marker.x,
  y: marker.y,
  activity: marker.activity,
  basis: marker.basis,
  zone: marker.zone,
  rev: marker.rev,
  isShown: hasPlace(marker) && layer.isShown(marker),
  screen: layer.screenOf(marker.tag),
});

/** Read only, for tests and for the curious. */
window.whereabouts = Object.freeze({
  ...window.whereabouts,
  map: Object.freeze({
    get frames() {
      return markers.frames;
    },
    get chosen() {
      return chosen;
    },
    get pictures() {
      return layer.pictures;
    },
    get single() {
      return layer.drawn ? layer.drawn.items.length - layer.drawn.badges.length : 0;
    },
    get markers() {
      return Object.fromEntries([...markers].map((marker) => [marker.tag, stateOf(marker)]));
    },
  }),
});

start();
