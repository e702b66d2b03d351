// Where markers stand on the screen: apart from each other, or counted together in a room that is too small for them.
// Pure: positions in pixels of the whole floor at one scale (x to the right, y down), so that panning changes nothing.

const TURN = 2.399963; // the golden angle: a spiral without spokes

/** Size of a marker and the space it needs, in pixels, by pixels to the metre. */
export const sizeAt = (scale) => {
  if (scale < 5) return { body: 15, space: 16 };
  if (scale < 9) return { body: 20, space: 21 };
  return { body: 26, space: 27 };
};

class Grid {
  #cells = new Map();

  constructor(step) {
    this.step = step;
  }

  #key(x, y) {
    return Math.round(x / this.step) * 65536 + Math.round(y / this.step);
  }

  add(item) {
    const key = this.#key(item.x, item.y);
    const cell = this.#cells.get(key);
    if (cell) cell.push(item);
    else this.#cells.set(key, [item]);
  }

  *around(x, y) {
    for (let i = -1; i <= 1; i += 1)
      for (let j = -1; j <= 1; j += 1) yield* this.#cells.get(this.#key(x + i * this.step, y + j * this.step)) ?? [];
  }

  isFree(x, y) {
    for (const item of this.around(x, y)) if (Math.hypot(item.x - x, item.y - y) < this.step) return false;
    return true;
  }
}

/** `zones`: Map id → {box: {left, top, width, height}, label: [x, y]} in the same pixels. */
export const layOut = (markers, zones, scale) => {
  const { body, space } = sizeAt(scale);
  const grid = new Grid(space);
  const items = [];
  const alone = [];
  for (const [zoneId, group] of byZone(markers)) {
    const zone = zones.get(zoneId);
    if (zone && group.length > capacity(zone.box, space)) items.push(badge(zone, group));
    else alone.push(...group);
  }
  alone.sort((a, b) => a.id - b.id); // the same ones give way each time
  for (const marker of alone) items.push(place(marker, grid, zones, scale, space));
  for (const item of items) if (item.members) grid.add(item);
  return { items, body, space, grid };
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

const capacity = ({ width, height }, space) =>
  Math.max(1, Math.floor((width - 4) / space)) * Math.max(1, Math.floor((height - 4) / space));

const badge = (zone, members) => {
  const counts = new Map();
  for (const { activity } of members) counts.set(activity, (counts.get(activity) ?? 0) + 1);
  return { x: zone.label[0], y: zone.label[1], box: zone.box, members, counts };
};

const place = (marker, grid, zones, scale, space) => {
  const at = { x: marker.x * scale, y: -marker.y * scale };
  const spot = freeSpot(at, grid, zones.get(marker.zone_id)?.box, space);
  const item = { x: spot.x, y: spot.y, dx: spot.x - at.x, dy: spot.y - at.y, marker };
  grid.add(item);
  return item;
};

const freeSpot = (at, grid, box, space) => {
  if (grid.isFree(at.x, at.y)) return at;
  let outside = null;
  for (let step = 1; step < 90; step += 1) {
    const reach = space * 0.42 * Math.sqrt(step);
    const spot = { x: at.x + reach * Math.cos(step * TURN), y: at.y + reach * Math.sin(step * TURN) };
    if (!grid.isFree(spot.x, spot.y)) continue;
    if (!box || isInside(spot, box, space / 2)) return spot;
    outside ??= spot;
  }
  return outside ?? at;
};

const isInside = ({ x, y }, { left, top, width, height }, margin) =>
  x >= left + margin && x <= left + width - margin && y >= top + margin && y <= top + height - margin;

/** The item at a point, the one drawn last first. */
export const itemAt = (layout, x, y) => {
  let best = null;
  let nearest = layout.space * 0.75;
  for (const item of layout.grid.around(x, y)) {
    const distance = Math.hypot(item.x - x, item.y - y);
    if (distance <= nearest) [best, nearest] = [item, distance];
  }
  return best;
};
