// The floor on a wall: nobody touches it for months. It says when it is not live, comes back by itself from whatever
// happened to the server, and takes a new version of the product when there is one.
import { serverNow } from "../../hospital/js/clock.js";
import { live } from "../../hospital/js/live.js";
import { MarkerLayer } from "./layer.js";
import { Markers } from "./markers.js";
import { drawPlan, fetchPlan } from "./plan.js";

const { L } = window;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60000;
const LOOK_EVERY = 300000; // for a new version
const SHIFT_EVERY = 60000;
const SHIFTS = [[0, 0], [3, 1], [1, 3], [-2, 2], [-3, -1], [-1, -3], [2, -2]]; // pixels: no edge stays in one place
const RESTART = new Set([4403, 4404]); // codes after which only a new page helps

const wall = document.querySelector("[data-wall]");
const box = document.querySelector("[data-map]");
const words = document.querySelector("[data-state-words]");
const clock = document.querySelector("[data-clock]");
const zone = { timeZone: wall.dataset.zone };
const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...zone });

const markers = new Markers();
const layer = new MarkerLayer(markers);
const map = L.map(box, {
  crs: L.CRS.Simple, attributionControl: false, zoomControl: false, dragging: false, keyboard: false, zoomSnap: 0,
  scrollWheelZoom: false, doubleClickZoom: false, touchZoom: false, boxZoom: false, zoomAnimation: false,
  fadeAnimation: false, minZoom: -6, maxZoom: 6.5,
});
map.setView([0, 0], 2);
let bounds = null;

const fit = () => {
  map.invalidateSize({ pan: false, animate: false });
  if (bounds?.isValid()) map.fitBounds(bounds, { padding: [12, 12], animate: false });
};

// --- Whether it is live ------------------------------------------------------------------------------------------
const say = (state, text) => {
  wall.dataset.state = state;
  if (words.textContent !== text) words.textContent = text;
};

const isDown = () => say("down", `Not live since ${clockTime.format(serverNow())}. Trying again.`);

document.addEventListener("live-down", ({ detail }) => {
  isDown();
  if (RESTART.has(detail?.code)) setTimeout(renew, LONGEST_PAUSE, { evenIfSame: true });
});
document.addEventListener("live-up", () => renew());

/** A page of a new version, or the door where the account has ended; only once the server answers. */
const renew = async ({ evenIfSame = false } = {}) => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const version = page.querySelector("[data-wall]")?.dataset.version;
    if (answer.status < 500 && (evenIfSame || version !== wall.dataset.version)) location.reload();
  } catch {
    if (evenIfSame) setTimeout(renew, LONGEST_PAUSE, { evenIfSame });
  }
};
setInterval(renew, LOOK_EVERY);

// --- What it shows -----------------------------------------------------------------------------------------------
const count = () => {
  const counts = new Map();
  for (const { activity } of markers) counts.set(activity, (counts.get(activity) ?? 0) + 1);
  for (const line of document.querySelectorAll("[data-activity]")) {
    const text = String(counts.get(line.dataset.activity) ?? 0);
    const field = line.querySelector("[data-count]");
    if (field.textContent !== text) field.textContent = text;
  }
};

const refresh = () => {
  layer.relayOut();
  if (markers.frames) count();
};

const takeFrame = (frame) => {
  say("live", "Live");
  markers.apply(frame, performance.now());
  markers.fallSilent(serverNow());
  refresh();
};

const tick = () => {
  clock.textContent = clockTime.format(serverNow());
  if (markers.fallSilent(serverNow())) refresh();
};

let turn = 0;
const shift = () => {
  turn = (turn + 1) % SHIFTS.length;
  const [x, y] = SHIFTS[turn];
  document.querySelector("[data-shift]").style.transform = `translate(${x}px, ${y}px)`;
};

const start = async (pause = FIRST_PAUSE) => {
  try {
    const drawn = drawPlan(map, await fetchPlan(wall.dataset.plan));
    bounds = drawn.bounds;
    layer.zones = drawn.zones;
  } catch {
    isDown();
    setTimeout(start, pause, Math.min(2 * pause, LONGEST_PAUSE));
    return;
  }
  fit();
  live.watchFloor(wall.dataset.floor, takeFrame);
};

layer.addTo(map);
new ResizeObserver(fit).observe(box);
tick();
setInterval(tick, 1000);
setInterval(refresh, 10000); // markers fade with age
setInterval(shift, SHIFT_EVERY);
start();
