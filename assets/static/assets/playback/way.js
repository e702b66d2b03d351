// The day of one asset on the plan: its way with arrows, silences dashed, and circles where it lay.
import { durationWords } from "../../hospital/js/ages.js";
import { dwellsOf, gapsOf, stretchesOf } from "./states.js";

const { L } = window;
const ARROW_M = 0.9;
const APART_M = 5; // no two arrows closer than this

/** Arrows along a stretch, as triangles in metres: [[y, x], …]. Pure. */
export const arrowsOf = (stretch) => {
  const arrows = [];
  let walked = APART_M / 2;
  for (let n = 1; n < stretch.length; n += 1) {
    const [[, ax, ay], [, bx, by]] = [stretch[n - 1], stretch[n]];
    const length = Math.hypot(bx - ax, by - ay);
    walked += length;
    if (walked < APART_M || length < ARROW_M) continue;
    walked = 0;
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
    const tip = [my + (uy * ARROW_M) / 2, mx + (ux * ARROW_M) / 2];
    const side = (sign) => [my - (uy * ARROW_M) / 2 + (sign * ux * ARROW_M) / 2.4, mx - (ux * ARROW_M) / 2 - (sign * uy * ARROW_M) / 2.4];
    arrows.push([tip, side(1), side(-1)]);
  }
  return arrows;
};

/** A circle's radius in metres by how long something lay there. */
export const radiusOf = (seconds) => Math.min(3.2, 0.5 + 0.22 * Math.sqrt(seconds / 60));

const line = (stretch) => stretch.map(([, x, y]) => [y, x]);

export class Way {
  #past;

  constructor(map, asset, { until }) {
    Object.assign(this, { map, asset, until });
    map.createPane("way").classList.add("playback-way-pane");
    this.renderer = L.svg({ pane: "way", padding: 0.5 });
    this.#ground();
    this.#past = L.layerGroup().addTo(map);
  }

  #style(className) {
    return { renderer: this.renderer, pane: "way", interactive: false, className };
  }

  #ground() {
    const { map, asset, until } = this;
    for (const spot of dwellsOf(asset, 0, until)) {
      L.circle([spot.y, spot.x], { radius: radiusOf(spot.seconds), ...this.#style("way-dwell") }).addTo(map);
      const icon = L.divIcon({ className: "way-label", html: durationWords(spot.seconds), iconSize: [72, 16], iconAnchor: [36, -4] });
      L.marker([spot.y, spot.x], { icon, interactive: false, keyboard: false, pane: "way" }).addTo(map);
    }
    for (const gap of gapsOf(asset, 0, until)) L.polyline(line(gap), this.#style("way-gap")).addTo(map);
    for (const stretch of stretchesOf(asset, 0, until)) {
      L.polyline(line(stretch), this.#style("way-line")).addTo(map);
      for (const arrow of arrowsOf(stretch)) L.polygon(arrow, this.#style("way-arrow")).addTo(map);
    }
  }

  /** The part walked so far stands out. */
  show(t) {
    this.#past.clearLayers();
    for (const stretch of stretchesOf(this.asset, 0, t)) L.polyline(line(stretch), this.#style("way-line is-past")).addTo(this.#past);
  }
}
