// The canvas above the plan: one Leaflet layer that draws room labels and every marker.
import { ageStep } from "../../hospital/js/ages.js";
import { serverNow } from "../../hospital/js/clock.js";
import { badgeRect, drawBadge, drawHalo, drawLabel, drawPlate, drawTag, labelOf } from "./drawing.js";
import { itemAt, layOut } from "./layout.js";
import { glidePart, hasPlace, isUnderWay, pulseOf } from "./markers.js";
import { MARGIN, forgetPictures, palette, picture } from "./pictures.js";

const { L } = window;
const FADES = { fresh: 1, recent: 0.9, old: 0.7, stale: 0.5 };
const TAGS_FROM = 34; // pixels to the metre from which each marker bears its tag
const SETTLING = 0.28; // part of the way that a marker which gave way moves back in one picture

const CROWD = 400; // single markers from which pictures come at a bounded rate
const CROWD_PAUSE = 45; // milliseconds between two of them

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
    this.pauseDue = 0;
    this.pictures = 0;
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
    this.relayOut();
  },

  due() {
    this.pictureDue ||= requestAnimationFrame((now) => {
      this.pictureDue = 0;
      this.draw(now);
    });
  },

  /** The next picture of a movement: at once when there are few, else after a pause, so that others get their turn. */
  dueAgain() {
    if (!this.drawn || this.drawn.items.length - this.drawn.badges.length < CROWD) this.due();
    else
      this.pauseDue ||= setTimeout(() => {
        this.pauseDue = 0;
        this.due();
      }, CROWD_PAUSE);
  },

  scale() {
    return this._map.getZoomScale(this._map.getZoom(), 0);
  },

  layout() {
    if (this.isLaidOut) return this.drawn;
    const scale = this.scale();
    const shown = [];
    for (const marker of this.markers) if (hasPlace(marker) && this.isShown(marker)) shown.push(marker);
    const zones = this.scaledZones(scale);
    this.drawn = { ...layOut(shown, zones, scale), zones, scale, byTag: null };
    this.drawn.badges = this.drawn.items.filter(({ members }) => members);
    this.drawn.labels = [...zones.values()].filter((zone) => !isHidden(zone, this.drawn.grid));
    this.prepare(this.drawn);
    this.isLaidOut = true;
    return this.drawn;
  },

  /** Zones in pixels with the lines of their names: the same until the scale or the plan changes. */
  scaledZones(scale) {
    if (this.zonesAt?.scale !== scale || this.zonesAt.of !== this.zones) {
      const named = this.zones.map((zone) => [zone.id, this.named(scaled(zone, scale))]);
      this.zonesAt = { scale, of: this.zones, named: new Map(named) };
    }
    return this.zonesAt.named;
  },

  /** What does not change between two frames: picture and fading of each marker. */
  prepare({ items, body }) {
    const now = serverNow();
    const ratio = ratioHere();
    for (const item of items) {
      if (item.members) continue;
      const { marker } = item;
      const isPresumed = marker.activity === "in_use" && marker.basis === "presumed";
      item.image = picture(marker.activity, isPresumed, marker.shape, body, ratio);
      const fade = FADES[ageStep((now - (marker.fixed ? marker.heardAt : marker.positionAt)) / 1000)] ?? 0.5;
      item.fade = marker.activity === "unknown" ? Math.max(fade, 0.85) : fade; // hollow already
    }
  },

  named(zone) {
    return Object.assign(zone, labelOf(this.context, zone));
  },

  draw(now) {
    const map = this._map;
    if (!map || map._animatingZoom) return;
    const size = map.getSize();
    const ratio = ratioHere();
    this.pictures += 1;
    this.fit(size, ratio);
    const c = this.context;
    const zero = map.latLngToContainerPoint([0, 0]);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, size.x, size.y);
    c.translate(zero.x, zero.y);
    const view = { left: -zero.x - 60, top: -zero.y - 60, right: size.x - zero.x + 60, bottom: size.y - zero.y + 60 };
    const layout = this.layout();
    for (const zone of layout.labels) if (isIn(view, zone.label[0], zone.label[1], 200)) drawLabel(c, zone, ratio);
    const isOnTheMove = this.drawItems(c, layout, view, now, ratio);
    if (isOnTheMove) this.dueAgain();
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
    let isOnTheMove = false;
    let chosen = null;
    const isCrowd = layout.items.length - layout.badges.length >= CROWD;
    for (const item of layout.items) {
      if (item.members) {
        if (isIn(view, item.x, item.y, 60)) drawBadge(c, item, isAmong(item.members, this.chosen), ratio);
        continue;
      }
      const isSettling = settle(item, layout);
      goTo(item, layout.scale, now, isCrowd ? ratio : 0);
      if (!isIn(view, item.atX, item.atY, 0)) continue;
      isOnTheMove ||= isSettling || isUnderWay(item.marker, now);
      if (item.marker.tag === this.chosen) chosen = item;
      else this.drawMarker(c, item, layout, now);
    }
    c.globalAlpha = 1;
    if (chosen) {
      drawHalo(c, spotOf(chosen), layout.body, chosen.marker.error_m * layout.scale);
      this.drawMarker(c, chosen, layout, now);
      c.globalAlpha = 1;
    }
    if (this.over) drawPlate(c, this.over, spotOf(this.over), layout.body);
    return isOnTheMove;
  },

  drawMarker(c, item, layout, now) {
    const { marker, dx, dy, atX, atY, fade } = item;
    const pulse = pulseOf(marker, now);
    const side = layout.body * MARGIN * (1 + 0.25 * pulse * pulse);
    if (dx * dx + dy * dy > (layout.body * 1.5) ** 2) {
      c.globalAlpha = 1;
      c.strokeStyle = palette.of("line-strong");
      c.lineWidth = 0.75;
      c.beginPath();
      c.moveTo(atX, atY);
      c.lineTo(atX - marker.offX, atY - marker.offY);
      c.stroke();
    }
    if (c.globalAlpha !== fade) c.globalAlpha = fade;
    c.drawImage(item.image, atX - side / 2, atY - side / 2, side, side);
    if (layout.scale < TAGS_FROM || marker.tag === this.over?.marker?.tag) return;
    c.globalAlpha = 1;
    drawTag(c, marker.tag, spotOf(item), layout.body);
  },

  /** What is at a point of the map's container: a marker, a room's count, or nothing. */
  at(point) {
    if (!this.drawn) return null;
    const zero = this._map.latLngToContainerPoint([0, 0]);
    const [x, y] = [point.x - zero.x, point.y - zero.y];
    const badge = this.drawn.badges.find((item) => isIn(badgeRect(this.context, item), x, y, 0));
    return badge ?? itemAt(this.drawn, x, y);
  },

  /** Where the marker of an asset is on the screen, in pixels of the map's container; null inside a count. */
  screenOf(tag) {
    const layout = this.layout();
    layout.byTag ??= new Map(layout.items.filter(({ marker }) => marker).map((each) => [each.marker.tag, each]));
    const item = layout.byTag.get(tag);
    if (!item) return null;
    const zero = this._map.latLngToContainerPoint([0, 0]);
    return { x: item.x + zero.x, y: item.y + zero.y };
  },
});

const isIn = ({ left, top, right, bottom }, x, y, margin) =>
  x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;

const ratioHere = () => Math.min(window.devicePixelRatio || 1, 3);

const isAmong = (members, tag) => tag !== null && members.some((marker) => marker.tag === tag);

/** Moves an item to where its marker is on its way; in a crowd on whole pixels of the screen, which are drawn faster. */
const goTo = (item, scale, now, ratio) => {
  const { marker } = item;
  const part = glidePart(marker, now);
  const x = part < 1 ? marker.fromX + (marker.x - marker.fromX) * part : marker.x;
  const y = part < 1 ? marker.fromY + (marker.y - marker.fromY) * part : marker.y;
  item.atX = x * scale + marker.offX;
  item.atY = -y * scale + marker.offY;
  if (!ratio) return;
  item.atX = Math.round(item.atX * ratio) / ratio;
  item.atY = Math.round(item.atY * ratio) / ratio;
};

const spotOf = (item) => (item.members ? item : { x: item.atX ?? item.x, y: item.atY ?? item.y });

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
const isHidden = ({ lines, isAtTop, label: [x, y], textWidth }, grid) => {
  if (!lines.length) return true;
  if (isAtTop) return false;
  const half = textWidth / 2;
  for (let at = -half; at < half + grid.step; at += grid.step) if (!grid.isFree(x + Math.min(at, half), y)) return true;
  return false;
};

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
