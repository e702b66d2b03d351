// The floor as it is drawn: one canvas above the picture, with zones, doors, receivers, handles and what a tool shows.
import { areaOf, boxOf, distance, labelOf, opened } from "./geometry.js";
import { OUTLINE, ringsOf } from "./draft.js";

const { L } = window;
const FAMILY = getComputedStyle(document.body).fontFamily;
const LINE = 13;
const WORDED = 4; // faults that are said on the plan itself
const PANE = "drawing";
const FILLS = {
  patient_room: "plan-care", theatre: "plan-care", imaging: "plan-care", clean_store: "plan-clean", soiled: "plan-soiled",
  cleaning: "plan-soiled", workshop: "plan-work", laboratory: "plan-work", lift: "plan-quiet", stairs: "plan-quiet", technical: "plan-quiet",
};
const probe = document.createElement("span");
const known = new Map();
probe.hidden = true;
document.body.append(probe);

/** A colour of tokens.css as it is now, light or dark. */
const colour = (token) => {
  if (!known.has(token)) {
    probe.style.color = `var(--${token})`;
    known.set(token, getComputedStyle(probe).color);
  }
  return known.get(token);
};

/** Words on lines no wider than that; null where a word is wider. */
const wrapped = (c, text, width) => {
  const lines = [];
  for (const word of text.split(" ")) {
    if (c.measureText(word).width > width) return null;
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && c.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
};

export const PlanCanvas = L.Layer.extend({
  initialize(editor) {
    this.editor = editor;
    this.labels = new WeakMap(); // rings → where the name stands
    this.due = this.due.bind(this);
    this.pictureDue = 0;
  },

  onAdd(map) {
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.classList.add("leaflet-markers-pane");
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated");
    this.canvas.setAttribute("aria-hidden", "true");
    pane.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    map.on({ move: this.due, resize: this.due, zoomend: this.due, zoomanim: this.follow }, this);
    document.addEventListener("themechange", () => {
      known.clear();
      this.due();
    });
    this.due();
  },

  follow({ zoom, center }) {
    const corner = this._map._latLngToNewLayerPoint(this.shownAt.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas, corner, this._map.getZoomScale(zoom, this.shownAt.zoom));
  },

  due() {
    this.pictureDue ||= requestAnimationFrame(() => {
      this.pictureDue = 0;
      this.draw();
    });
  },

  scale() {
    return this._map.getZoomScale(this._map.getZoom(), 0);
  },

  draw() {
    const map = this._map;
    if (!map || map._animatingZoom) return;
    const size = map.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
      Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    }
    L.DomUtil.setTransform(this.canvas, map.containerPointToLayerPoint([0, 0]), 1);
    this.shownAt = { zoom: map.getZoom(), corner: map.containerPointToLatLng([0, 0]) };
    const c = this.context;
    const zero = map.latLngToContainerPoint([0, 0]);
    const scale = this.scale();
    this.at = ([x, y]) => [x * scale + zero.x, -y * scale + zero.y];
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, size.x, size.y);
    this.paint(c, scale);
  },

  paint(c, scale) {
    const { state, chosen, faults, theirs } = this.editor;
    const faulty = new Set(faults.flatMap(({ keys }) => keys));
    this.paintZones(c, state, faulty);
    for (const guess of this.editor.guesses) this.paintDoor(c, guess, { isGuess: true });
    for (const receiver of state.receivers) this.paintReceiver(c, receiver, scale, faulty);
    for (const passage of state.passages) this.paintDoor(c, passage, { isFaulty: faulty.has(passage.key) });
    for (const zone of state.zones) this.paintName(c, zone, scale);
    if (theirs) this.paintTheirs(c, theirs);
    const rings = ringsOf(state, chosen);
    if (rings) this.paintHandles(c, rings);
    faults.forEach((fault, i) => fault.at && this.paintFault(c, fault, i < WORDED));
    this.editor.tool?.draw?.(c, this.at, colour);
    if (this.editor.cursor) this.paintCursor(c, this.editor.cursor);
  },

  trace(c, rings) {
    c.beginPath();
    for (const ring of rings) {
      opened(ring).forEach((point, i) => (i ? c.lineTo(...this.at(point)) : c.moveTo(...this.at(point))));
      c.closePath();
    }
  },

  paintZones(c, state, faulty) {
    const { chosen, opacity } = this.editor;
    const seeThrough = opacity === null ? 1 : 1 - opacity * 0.75;
    const outline = state.outline ?? [];
    if (outline.length) {
      this.trace(c, outline);
      c.globalAlpha = opacity === null ? 1 : 0.25;
      c.fillStyle = colour("plan-floor");
      c.fill("evenodd");
      c.globalAlpha = 1;
      this.stroke(c, faulty.has(OUTLINE) ? "down" : chosen === OUTLINE ? "in-use" : "plan-wall", chosen === OUTLINE ? 3 : 2.5);
    }
    for (const zone of this.inOrder(state.zones)) {
      const isFaulty = faulty.has(zone.key);
      const isChosen = zone.key === chosen || zone.key === this.editor.tool?.first;
      this.trace(c, zone.rings);
      c.globalAlpha = seeThrough;
      c.fillStyle = colour(isFaulty ? "down-tint" : isChosen ? "in-use-tint" : (FILLS[zone.kind] ?? "plan-floor"));
      c.fill("evenodd");
      c.globalAlpha = 1;
      this.stroke(c, isFaulty ? "down" : isChosen ? "in-use" : "plan-wall", isChosen ? 2.5 : isFaulty ? 2 : 1);
    }
  },

  /** Wide zones first; the chosen one on top. */
  inOrder(zones) {
    if (this.ordered?.zones !== zones)
      this.ordered = { zones, rows: [...zones].sort((a, b) => areaOf(b.rings) - areaOf(a.rings)) };
    const chosen = this.ordered.rows.find(({ key }) => key === this.editor.chosen);
    return chosen ? [...this.ordered.rows.filter((row) => row !== chosen), chosen] : this.ordered.rows;
  },

  stroke(c, token, width, dash = []) {
    c.setLineDash(dash);
    c.lineWidth = width;
    c.lineJoin = "round";
    c.strokeStyle = colour(token);
    c.stroke();
    c.setLineDash([]);
  },

  /** A name on as many lines as it needs, where it fits into its zone. */
  paintName(c, { name, rings }, scale) {
    const box = boxOf(rings);
    const [width, height] = [(box.right - box.left) * scale - 6, (box.top - box.bottom) * scale - 4];
    if (height < LINE || width < 16) return;
    c.font = `500 11px ${FAMILY}`;
    const lines = wrapped(c, name, width);
    if (!lines || lines.length * LINE > height) return;
    if (!this.labels.has(rings)) this.labels.set(rings, labelOf(rings));
    const [x, y] = this.at(this.labels.get(rings));
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.lineWidth = 3;
    c.lineJoin = "round";
    c.strokeStyle = colour("plan-floor");
    c.fillStyle = colour("ink");
    lines.forEach((line, i) => {
      const top = y + (i - (lines.length - 1) / 2) * LINE;
      c.strokeText(line, x, top);
      c.fillText(line, x, top);
    });
  },

  /** Marks are small while much of the floor is seen. */
  sized(least, most) {
    return Math.max(least, Math.min(most, this.scale() * 0.3));
  },

  /** What somebody else made different, in outlines, with their names at the upper left. */
  paintTheirs(c, zones) {
    for (const { rings, name } of zones) {
      this.trace(c, rings);
      this.stroke(c, "moving", 2.5, [6, 4]);
      const { left, top } = boxOf(rings);
      const [x, y] = this.at([left, top]);
      c.font = `600 12px ${FAMILY}`;
      c.textAlign = "start";
      c.textBaseline = "bottom";
      c.lineWidth = 4;
      c.strokeStyle = colour("plan-floor");
      c.strokeText(name, x, y - 3);
      c.fillStyle = colour("moving");
      c.fillText(name, x, y - 3);
    }
  },

  paintDoor(c, passage, { isGuess = false, isFaulty = false } = {}) {
    const [x, y] = this.at([passage.x, passage.y]);
    const isChosen = passage.key === this.editor.chosen;
    const half = passage.kind === "door" ? this.sized(1.8, 4.5) : this.sized(5, 8);
    c.beginPath();
    if (passage.kind === "door") c.arc(x, y, half, 0, 2 * Math.PI);
    else c.roundRect(x - half, y - half, 2 * half, 2 * half, 3);
    c.fillStyle = colour(isChosen ? "in-use" : isFaulty ? "down" : isGuess || passage.kind !== "door" ? "surface" : "ink");
    c.fill();
    this.stroke(c, isFaulty ? "down" : isChosen ? "in-use" : "ink-2", 1.5, isGuess ? [2, 2] : []);
    if (passage.kind === "door" || half < 8) return;
    c.beginPath();
    const signs = passage.kind === "lift" ? [[-3, -1, 0, -4, 3, -1], [-3, 1, 0, 4, 3, 1]] : [[-5, 4, -2, 4, -2, 1, 1, 1, 1, -2, 4, -2, 4, -5]];
    for (const sign of signs) for (let i = 0; i < sign.length; i += 2) (i ? c.lineTo : c.moveTo).call(c, x + sign[i], y + sign[i + 1]);
    this.stroke(c, isChosen ? "surface" : "ink", 1.5);
  },

  paintReceiver(c, receiver, scale, faulty) {
    const [x, y] = this.at([receiver.x, receiver.y]);
    const isChosen = receiver.key === this.editor.chosen;
    const token = faulty.has(receiver.key) ? "down" : isChosen ? "in-use" : "ink-2";
    if (isChosen && receiver.reach_m > 0) {
      c.beginPath();
      c.arc(x, y, Math.min(receiver.reach_m, 200) * scale, 0, 2 * Math.PI);
      this.stroke(c, token, 1, [3, 4]);
    }
    c.beginPath();
    c.arc(x, y, isChosen ? 7 : this.sized(2.6, 6.5), 0, 2 * Math.PI);
    c.fillStyle = colour("surface");
    c.fill();
    this.stroke(c, token, isChosen ? 2 : 1);
    c.beginPath();
    c.arc(x, y, this.sized(1.2, 2.2), 0, 2 * Math.PI);
    c.fillStyle = colour(token);
    c.fill();
  },

  paintHandles(c, rings) {
    const { corner } = this.editor;
    rings.forEach((ring, r) =>
      opened(ring).forEach((point, i) => {
        const [x, y] = this.at(point);
        const next = this.at(ring[i + 1]);
        if (distance([x, y], next) > 36) {
          c.beginPath();
          c.arc((x + next[0]) / 2, (y + next[1]) / 2, 3.5, 0, 2 * Math.PI);
          c.fillStyle = colour("surface");
          c.fill();
          this.stroke(c, "in-use", 1.5);
        }
        const isChosen = corner?.ring === r && corner.index === i;
        const half = isChosen ? 6.5 : 5;
        c.beginPath();
        c.rect(x - half, y - half, 2 * half, 2 * half);
        c.fillStyle = colour(isChosen ? "in-use" : "surface");
        c.fill();
        this.stroke(c, "in-use", 2);
      }),
    );
  },

  /** A mark where the fault is; the first ones in words. */
  paintFault(c, { at, words }, isWorded) {
    const [x, y] = this.at(at);
    if (isWorded) {
      c.font = `500 12px ${FAMILY}`;
      const width = c.measureText(words).width + 16;
      const left = Math.max(4, Math.min(this._map.getSize().x - width - 4, x - width / 2));
      c.beginPath();
      c.roundRect(left, y + 13, width, 22, 6);
      c.fillStyle = colour("down");
      c.fill();
      c.textAlign = "start";
      c.textBaseline = "middle";
      c.fillStyle = colour("surface");
      c.fillText(words, left + 8, y + 24.5);
    }
    c.beginPath();
    c.arc(x, y, 9, 0, 2 * Math.PI);
    c.fillStyle = colour("down");
    c.fill();
    c.font = `700 13px ${FAMILY}`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillStyle = colour("surface");
    c.fillText("!", x, y + 0.5);
  },

  paintCursor(c, at) {
    const [x, y] = this.at(at);
    c.beginPath();
    c.moveTo(x - 14, y);
    c.lineTo(x + 14, y);
    c.moveTo(x, y - 14);
    c.lineTo(x, y + 14);
    this.stroke(c, "surface", 5);
    this.stroke(c, "ink", 2);
  },

  /** Pixels of the map's container, for a spot in metres. */
  screenOf([x, y]) {
    const point = this._map.latLngToContainerPoint([y, x]);
    return { x: point.x, y: point.y };
  },
});

/** What is under the point: a door or receiver within `metres`, or the narrowest zone; null outside. */
export const thingAt = (state, point, metres) => {
  const near = [...state.passages, ...state.receivers]
    .map((row) => ({ row, away: distance([row.x, row.y], point) }))
    .filter(({ away }) => away <= metres)
    .sort((a, b) => a.away - b.away);
  return near[0]?.row.key ?? null;
};

