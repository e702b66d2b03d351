// Pictures of markers: body by activity (shape and colour), silhouette by category; drawn once each, kept, and copied.

const LOOKS = {
  available: { token: "ready", body: "disc" },
  in_use: { token: "in-use", body: "square" },
  dirty: { token: "dirty", body: "drop" },
  down: { token: "down", body: "triangle" },
  in_transit: { token: "moving", body: "arrow" },
  unknown: { token: "unheard", body: "ring" },
};
export const lookOf = (activity) => LOOKS[activity] ?? LOOKS.unknown;

// On 24 × 24. Bodies without the tick and the bar of the chips: the silhouette stands there.
const BODIES = {
  disc: { path: "M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z", middle: [12, 12], inner: 14, grow: 1 },
  square: { path: "M5 1.500h14A3.500 3.500 0 0 1 22.500 5v14a3.500 3.500 0 0 1-3.500 3.500H5A3.500 3.500 0 0 1 1.500 19V5A3.500 3.500 0 0 1 5 1.500z", middle: [12, 12], inner: 14.5, grow: 1 },
  drop: { path: "M12 .3c4.400 4.600 9 8.700 9 14.200a9 9 0 0 1-18 0C3 9 7.600 4.900 12 .3z", middle: [12, 14], inner: 11.5, grow: 1.12 },
  triangle: { path: "M10.300 1.900a2 2 0 0 1 3.400 0l10 17.600a2 2 0 0 1-1.700 3H2a2 2 0 0 1-1.700-3z", middle: [12, 15.3], inner: 10.5, grow: 1.16 },
  arrow: { path: "M1.500 2.800C1 1.500 2.200.6 3.300 1.100l19.500 9.700a1.350 1.350 0 0 1 0 2.400L3.300 22.900c-1.100.5-2.300-.4-1.800-1.700L4 12z", middle: [10.2, 12], inner: 10, grow: 1.16 },
  ring: { path: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z", middle: [12, 12], inner: 13, grow: 1 },
};

const bodies = Object.fromEntries(Object.entries(BODIES).map(([name, body]) => [name, { ...body, path: new Path2D(body.path) }]));

const silhouettes = new Map();
const silhouette = (shape) => {
  if (!silhouettes.has(shape)) {
    const path = document.querySelector(`#shape-${CSS.escape(shape)} path`) ?? document.querySelector("#shape-general path");
    silhouettes.set(shape, new Path2D(path.getAttribute("d")));
  }
  return silhouettes.get(shape);
};

/** Colours of tokens.css as they are now, light or dark. */
class Palette {
  #probe = document.createElement("span");
  #known = new Map();

  constructor() {
    this.#probe.hidden = true;
    document.body.append(this.#probe);
  }

  of(token) {
    if (!this.#known.has(token)) {
      this.#probe.style.color = `var(--${token})`;
      this.#known.set(token, getComputedStyle(this.#probe).color);
    }
    return this.#known.get(token);
  }

  forget() {
    this.#known.clear();
  }
}

export const palette = new Palette();
const kept = new Map();
const MOST_KEPT = 3000;

export const forgetPictures = () => {
  palette.forget();
  kept.clear();
};

/** A canvas of so many CSS pixels, drawn once by `paint` and kept under its key. */
export const stamp = (key, width, height, ratio, paint) => {
  const whole = `${key} ${ratio}`;
  const known = kept.get(whole);
  if (known) return known;
  if (kept.size >= MOST_KEPT) kept.clear();
  const canvas = blank(Math.ceil(width * ratio), Math.ceil(height * ratio));
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  paint(c);
  const image = finished(canvas);
  kept.set(whole, image);
  return image;
};

const blank = (width, height) => {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
};
const finished = (canvas) => canvas.transferToImageBitmap?.() ?? canvas;

/** A canvas with the marker in its middle, `size` CSS pixels wide; bigger than the marker by a margin. */
export const picture = (activity, isPresumed, shape, size, ratio) => {
  const key = `${activity} ${isPresumed} ${shape} ${size} ${ratio}`;
  if (!kept.has(key)) kept.set(key, draw(lookOf(activity), isPresumed, shape, size, ratio));
  return kept.get(key);
};

export const MARGIN = 1.5; // the picture's side by the marker's

const draw = (look, isPresumed, shape, size, ratio) => {
  const body = bodies[look.body];
  const side = Math.ceil(size * MARGIN * ratio);
  const canvas = blank(side, side);
  const c = canvas.getContext("2d");
  const unit = (size * body.grow * ratio) / 24;
  c.translate(side / 2, side / 2);
  c.scale(unit, unit);
  c.translate(-12, -12);
  const isHollow = isPresumed || look.body === "ring";
  const colour = palette.of(look.token);
  const ground = palette.of("plan-floor");
  c.lineJoin = "round";
  c.strokeStyle = ground;
  c.lineWidth = 3;
  c.stroke(body.path);
  c.fillStyle = isHollow ? ground : colour;
  c.fill(body.path);
  if (isHollow) outline(c, body, look, colour, size);
  if (size >= 18) inside(c, body, shape, isHollow ? colour : ground);
  return finished(canvas);
};

const outline = (c, body, look, colour, size) => {
  c.strokeStyle = colour;
  c.lineWidth = size >= 18 ? 2.2 : 3.4;
  if (look.body === "ring") c.setLineDash([4.2, 2.9]);
  c.stroke(body.path);
  c.setLineDash([]);
};

const inside = (c, { middle, inner }, shape, colour) => {
  c.translate(middle[0], middle[1]);
  c.scale(inner / 24, inner / 24);
  c.translate(-12, -12);
  c.fillStyle = colour;
  c.fill(silhouette(shape), "evenodd");
};
