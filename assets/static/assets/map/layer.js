// The canvas above the plan: one Leaflet layer that draws room labels and every marker.
import { ageOf, ageStep } from "../../hospital/js/ages.js";
import { badgeRect, drawBadge, drawHalo, drawLabel, drawPlate, drawTag, labelOf } from "./drawing.js";
import { itemAt, layOut } from "./layout.js";
import { hasPlace, positionOf, pulseOf } from "./markers.js";
import { MARGIN, forgetPictures, palette, picture } from "./pictures.js";

const { L } = window;
const FADES = { fresh: 1, recent: 0.9, old: 0.7, stale: 0.5 };
const TAGS_FROM = 34; // pixels to the metre from which each marker bears its tag
const SETTLING = 0.28; // part of the way that a marker which gave way moves back in one picture

const PANE = "markers"; // above the plan, whose pane Leaflet keeps at 400

export const MarkerLayer = L.Layer.extend({
  options: { pane: PANE },

  initialize(markers) {
    this.markers = markers;
    this.zones = [];
    this.isShown = () => true;
    this.chosen = null; // tag
    this.over = null; // item under the pointer
    this.drawn = null; // the layout drawn last
    this.isLaidOut = false;
    this.pictureDue = 0;
  },

  onAdd(map) {
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.classList.add("leaflet-markers-pane");
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated");
    this.canvas.setAttribute("aria-hidden", "true");
    pane.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    map.on({ move: this.due, resize: this.due, zoomend: this.relayOut, zoomanim: this.follow }, this);
    document.addEventListener("themechange", () => this.repaint());
    this.due();
  },

  /** While Leaflet animates a zoom, the last picture is stretched along. */
  follow({ zoom, center }) {
    const scale = this._map.getZoomScale(zoom, this.shownAt.zoom);
    const corner = this._map._latLngToNewLayerPoint(this.shownAt.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas, corner, scale);
  },

  relayOut() {
    this.isLaidOut = false;
    this.due();
  },

  repaint() {
    forgetPictures();
    this.due();
  },

  due() {
    this.pictureDue ||= requestAnimationFrame((now) => {
      this.pictureDue = 0;
      this.draw(now);
    });
  },

  scale() {
    return this._map.getZoomScale(this._map.getZoom(), 0);
  },

  layout() {
    if (this.isLaidOut) return this.drawn;
    const scale = this.scale();
    const shown = [...this.markers].filter((marker) => hasPlace(marker) && this.isShown(marker));
    const zones = new Map(this.zones.map((zone) => [zone.id, this.named(scaled(zone, scale))]));
    this.drawn = { ...layOut(shown, zones, scale), zones, scale };
    this.drawn.labels = [...zones.values()].filter((zone) => !isHidden(zone, this.drawn.items));
    this.isLaidOut = true;
    return this.drawn;
  },

  named(zone) {
    return Object.assign(zone, labelOf(this.context, zone));
  },

  draw(now) {
    const map = this._map;
    if (!map || map._animatingZoom) return;
    const size = map.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    this.fit(size, ratio);
    const c = this.context;
    const zero = map.latLngToContainerPoint([0, 0]);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, size.x, size.y);
    c.translate(zero.x, zero.y);
    const view = { left: -zero.x - 60, top: -zero.y - 60, right: size.x - zero.x + 60, bottom: size.y - zero.y + 60 };
    const layout = this.layout();
    for (const zone of layout.labels) if (isIn(view, zone.label[0], zone.label[1], 200)) drawLabel(c, zone);
    const isSettling = this.drawItems(c, layout, view, now, ratio);
    if (isSettling || this.markers.isMoving(now)) this.due();
  },

  fit(size, ratio) {
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
      Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    }
    L.DomUtil.setTransform(this.canvas, this._map.containerPointToLayerPoint([0, 0]), 1);
    this.shownAt = { zoom: this._map.getZoom(), corner: this._map.containerPointToLatLng([0, 0]) };
  },

  drawItems(c, layout, view, now, ratio) {
    let isSettling = false;
    let chosen = null;
    for (const item of layout.items) {
      if (item.members) {
        drawBadge(c, item, item.members.some(({ tag }) => tag === this.chosen));
        continue;
      }
      isSettling = settle(item, layout) || isSettling;
      const at = spotOf(item, layout.scale, now);
      if (!isIn(view, at.x, at.y, 0)) continue;
      if (item.marker.tag === this.chosen) chosen = { item, at };
      else this.drawMarker(c, item, at, layout, now, ratio);
    }
    if (chosen) {
      drawHalo(c, chosen.at, layout.body, chosen.item.marker.error_m * layout.scale);
      this.drawMarker(c, chosen.item, chosen.at, layout, now, ratio);
    }
    if (this.over) drawPlate(c, this.over, this.over.members ? this.over : spotOf(this.over, layout.scale, now), layout.body);
    return isSettling;
  },

  drawMarker(c, { marker, dx, dy }, at, layout, now, ratio) {
    const pulse = pulseOf(marker, now);
    const isPresumed = marker.activity === "in_use" && marker.basis === "presumed";
    const image = picture(marker.activity, isPresumed, marker.shape, layout.body, ratio);
    const side = layout.body * MARGIN * (1 + 0.25 * pulse * pulse);
    if (Math.hypot(dx, dy) > layout.body * 1.5) {
      c.strokeStyle = palette.of("line-strong");
      c.lineWidth = 0.75;
      c.beginPath();
      c.moveTo(at.x, at.y);
      c.lineTo(at.x - marker.offX, at.y - marker.offY);
      c.stroke();
    }
    const fade = FADES[ageStep(ageOf(marker.fixed ? marker.heard_at : marker.position_at))] ?? 0.5;
    c.globalAlpha = marker.activity === "unknown" ? Math.max(fade, 0.85) : fade; // hollow already
    c.drawImage(image, at.x - side / 2, at.y - side / 2, side, side);
    c.globalAlpha = 1;
    if (layout.scale >= TAGS_FROM && marker.tag !== this.over?.marker?.tag) drawTag(c, marker.tag, at, layout.body);
  },

  /** What is at a point of the map's container: a marker, a room's count, or nothing. */
  at(point) {
    if (!this.drawn) return null;
    const zero = this._map.latLngToContainerPoint([0, 0]);
    const [x, y] = [point.x - zero.x, point.y - zero.y];
    const badge = this.drawn.items.find((item) => item.members && isIn(badgeRect(this.context, item), x, y, 0));
    return badge ?? itemAt(this.drawn, x, y);
  },

  /** Where the marker of an asset is on the screen, in pixels of the map's container; null inside a count. */
  screenOf(tag) {
    const item = this.layout().items.find(({ marker }) => marker?.tag === tag);
    if (!item) return null;
    const zero = this._map.latLngToContainerPoint([0, 0]);
    return { x: item.x + zero.x, y: item.y + zero.y };
  },
});

const isIn = ({ left, top, right, bottom }, x, y, margin) =>
  x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;

const spotOf = ({ marker }, scale, now) => {
  const { x, y } = positionOf(marker, now);
  return { x: x * scale + marker.offX, y: -y * scale + marker.offY };
};

/** Moves a marker towards the place beside its true spot that the layout gave it. */
const settle = ({ marker, dx, dy }, { scale }) => {
  if (marker.offAt !== scale) Object.assign(marker, { offX: dx, offY: dy, offAt: scale });
  const isFar = Math.hypot(dx - marker.offX, dy - marker.offY) > 0.5;
  const part = isFar ? SETTLING : 1;
  marker.offX += (dx - marker.offX) * part;
  marker.offY += (dy - marker.offY) * part;
  return isFar;
};

/** A name in the middle of its room goes where a marker or a count would stand on it. */
const isHidden = ({ lines, isAtTop, label: [x, y], textWidth }, items) =>
  !lines.length ||
  (!isAtTop &&
    items.some((item) => Math.abs(item.x - x) < textWidth / 2 + 12 && Math.abs(item.y - y) < lines.length * 7 + 12));

const scaled = (zone, scale) => ({
  ...zone,
  label: [zone.label[0] * scale, -zone.label[1] * scale],
  box: {
    left: zone.box.left * scale,
    top: -zone.box.top * scale,
    width: zone.box.width * scale,
    height: zone.box.height * scale,
  },
});
