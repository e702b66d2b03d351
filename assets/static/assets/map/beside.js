// Floors of a building in one view: the same filters for all, each live, a click on a marker opens it on its own floor.
import { serverNow } from "../../hospital/js/clock.js";
import { live } from "../../hospital/js/live.js";
import { Filters } from "./filters.js";
import { MarkerLayer } from "./layer.js";
import { Markers } from "./markers.js";
import { drawPlan, fetchPlan } from "./plan.js";

const { L } = window;

class Pane {
  markers = new Markers();
  #layer = new MarkerLayer(this.markers);
  #box;
  #count;
  #map;
  #bounds = null;

  constructor(box) {
    this.#box = box;
    this.#count = box.closest("section").querySelector("[data-pane-count]");
    this.#map = L.map(box, { crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomSnap: 0, fadeAnimation: false, maxZoom: 6.5, minZoom: -6 });
    this.#map.setView([0, 0], 2);
    this.#layer.addTo(this.#map);
    this.#map.on("click", ({ containerPoint }) => this.#open(this.#layer.at(containerPoint)));
    new ResizeObserver(() => this.#fit()).observe(box);
  }

  #fit() {
    this.#map.invalidateSize({ pan: false, animate: false });
    if (this.#bounds?.isValid()) this.#map.fitBounds(this.#bounds, { padding: [8, 8], animate: false });
  }

  #open(item) {
    if (!item) return;
    const address = new URL(this.#box.dataset.address, location.href);
    address.search = location.search;
    address.searchParams.delete("with");
    if (item.marker) address.searchParams.set("asset", item.marker.tag);
    location.assign(address);
  }

  async start(onChange) {
    const drawn = drawPlan(this.#map, await fetchPlan(this.#box.dataset.plan));
    this.#bounds = drawn.bounds;
    this.#layer.zones = drawn.zones;
    this.#fit();
    live.watchFloor(this.#box.dataset.pane, (frame) => {
      this.markers.apply(frame, performance.now());
      onChange();
    });
  }

  show(test) {
    this.markers.fallSilent(serverNow());
    this.#layer.isShown = test;
    this.#layer.relayOut();
    let count = 0;
    for (const marker of this.markers) if (test(marker)) count += 1;
    this.#count.textContent = this.markers.frames ? String(count) : "";
  }
}

const panes = [...document.querySelectorAll("[data-pane]")].map((box) => new Pane(box));

/** The markers of all floors, as the filters count them. */
const all = {
  *[Symbol.iterator]() {
    for (const { markers } of panes) yield* markers;
  },
  get frames() {
    return Math.min(...panes.map(({ markers }) => markers.frames));
  },
  get kinds() {
    return panes.reduce((sum, { markers }) => sum + markers.kinds, 0);
  },
};

const filters = new Filters(() => refresh());
let due = 0;
const refresh = () => {
  due = 0;
  const test = filters.test();
  for (const pane of panes) pane.show(test);
  filters.show(all);
};
const soon = () => {
  due ||= setTimeout(refresh, 50); // floors send one after the other
};

setInterval(refresh, 10000); // markers fade with age, and fall silent
for (const pane of panes) pane.start(soon).catch(() => location.reload());
