// Everything on the canvas that is not a marker's picture: room labels, counts of a room, plates and halos.
import { lookOf, palette, stamp } from "./pictures.js";

const FAMILY = getComputedStyle(document.body).fontFamily;
const LINE = 14;
const ORDER = ["available", "in_use", "dirty", "in_transit", "down", "unknown"];
const widths = new Map();

const widthOf = (c, text) => {
  const key = `${c.font} ${text}`;
  if (!widths.has(key)) widths.set(key, c.measureText(text).width);
  return widths.get(key);
};

const label = (c) => {
  c.font = `500 12px ${FAMILY}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
};

/** Words on as few lines as fit the width; null where they do not fit. */
const wrapped = (c, text, width, height) => {
  const lines = [];
  for (const word of text.split(" ")) {
    if (widthOf(c, word) > width) return null;
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && widthOf(c, longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length * LINE <= height ? lines : null;
};

/** Lines of a room's name where it fits into its room, so that names never meet, and the height they take. */
export const labelOf = (c, { name, box, isBox }) => {
  if (box.width < 24 || box.height < 18) return { lines: [], head: 0, isAtTop: false };
  label(c);
  const lines = wrapped(c, name, box.width - 8, box.height - 6) ?? [];
  const height = lines.length * LINE;
  const isAtTop = isBox && lines.length > 0 && box.height >= height + 24;
  const textWidth = Math.max(0, ...lines.map((line) => widthOf(c, line)));
  return { lines, textWidth, head: isAtTop ? height + 4 : 0, isAtTop };
};

export const drawLabel = (c, { lines, textWidth, isAtTop, isBox, label: at, box }, ratio) => {
  const [width, height] = [Math.ceil(textWidth) + 4, lines.length * LINE];
  const image = stamp(`label ${lines.join("|")}`, width, height, ratio, (s) => {
    label(s);
    s.fillStyle = palette.of("plan-label");
    lines.forEach((line, i) => s.fillText(line, width / 2, (i + 0.5) * LINE));
  });
  const middle = isBox ? box.left + box.width / 2 : at[0];
  const top = isAtTop ? box.top + 4 : at[1] - height / 2;
  c.drawImage(image, snapped(middle - width / 2, ratio), snapped(top, ratio), width, height);
};

const snapped = (value, ratio) => Math.round(value * ratio) / ratio;

const rounded = (c, x, y, width, height, radius) => {
  c.beginPath();
  c.roundRect(x, y, width, height, radius);
};

const signs = {
  available: new Path2D("M12 1.500a10.500 10.500 0 1 1 0 21 10.500 10.500 0 0 1 0-21z"),
  in_use: new Path2D("M3 3h18v18H3z"),
  dirty: new Path2D("M12 1c4.200 5.400 8 9.300 8 13.800a8 8 0 0 1-16 0C4 10.300 7.800 6.400 12 1z"),
  down: new Path2D("M12 1.800 23.300 21.800H.7z"),
  in_transit: new Path2D("M2.500 2.500 22.500 12l-20 9.500L7.500 12z"),
  unknown: new Path2D("M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM12 5.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z"),
};
const SIGN = 11;

const partsOf = (c, counts) => {
  c.font = `650 12px ${FAMILY}`;
  return ORDER.filter((activity) => counts.has(activity)).map((activity) => {
    const text = String(counts.get(activity));
    return { activity, text, width: SIGN + 3 + widthOf(c, text) };
  });
};

const pillWidth = (parts) => parts.reduce((sum, { width }) => sum + width + 8, 8);

const isPill = ({ box }, width) => width <= box.width && box.height >= 20;
const radiusOf = ({ box }) => (Math.min(box.width, box.height) < 24 ? 10.5 : 13.5);

const shapeOf = (c, item) => {
  if (item.shape) return item.shape;
  const parts = partsOf(c, item.counts);
  const width = pillWidth(parts);
  const across = 2 * radiusOf(item);
  item.shape = isPill(item, width) ? { parts, width, height: 24, paint: pill } : { parts, width: across, height: across, paint: ring };
  item.shape.key = parts.map(({ activity, text }) => activity + text).join(" ");
  return item.shape;
};

export const badgeRect = (c, item) => {
  const { width, height } = shapeOf(c, item);
  return { left: item.x - width / 2, top: item.y - height / 2, right: item.x + width / 2, bottom: item.y + height / 2 };
};

/** How many a room holds, by activity; in a room too small even for that, one number in a ring of shares. */
export const drawBadge = (c, item, isChosen, ratio) => {
  const { parts, width, height, paint, key } = shapeOf(c, item);
  const [w, h] = [Math.ceil(width) + 4, height + 4];
  const image = stamp(`${paint.name} ${width} ${isChosen} ${key}`, w, h, ratio, (s) => {
    s.textBaseline = "middle";
    paint(s, { ...item, x: w / 2, y: h / 2 }, parts, width, isChosen);
  });
  c.drawImage(image, snapped(item.x - w / 2, ratio), snapped(item.y - h / 2, ratio), w, h);
};

const pill = (c, { x, y }, parts, width, isChosen) => {
  rounded(c, x - width / 2, y - 12, width, 24, 8);
  ground(c, isChosen);
  c.font = `650 12px ${FAMILY}`;
  c.textAlign = "start";
  let left = x - width / 2 + 8;
  for (const { activity, text, width: part } of parts) {
    c.save();
    c.translate(left, y - SIGN / 2);
    c.scale(SIGN / 24, SIGN / 24);
    c.fillStyle = palette.of(lookOf(activity).token);
    c.fill(signs[activity], "evenodd");
    c.restore();
    c.fillStyle = palette.of("ink");
    c.fillText(text, left + SIGN + 3, y + 0.5);
    left += part + 8;
  }
};

const ring = (c, item, parts, width, isChosen) => {
  const { x, y, members, counts } = item;
  const radius = width / 2;
  c.beginPath();
  c.arc(x, y, radius, 0, 2 * Math.PI);
  ground(c, isChosen);
  let from = -Math.PI / 2;
  c.lineWidth = 3;
  for (const { activity } of parts) {
    const to = from + (2 * Math.PI * counts.get(activity)) / members.length;
    c.strokeStyle = palette.of(lookOf(activity).token);
    c.beginPath();
    c.arc(x, y, radius - 2, from, to);
    c.stroke();
    from = to;
  }
  c.textAlign = "center";
  c.font = `650 ${radius > 12 ? 11 : 10}px ${FAMILY}`;
  c.fillStyle = palette.of("ink");
  c.fillText(String(members.length), x, y + 0.5);
};

const ground = (c, isChosen) => {
  c.fillStyle = palette.of("surface");
  c.fill();
  c.strokeStyle = palette.of(isChosen ? "ink" : "line-strong");
  c.lineWidth = isChosen ? 2.5 : 1;
  c.stroke();
};

/** Around the chosen marker: a ring, and how exact its position is. */
export const drawHalo = (c, { x, y }, body, error) => {
  if (error > body) {
    c.beginPath();
    c.arc(x, y, error, 0, 2 * Math.PI);
    c.globalAlpha = 0.08;
    c.fillStyle = palette.of("ink");
    c.fill();
    c.globalAlpha = 0.5;
    c.setLineDash([3, 4]);
    c.lineWidth = 1;
    c.strokeStyle = palette.of("ink");
    c.stroke();
    c.setLineDash([]);
    c.globalAlpha = 1;
  }
  c.beginPath();
  c.arc(x, y, body * 0.85, 0, 2 * Math.PI);
  c.fillStyle = palette.of("plan-floor");
  c.fill();
  c.strokeStyle = palette.of("ink");
  c.lineWidth = 2.5;
  c.stroke();
};

export const drawTag = (c, tag, { x, y }, body) => {
  c.font = `500 11px ${FAMILY}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.lineWidth = 3;
  c.lineJoin = "round";
  c.strokeStyle = palette.of("plan-floor");
  c.strokeText(tag, x, y + body * 0.5 + 9);
  c.fillStyle = palette.of("ink-2");
  c.fillText(tag, x, y + body * 0.5 + 9);
};

/** What is under the pointer, in words. */
export const drawPlate = (c, item, { x, y }, body) => {
  const text = item.members ? `${item.members.length} here` : `${item.marker.name} · ${item.marker.tag}`;
  c.font = `500 12px ${FAMILY}`;
  const width = widthOf(c, text) + 16;
  const top = y - body * 0.6 - 30;
  rounded(c, x - width / 2, top, width, 24, 6);
  c.fillStyle = palette.of("ink");
  c.fill();
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillStyle = palette.of("on-ink");
  c.fillText(text, x, top + 12.5);
};
