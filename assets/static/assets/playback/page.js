// Playback: a floor's past day at the slider's instant, drawn as the live map draws it.
import { learn } from "../../hospital/js/clock.js";
import { Filters } from "../map/filters.js";
import { MarkerLayer } from "../map/layer.js";
import { Markers } from "../map/markers.js";
import { drawPlan, fetchPlan } from "../map/plan.js";
import { Bar } from "./bar.js";
import { DayClock } from "./clock.js";
import { Past } from "./past.js";
import { PastList, markerCard, roomCard } from "./side.js";
import { changesOf, isInside, nextChange, statesAt } from "./states.js";
import { Way } from "./way.js";
import { activityWord, placeWords, silenceWords } from "./words.js";

const { L } = window;
const PICTURE_MS = 60;
const GLIDES_TO = 10; // times as fast as life; faster, and when something fell silent, markers jump
const LONGEST_GLIDE_S = 20;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const isPhone = () => matchMedia("(max-width: 719px)").matches;

const facts = JSON.parse(document.getElementById("playback-facts").textContent);
const stage = document.querySelector("[data-stage]");
const box = document.querySelector("[data-map]");
const note = document.querySelector("[data-note]");
const said = document.querySelector("[data-said]");
const followed = stage.dataset.asset ?? null;
const panels = { card: document.querySelector("[data-card]"), list: document.querySelector("[data-list]") };
const followedPanel = document.querySelector("[data-followed]");

const clock = new DayClock(facts);
const past = new Past(stage.dataset.changes, facts);
const markers = new Markers();
const layer = new MarkerLayer(markers);
const list = new PastList((tag) => choose(tag, { isByHand: true }), clock);
const filters = new Filters(() => show({ isJump: true }));
let [t, told, states, isPlaying, rev] = [facts.at, null, [], false, 0];
let [plan, way, bounds, chosen, room] = [null, null, null, null, null];
let isWhole = true; // the view is the whole floor until somebody moves it

const map = L.map(box, {
  crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 0.75, wheelPxPerZoomLevel: 90,
  zoomAnimation: !calm, fadeAnimation: false, inertia: !calm, maxZoom: 6.5, minZoom: -4,
});
map.setView([0, 0], 2);

const tell = (text) => {
  note.hidden = !text;
  note.textContent = text ?? "";
};

// --- The plan of that day ----------------------------------------------------------------------------------------
const wholeFloor = () => {
  if (!bounds?.isValid()) return;
  const beside = isPhone() ? [12, 12] : [document.querySelector(".sections").offsetWidth + 32, 64];
  map.fitBounds(bounds, { paddingTopLeft: [beside[0], 16], paddingBottomRight: [beside[1], 16], animate: false });
  isWhole = true;
};

const showPlan = async () => {
  const address = new URL(stage.dataset.plan, location.href);
  address.searchParams.set("at", clock.iso(t));
  plan = await fetchPlan(address);
  const drawn = drawPlan(map, plan);
  [bounds, layer.zones] = [drawn.bounds, drawn.zones];
  if (!bounds.isValid()) return tell("This floor had no plan then.");
  wholeFloor();
  map.setMinZoom(map.getZoom() - 2); // beside the list there is less room
  map.setMaxBounds(bounds.pad(0.6));
  return undefined;
};

// --- One instant -------------------------------------------------------------------------------------------------
const asMarkers = (now) => {
  const moments = new Map(); // most were reported at the instant itself
  const iso = (second) => {
    if (!moments.has(second)) moments.set(second, clock.iso(second));
    return moments.get(second);
  };
  return now.map((state) => {
    const at = iso(state.reportedT);
    return { ...state, since: null, position_at: at, heard_at: at, stale_at: null, battery: null, rev };
  });
};

/** A marker glides only along a way that was reported, and only while time runs slowly. */
const jumpsOf = (now, isJump) => {
  const before = new Map(states.map((state) => [state.id, state]));
  const isSlow = isPlaying && bar.speed <= GLIDES_TO && !isJump;
  return now
    .filter((state) => {
      const old = before.get(state.id);
      if (!old || (old.x === state.x && old.y === state.y)) return false;
      return !isSlow || state.index !== old.index + 1 || state.reportedT - old.reportedT > LONGEST_GLIDE_S || old.silentSince !== null;
    })
    .map(({ id }) => id);
};

const isSame = (a, b) =>
  a.length === b.length &&
  a.every((one, n) => one.id === b[n].id && one.x === b[n].x && one.y === b[n].y && one.activity === b[n].activity && one.basis === b[n].basis && one.silentSince === b[n].silentSince);

function show({ isJump = false } = {}) {
  bar.show(t, isPlaying);
  document.querySelectorAll("[data-time], [data-printed-time]").forEach((each) => (each.textContent = clock.label(t)));
  if (!told) return;
  const now = statesAt(told, t);
  const isChanged = isJump || !isSame(states, now);
  learn(clock.iso(t)); // ages on this page are those of that instant
  rev += 1;
  const gone = jumpsOf(now, isJump);
  if (gone.length) markers.apply({ full: false, markers: [], gone }, performance.now());
  markers.apply({ full: true, markers: asMarkers(now) }, performance.now());
  states = now;
  const passes = filters.test();
  layer.isShown = (marker) => passes(marker) && (!followed || marker.tag === followed);
  if (isChanged) layer.relayOut();
  else layer.due();
  filters.show(markers);
  list.show(states.filter(layer.isShown), t, chosen, { atOnce: isJump || !isPlaying });
  way?.show(t);
  sayFollowed();
  if (isJump) tellEmpty();
  if (isJump || !isPlaying) refreshCard();
  remember();
}

const tellEmpty = () => {
  if (facts.until <= 0) return;
  if (!states.length) tell(told.assets.length ? "Nothing was on this floor at that time." : "Nothing is recorded of this floor on this day.");
  else if (!states.some(layer.isShown)) tell(followed ? `${followed} was not on this floor at that time.` : "Nothing on this floor matches.");
  else tell(null);
};

const sayFollowed = () => {
  const line = document.querySelector("[data-now-of]");
  if (!line) return;
  const state = states.find(({ tag }) => tag === followed);
  const silence = state && silenceWords(state, clock);
  line.textContent = state
    ? `At ${clock.label(t)}: ${activityWord(state)}, ${placeWords(state)}${silence ? `, ${silence}` : ""}`
    : `At ${clock.label(t)}: not on this floor`;
};

let rememberedAt = 0;
let rememberDue = 0;
/** The address is the instant: not more often than a browser allows. */
const remember = () => {
  rememberDue ||= setTimeout(() => {
    [rememberDue, rememberedAt] = [0, performance.now()];
    history.replaceState(null, "", addressAt(location.href));
  }, Math.max(0, 1000 - (performance.now() - rememberedAt)));
};

const addressAt = (href) => {
  const address = new URL(href, location.href);
  address.searchParams.set("at", clock.address(t));
  if (!address.searchParams.has("day")) address.searchParams.set("day", document.querySelector("[data-day]").value);
  return address;
};

// --- Moving through time -----------------------------------------------------------------------------------------
const seek = async (to, { isSaid = true } = {}) => {
  t = Math.min(Math.max(0, to), facts.until);
  told = past.at(t);
  if (told) {
    show({ isJump: true });
    if (isSaid) say();
    return;
  }
  bar.show(t, isPlaying);
  const wanted = t;
  try {
    const loaded = await past.load(wanted);
    if (t !== wanted) return;
    told = loaded;
    if (!told) tell("Nothing is recorded of this time yet.");
    else show({ isJump: true });
  } catch {
    pause();
    tell("The past could not be fetched. Move the slider to try again.");
  }
};

let saying = 0;
const say = () => {
  clearTimeout(saying);
  saying = setTimeout(() => {
    said.textContent = `${clock.label(t)}: ${states.filter(layer.isShown).length} on this floor`;
  }, 600);
};

function pause() {
  isPlaying = false;
  show();
}

const play = () => {
  if (t >= facts.until) t = 0;
  isPlaying = true;
  let [last, drawn] = [performance.now(), 0];
  const run = (now) => {
    if (!isPlaying) return;
    const due = past.at(t);
    if (!due) {
      if (told) seek(t, { isSaid: false });
      told = null;
      last = now;
    } else if (now - drawn >= PICTURE_MS) {
      told = due;
      t = Math.min(facts.until, t + ((now - last) / 1000) * bar.speed);
      [last, drawn] = [now, now];
      if (t >= facts.until) return pause();
      told = past.at(t) ?? told;
      show();
    }
    requestAnimationFrame(run);
  };
  show();
  requestAnimationFrame(run);
};

const toggle = () => {
  if (isPlaying) {
    pause();
    say();
  } else play();
};

const step = async (direction) => {
  isPlaying = false;
  const times = told ? changesOf(told, followed) : [];
  const next = nextChange(times, t, direction);
  if (next !== null) return seek(next);
  const edge = direction > 0 ? (told?.until ?? t) + 1 : (Math.ceil(t / facts.window) - 1) * facts.window - 1;
  if (edge < 0 || edge > facts.until) return seek(direction > 0 ? facts.until : 0);
  return seek(edge);
};

const bar = new Bar(clock, facts, { seek: (to) => seek(to), toggle, step });

// --- Side --------------------------------------------------------------------------------------------------------
function showPanel(name) {
  stage.dataset.panel = name;
  panels.card.hidden = name !== "card";
  const isList = name === "list";
  panels.list.hidden = !isList || Boolean(followedPanel);
  if (followedPanel) followedPanel.hidden = !isList;
  list.isOpen = isList && !followedPanel;
  document.querySelectorAll("[data-list-toggle][aria-expanded]").forEach((button) => (button.ariaExpanded = String(isList)));
  if (isList && told) show({ isJump: true });
}

function choose(tag, { isByHand = false } = {}) {
  [chosen, room] = [tag, null];
  layer.chosen = tag;
  layer.due();
  showCard(isByHand);
}

const showCard = (isByHand) => {
  if (!chosen && !room) return showPanel(isPhone() ? "none" : "list");
  showPanel("card");
  refreshCard();
  if (isByHand) panels.card.querySelector("[data-card-close]")?.focus({ preventScroll: true });
  return undefined;
};

function refreshCard() {
  if (stage.dataset.panel !== "card") return;
  const state = states.find(({ tag }) => tag === chosen);
  const links = { asset: stage.dataset.assetAddress, room: stage.dataset.roomAddress, here: addressAt(location.href) };
  if (room) panels.card.replaceChildren(roomCard(room, states.filter(({ zone_id: id }) => id === room.id), clock, t, facts, links));
  else if (chosen) panels.card.replaceChildren(markerCard(chosen, state, clock, t, links));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-card-close]")) {
    choose(null);
    box.focus({ preventScroll: true });
  } else if (event.target.closest("[data-list-toggle]")) showPanel(stage.dataset.panel === "list" ? "none" : "list");
  const jump = event.target.closest("[data-jump]");
  if (jump) seek(Date.parse(jump.dataset.jump) / 1000 - facts.begin);
  const keeping = event.target.closest("[data-storey], [data-keeps]");
  if (keeping) keep(keeping);
});

/** Floors and days beside keep the time of day, what is followed and the filters. */
const keep = (link) => {
  const target = new URL(link.href);
  for (const [name, value] of addressAt(location.href).searchParams) {
    if (target.searchParams.has(name) || (name === "asset" && link.matches("[data-all]"))) continue;
    target.searchParams.append(name, value);
  }
  if (link.matches("[data-keeps]")) target.searchParams.set("at", clock.label(t, { seconds: true }));
  link.href = target;
};

// --- Pointer and sizes -------------------------------------------------------------------------------------------
const zoneAt = ({ lat, lng }) => plan?.features.findLast(({ geometry }) => isInside(geometry.coordinates, lng, lat))?.properties ?? null;

map.on("click", ({ containerPoint, latlng }) => {
  const item = layer.at(containerPoint);
  if (item?.members) return map.setView(latlng, Math.min(map.getMaxZoom(), map.getZoom() + 1.5), { animate: !calm });
  if (item) return choose(item.marker.tag);
  const zone = zoneAt(latlng);
  choose(null);
  if (!zone) return undefined;
  room = zone;
  return showCard(false);
});
map.on("mousemove mouseout", ({ type, containerPoint }) => {
  const item = type === "mousemove" ? layer.at(containerPoint) : null;
  if (item === layer.over) return;
  layer.over = item;
  box.classList.toggle("is-over-marker", Boolean(item));
  layer.due();
});
document.querySelectorAll("[data-zoom]").forEach((button) => {
  const actions = { in: () => map.zoomIn(), out: () => map.zoomOut(), whole: wholeFloor };
  button.addEventListener("click", () => {
    isWhole = false;
    actions[button.dataset.zoom]();
  });
});
for (const event of ["pointerdown", "wheel", "keydown"])
  box.addEventListener(event, () => {
    isWhole = false;
  });
new ResizeObserver(() => {
  map.invalidateSize({ pan: false, animate: false });
  if (isWhole) wholeFloor();
}).observe(box);

// --- Start -------------------------------------------------------------------------------------------------------
const followWay = async () => {
  const address = new URL(stage.dataset.changes, location.href);
  const query = { asset: followed, from: facts.begin, to: facts.begin + facts.length };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const answer = await (await fetch(address)).json();
  if (answer.assets[0]?.way.length) way = new Way(map, answer.assets[0], facts);
};

const start = async () => {
  layer.addTo(map);
  layer.chosen = followed;
  showPanel(followed || !isPhone() ? "list" : "none");
  if (isPhone()) showPanel("none");
  try {
    await showPlan();
    if (followed) await followWay();
  } catch {
    return tell("The floor plan could not be fetched. Reload the page to try again.");
  }
  return seek(t, { isSaid: false });
};

/** Read only, for tests and for the curious. */
window.whereabouts = Object.freeze({
  ...window.whereabouts,
  playback: Object.freeze({
    get t() {
      return t;
    },
    get isPlaying() {
      return isPlaying;
    },
    get states() {
      return Object.fromEntries(states.map((state) => [state.tag, { ...state }]));
    },
    screenOf: (tag) => layer.screenOf(tag),
  }),
});

start();
