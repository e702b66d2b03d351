// The canvas above the plan: one Leaflet layer that draws room labels and every marker.
import { ageStep } from "../../hospital/js/ages.js";
import { serverNow } from "../../hospital/js/clock.js";
import { badgeRect, drawBadge, drawHalo, drawLabel, drawPlate, drawTag, labelOf } from "./drawing.js";
import { itemAt, layOut } from "./layout.js";
import { glidePart, hasPlace, isUnderWay, pulseOf } from "./markers.js";
import { forgetPictures, palette, picture } from "./pictures.js";

const { L } = window;
const FADES = { fresh: 1, recent: 0.9, old: 0.7, stale: 0.5 };
const TAGS_FROM = 34; // pixels to the metre from which each marker bears its tag
const SETTLING = 0.28; // part of the way that a marker which gave way moves back in one picture

const CROWD = 400; // single markers from which pictures come at a bounded rate
const CROWD_PAUSE = 45; // milliseconds between two of them, at the least
const PAUSE_PER_MARKER = 0.05; // and for each marker in view
const LONGEST_PAUSE = 250;
const GLIDE_MS_PER_PIXEL = 700 / 3; // a glide of one pixel begins three times as fast as it goes on the whole
const [PULSE_PX, SETTLING_PX] = [8, 2]; // what a pulse and a settling marker are worth beside a glide, in its pixels

const DENSE = 2000;
const FRAME_MS = 16;

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
    this.inView = 0; // markers that stand for themselves
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

  /** The next picture of a movement: when what moves furthest has moved by a pixel, and not too often in a crowd. */
  dueAgain(pixels) {
    const isCrowd = this.drawn.items.length - this.drawn.badges.length >= CROWD;
    const least = isCrowd ? Math.max(CROWD_PAUSE, this.inView * PAUSE_PER_MARKER) : 0;
    const pause = Math.min(LONGEST_PAUSE, Math.max(GLIDE_MS_PER_PIXEL / pixels, least));
    if (pause < 2 * FRAME_MS) this.due();
    else
      this.pauseDue ||= setTimeout(() => {
        this.pauseDue = 0;
        this.due();
      }, pause - FRAME_MS);
  },

  /** So many are in view that who gives way to whom may wait for a second frame. */
  isDense() {
    return this.inView > DENSE;
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
      [marker.gaveX, marker.gaveY, marker.gaveAt] = [item.dx, item.dy, this.drawn.scale];
      const isPresumed = marker.activity === "in_use" && marker.basis === "presumed";
      item.image = picture(marker.activity, isPresumed, marker.shape, body, ratio);
      const fade = FADES[ageStep((now - (marker.fixed ? marker.heardAt : marker.positionAt)) / 1000)] ?? 0.5;
      item.hasTag = this.drawn.scale >= TAGS_FROM && isRoomBelow(this.drawn.grid, item);
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
    const pixels = this.drawItems(c, layout, view, now, ratio);
    if (pixels > 0) this.dueAgain(pixels);
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
    let chosen = null;
    const pixels = this.advance(layout, view, now);
    this.drawLeaders(c, layout, view);
    for (const item of layout.badges)
      if (isIn(view, item.x, item.y, 60)) drawBadge(c, item, isAmong(item.members, this.chosen), ratio);
    for (const item of layout.items) {
      if (item.members || !isIn(view, item.atX, item.atY, 0)) continue;
      if (item.marker.tag === this.chosen) chosen = item;
      else this.drawMarker(c, item, layout, now, ratio);
    }
    c.globalAlpha = 1;
    if (chosen) {
      drawHalo(c, spotOf(chosen), layout.body, chosen.marker.error_m * layout.scale);
      this.drawMarker(c, chosen, layout, now, ratio);
      c.globalAlpha = 1;
    }
    if (this.over) drawPlate(c, this.over, spotOf(this.over), layout.body);
    return pixels;
  },

  /** Moves every marker to where it is by now; how far the longest way is of those that go on in view, in pixels. */
  advance({ items, scale }, view, now) {
    let longest = 0;
    this.inView = 0;
    for (const item of items) {
      if (item.members) continue;
      const { marker } = item;
      const isSettling = settle(item, scale);
      goTo(item, scale, now);
      if (!isIn(view, item.atX, item.atY, 0)) continue;
      this.inView += 1;
      if (!isSettling && !isUnderWay(marker, now)) continue;
      if (marker.pulseUntil > now) longest = Math.max(longest, PULSE_PX);
      if (isSettling) longest = Math.max(longest, SETTLING_PX);
      if (marker.glideEnd > now) longest = Math.max(longest, scale * lengthOf(marker));
    }
    return longest;
  },

  drawMarker(c, item, layout, now, ratio) {
    const { marker, image, atX, atY, fade } = item;
    const pulse = pulseOf(marker, now);
    const side = (image.width / ratio) * (1 + 0.25 * pulse * pulse);
    if (c.globalAlpha !== fade) c.globalAlpha = fade;
    c.drawImage(image, snapped(atX - side / 2, ratio), snapped(atY - side / 2, ratio), side, side);
    if (!item.hasTag || marker.tag === this.over?.marker?.tag) return;
    c.globalAlpha = 1;
    drawTag(c, marker.tag, spotOf(item), layout.body);
  },

  /** From those that gave way far, a line to where they are. */
  drawLeaders(c, { items, body }, view) {
    const far = (body * 1.5) ** 2;
    c.beginPath();
    for (const { marker, dx, dy, atX, atY } of items) {
      if (!marker || dx * dx + dy * dy <= far || !isIn(view, atX, atY, 0)) continue;
      c.moveTo(atX, atY);
      c.lineTo(atX - marker.offX, atY - marker.offY);
    }
    c.strokeStyle = palette.of("line-strong");
    c.lineWidth = 0.75;
    c.stroke();
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

/** A tag is written where it stands on nobody else; the plate of the one pointed at says it in any case. */
const isRoomBelow = (grid, { x, y }) => [-24, 0, 24].every((dx) => grid.isFree(x + dx, y + grid.step + 2));

const isAmong = (members, tag) => tag !== null && members.some((marker) => marker.tag === tag);

const lengthOf = ({ x, y, fromX, fromY }) => Math.abs(x - fromX) + Math.abs(y - fromY);

const snapped = (value, ratio) => Math.round(value * ratio) / ratio; // whole pixels are drawn faster

/** Moves an item to where its marker is on its way. */
const goTo = (item, scale, now) => {
  const { marker } = item;
  const part = glidePart(marker, now);
  const x = part < 1 ? marker.fromX + (marker.x - marker.fromX) * part : marker.x;
  const y = part < 1 ? marker.fromY + (marker.y - marker.fromY) * part : marker.y;
  item.atX = x * scale + marker.offX;
  item.atY = -y * scale + marker.offY;
};

const spotOf = (item) => (item.members ? item : { x: item.atX ?? item.x, y: item.atY ?? item.y });

/** Moves a marker towards the place beside its true spot that the layout gave it. */
const settle = ({ marker, dx, dy }, scale) => {
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
