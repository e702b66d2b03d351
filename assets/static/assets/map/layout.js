// Where markers stand on the screen: apart from each other, or counted together in a room that is too small for them.
// Pure: positions in pixels of the whole floor at one scale (x to the right, y down), so that panning changes nothing.

import { Grid } from "./grid.js";

const STEPS = 90;
const TURN = 2.399963; // the golden angle: a spiral without spokes
const SPIRAL_X = Float64Array.from({ length: STEPS }, (_, n) => 0.42 * Math.sqrt(n) * Math.cos(n * TURN));
const SPIRAL_Y = Float64Array.from({ length: STEPS }, (_, n) => 0.42 * Math.sqrt(n) * Math.sin(n * TURN));
const BADGE = 21; // the least that a room's count needs
const CELL = 64; // side of the squares in which counts of tiny rooms are put together
const OPEN = 128; // side of the squares in which markers of no room are counted
const LARGE = 60; // markers that a room holds from which a heap in it is no longer tidy

/** Size of a marker and the space it needs, in pixels, by pixels to the metre. */
export const sizeAt = (scale) => {
  if (scale < 5) return { body: 15, space: 16 };
  if (scale < 9) return { body: 20, space: 21 };
  return { body: 26, space: 27 };
};

/** `zones`: Map id → {box: {left, top, width, height}, head: what its name takes of it, label: [x, y]}, in pixels. */
export const layOut = (markers, zones, scale) => {
  const { body, space } = sizeAt(scale);
  const grid = new Grid(space);
  const items = [];
  const alone = [];
  const tiny = [];
  for (const [zoneId, group] of byZone(markers)) {
    const zone = zones.get(zoneId);
    if (!zone) inTheOpen(group, scale, space, items, alone);
    else if (group.length <= capacity(zone, space)) for (const marker of group) alone.push(marker);
    else if (Math.min(zone.box.width, zone.box.height) < BADGE) tiny.push(badge(zone, group));
    else items.push(badge(zone, group));
  }
  for (const item of together(tiny)) items.push(item);
  for (const item of items) grid.add(item); // single markers keep off the counts
  alone.sort((a, b) => Boolean(b.fixed) - Boolean(a.fixed) || a.id - b.id); // the same ones give way each time
  const placed = alone.map((marker) => place(marker, grid, zones, scale, space));
  for (const item of placed) items.push(item);
  if (tidyCrowded(placed, zones, scale, space)) grid.refill(items);
  return { items, body, space, grid };
};

/** Rooms that hold their equipment only in rows: who was left without a spot would else stand in the next room. */
const tidyCrowded = (items, zones, scale, space) => {
  const crowded = new Set(items.filter(({ isCrowdedOut }) => isCrowdedOut).map(({ marker }) => marker.zone_id));
  for (const id of crowded) {
    const room = roomOf(zones.get(id));
    const inside = items.filter(({ marker }) => marker.zone_id === id && isIn(marker, room, scale, space));
    inRows(inside, room, scale, space);
  }
  return crowded.size > 0;
};

/** Gives each item the nearest of as many evenly spread places as the room has, in their order. */
const inRows = (items, { left, top, width, height }, scale, space) => {
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.floor(side / space + 0.1)));
  const [across, down] = [width / columns, height / rows];
  const free = Array.from({ length: columns * rows }, (_, n) => ({
    x: left + ((n % columns) + 0.5) * across,
    y: top + (Math.floor(n / columns) + 0.5) * down,
  }));
  for (const item of items) {
    const at = { x: item.marker.x * scale, y: -item.marker.y * scale };
    const far = free.map(({ x, y }) => Math.hypot(x - at.x, y - at.y));
    const [spot] = free.splice(far.indexOf(Math.min(...far)), 1);
    if (!spot) return;
    Object.assign(item, { ...spot, dx: spot.x - at.x, dy: spot.y - at.y });
  }
};

const byZone = (markers) => {
  const groups = new Map();
  for (const marker of markers) {
    const group = groups.get(marker.zone_id);
    if (group) group.push(marker);
    else groups.set(marker.zone_id, [marker]);
  }
  return groups;
};

const capacity = ({ box: { width, height }, head }, space) => {
  const [columns, rows] = [width, height - head].map((side) => Math.floor(side / space + 0.1));
  const all = Math.max(1, columns) * Math.max(1, rows);
  if (all <= 4) return all;
  return Math.floor(all * (all < LARGE ? 0.75 : 0.5)); // a heap is looser than a grid
};

/** Markers of no room: each for itself, or counted by squares where they would stand on each other. */
const inTheOpen = (group, scale, space, items, alone) => {
  const most = Math.floor((OPEN / space) ** 2 * 0.75);
  const cells = new Map();
  for (const marker of group) {
    const [column, row] = [Math.floor((marker.x * scale) / OPEN), Math.floor((-marker.y * scale) / OPEN)];
    const key = column * 65536 + row;
    const cell = cells.get(key);
    if (cell) cell.members.push(marker);
    else cells.set(key, { column, row, members: [marker] });
  }
  for (const { column, row, members } of cells.values())
    if (members.length > most) items.push(countAt((column + 0.5) * OPEN, (row + 0.5) * OPEN, members, OPEN));
    else for (const marker of members) alone.push(marker);
};

/** Far out, rooms that are smaller than their own counts share one. */
const together = (badges) => {
  const cells = new Map();
  for (const item of badges) {
    const key = Math.floor(item.x / CELL) * 65536 + Math.floor(item.y / CELL);
    const cell = cells.get(key);
    if (cell) cell.push(item);
    else cells.set(key, [item]);
  }
  return [...cells.values()].map((cell) => {
    if (cell.length === 1) return cell[0];
    const mean = (name) => cell.reduce((sum, item) => sum + item[name], 0) / cell.length;
    return countAt(mean("x"), mean("y"), cell.flatMap(({ members }) => members));
  });
};

const countAt = (x, y, members, side = CELL) => {
  const box = { left: x - side / 2, top: y - side / 2, width: side, height: side };
  return { x, y, box, members, counts: countsOf(members) };
};

const countsOf = (members) => {
  const counts = new Map();
  for (const { activity } of members) counts.set(activity, (counts.get(activity) ?? 0) + 1);
  return counts;
};

const badge = (zone, members) => {
  const counts = countsOf(members);
  const middle = zone.box.top + (zone.head + zone.box.height) / 2;
  const [x, y] = zone.isBox ? [zone.box.left + zone.box.width / 2, middle] : zone.label;
  return { x, y, box: zone.box, members, counts };
};

const place = (marker, grid, zones, scale, space) => {
  const [trueX, trueY] = [marker.x * scale, -marker.y * scale];
  const zone = zones.get(marker.zone_id);
  const room = zone && roomOf(zone);
  const at = { x: trueX, y: trueY };
  if (zone?.isBox) keepOffTheWall(at, room, space);
  const home = room && isInside(at.x, at.y, room, 0);
  freeSpot(at, grid, room, space, marker, scale);
  const isCrowdedOut = Boolean(home && zone.isBox && !isInside(at.x, at.y, room, space / 4));
  const item = { x: at.x, y: at.y, dx: at.x - trueX, dy: at.y - trueY, marker, isCrowdedOut };
  grid.add(item);
  return item;
};

/** What the name of a zone leaves of it. */
const roomOf = (zone) => {
  const { box, head } = zone;
  zone.room ??= { ...box, head, top: box.top + head, height: box.height - head };
  return zone.room;
};

/** A marker close to a wall of its room is drawn beside the wall, not across it; one that is elsewhere stays there. */
const keepOffTheWall = (at, { left, top, width, height, head }, space) => {
  at.x = nudged(at.x, left, left + width, space, space);
  at.y = nudged(at.y, top, top + height, space, space + head);
};

/** Whether a marker is in its own room, or beside its wall. */
const isIn = (marker, room, scale, space) => {
  const at = { x: marker.x * scale, y: -marker.y * scale };
  keepOffTheWall(at, room, space);
  return isInside(at.x, at.y, room, 0);
};

const nudged = (value, low, high, space, furthest) => {
  const margin = Math.min(space / 2, (high - low) / 2);
  const inside = Math.min(high - margin, Math.max(low + margin, value));
  return Math.abs(inside - value) <= furthest ? inside : value;
};

/** Moves `at` to a free spot: where it is, where its marker gave way to before, or the nearest around. */
const freeSpot = (at, grid, room, space, marker, scale) => {
  const { x, y } = at;
  if (grid.isFree(x, y) || asBefore(at, grid, room, space, marker, scale)) return;
  let [outsideX, outsideY, isOutside] = [x, y, false];
  for (let step = 1; step < STEPS; step += 1) {
    const [toX, toY] = [x + space * SPIRAL_X[step], y + space * SPIRAL_Y[step]];
    const isHome = !room || isInside(toX, toY, room, space / 2);
    if ((!isHome && isOutside) || !grid.isFree(toX, toY)) continue;
    if (isHome) return goTo(at, toX, toY);
    [outsideX, outsideY, isOutside] = [toX, toY, true];
  }
  // Who is where its room is not goes to the nearest free spot, not into the room.
  const free = room && isInside(x, y, room, 0) ? freeCell(grid, room, space) : null;
  goTo(at, free?.x ?? outsideX, free?.y ?? outsideY);
};

const goTo = (at, x, y) => {
  at.x = x;
  at.y = y;
};

/** Who gave way in the layout before, at the same scale, does so in the same direction while that is free. */
const asBefore = (at, grid, room, space, { gaveX, gaveY, gaveAt }, scale) => {
  if (gaveAt !== scale || gaveX * gaveX + gaveY * gaveY > (3 * space) ** 2) return false;
  const [x, y] = [at.x + gaveX, at.y + gaveY];
  if ((room && !isInside(x, y, room, space / 2)) || !grid.isFree(x, y)) return false;
  goTo(at, x, y);
  return true;
};

const freeCell = (grid, room, space) => {
  const { left, top, width, height } = room;
  for (let y = top + space / 2; y <= top + height - space / 2; y += space / 2)
    for (let x = left + space / 2; x <= left + width - space / 2; x += space / 2) if (grid.isFree(x, y)) return { x, y };
  return null;
};

const isInside = (x, y, { left, top, width, height }, margin) =>
  x >= left + margin && x <= left + width - margin && y >= top + margin && y <= top + height - margin;

/** The item at a point, the nearest within reach. */
export const itemAt = (layout, x, y) => layout.grid.nearest(x, y, layout.space * 0.75);
