// What can be done to a floor. A state is never changed: each step gives a new one, that shares what stayed. Pure.
import { WALL, areaOf, awayFrom, between, closed, commonWall, contains, distance, nearestOn, opened, spot } from "./geometry.js";
import { merge, split } from "./cutting.js";

export const OUTLINE = "outline";
const SAME = 0.005; // metres: corners that are one corner
const BESIDE = 0.35; // a door within this of a wall goes along with it

// --- Asking --------------------------------------------------------------------------------------------------------
export const zoneOf = (state, key) => state.zones.find((zone) => zone.key === key) ?? null;
export const rowOf = (state, key) =>
  zoneOf(state, key) ?? [...state.passages, ...state.receivers].find((row) => row.key === key) ?? null;
export const ringsOf = (state, key) => (key === OUTLINE ? state.outline : zoneOf(state, key)?.rings) ?? null;
export const zonesAt = (state, point) =>
  state.zones.filter(({ rings }) => contains(rings, point)).sort((a, b) => areaOf(a.rings) - areaOf(b.rings));
export const newKey = (state) => {
  const numbers = [...state.zones, ...state.passages, ...state.receivers]
    .filter(({ key }) => key.startsWith("n"))
    .map(({ key }) => Number(key.slice(1)));
  return `n${Math.max(0, ...numbers) + 1}`;
};

/** A short name out of a name, that no other zone has. */
export const codeFrom = (state, name, own = null) => {
  const plain = name.toLowerCase().normalize("NFKC").replace(/[^\p{L}\p{N}\p{M}_]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 44);
  const taken = new Set(state.zones.filter(({ key }) => key !== own).map(({ code }) => code));
  if (plain && !taken.has(plain)) return plain;
  for (let number = 2; ; number++) if (!taken.has(`${plain || "zone"}-${number}`)) return `${plain || "zone"}-${number}`;
};

// --- Rows ----------------------------------------------------------------------------------------------------------
const listOf = (state, key) => ["zones", "passages", "receivers"].find((list) => state[list].some((row) => row.key === key));

/** Fields of one zone, passage or receiver. */
export const change = (state, key, fields) => {
  const list = listOf(state, key);
  if (!list) return state;
  return { ...state, [list]: state[list].map((row) => (row.key === key ? { ...row, ...fields } : row)) };
};

export const withRings = (state, key, rings) =>
  key === OUTLINE ? { ...state, outline: rings } : change(state, key, { rings });

/** A new name; the short name of a new zone goes along until somebody writes one. */
export const rename = (state, key, name) => {
  const zone = zoneOf(state, key);
  const isOwn = zone.id !== null || zone.code !== codeFrom(state, zone.name, key);
  return change(state, key, isOwn ? { name } : { name, code: codeFrom(state, name, key) });
};

export const addZone = (state, points, fields = {}) => {
  const key = newKey(state);
  const name = fields.name ?? `Zone ${state.zones.length + 1}`;
  const zone = { key, id: null, from: [], code: codeFrom(state, name), name, kind: "other", department: null, ...fields };
  return { state: { ...state, zones: [...state.zones, { ...zone, rings: [closed(points.map(spot))] }] }, key };
};

/** Takes a zone, passage or receiver away; with a zone go the ways through it. */
export const remove = (state, key) => ({
  ...state,
  zones: state.zones.filter((row) => row.key !== key),
  passages: state.passages.filter((row) => row.key !== key && !row.ends.includes(key)),
  receivers: state.receivers.filter((row) => row.key !== key),
});

// --- Corners -------------------------------------------------------------------------------------------------------
const isSame = (a, b) => distance(a, b) <= SAME;
const shapesOf = (state) => [...state.zones.map(({ key, rings }) => [key, rings]), [OUTLINE, state.outline ?? []]];

/**
 * Moves a corner. With `shared`, corners of other shapes at the same spot go along, so that a wall between two zones
 * stays one wall; doors on the walls that move go along in any case.
 */
export const moveCorner = (state, key, ring, index, to, { shared = true } = {}) => {
  const was = ringsOf(state, key)[ring][index];
  const target = spot(to);
  let moved = state;
  for (const [other, rings] of shapesOf(state)) {
    if (other !== key && !shared) continue;
    if (!rings.some((each) => each.some((corner) => isSame(corner, was)))) continue;
    const isOwn = other === key;
    const turn = (corner, r, i, last) => (isSame(corner, was) && (!isOwn || shared || isAt(r, i, last, ring, index)) ? target : corner);
    moved = withRings(moved, other, rings.map((each, r) => each.map((corner, i) => turn(corner, r, i, each.length - 1))));
  }
  return { ...moved, passages: state.passages.map((passage) => alongWall(passage, state, moved)) };
};

const isAt = (r, i, last, ring, index) => r === ring && (i === index || (i === last && index === 0) || (i === 0 && index === last));

/** A door goes where its wall goes, keeping its share of the way along it. */
const alongWall = (passage, before, after) => {
  if (passage.kind !== "door") return passage;
  for (const end of passage.ends) {
    const [old, now] = [ringsOf(before, end), ringsOf(after, end)];
    if (!old || old === now) continue;
    for (let r = 0; r < old.length; r++) for (let i = 0; i + 1 < old[r].length; i++) {
      if (old[r][i] === now[r][i] && old[r][i + 1] === now[r][i + 1]) continue;
      const point = [passage.x, passage.y];
      const { at, t, away } = nearestOn(point, old[r][i], old[r][i + 1]);
      if (away > BESIDE) continue;
      const [x, y] = between(now[r][i], now[r][i + 1], t);
      const [nx, ny] = spot([x + point[0] - at[0], y + point[1] - at[1]]);
      return { ...passage, x: nx, y: ny };
    }
  }
  return passage;
};

/** A new corner after another one. With `shared`, a wall of another shape in the same place gets it, too. */
export const addCorner = (state, key, ring, index, point, { shared = true } = {}) => {
  const at = spot(point);
  let changed = withRings(state, key, inserted(ringsOf(state, key), ring, index, at));
  if (!shared) return changed;
  for (const [other, rings] of shapesOf(state)) {
    if (other === key) continue;
    const wall = wallThrough(rings, at);
    if (wall) changed = withRings(changed, other, inserted(rings, wall.ring, wall.index, at));
  }
  return changed;
};

const inserted = (rings, ring, index, at) =>
  rings.map((each, r) => (r === ring ? [...each.slice(0, index + 1), at, ...each.slice(index + 1)] : each));

const wallThrough = (rings, at) => {
  for (let r = 0; r < rings.length; r++) for (let i = 0; i + 1 < rings[r].length; i++) {
    const [a, b] = [rings[r][i], rings[r][i + 1]];
    if (!isSame(a, at) && !isSame(b, at) && nearestOn(at, a, b).away <= SAME) return { ring: r, index: i };
  }
  return null;
};

/** The same state where the ring would be left with fewer than three corners. */
export const removeCorner = (state, key, ring, index) => {
  const rings = ringsOf(state, key);
  const points = opened(rings[ring]);
  if (points.length <= 3) return state;
  points.splice(index % points.length, 1);
  return withRings(state, key, rings.map((each, r) => (r === ring ? closed(points) : each)));
};

// --- Splitting and merging -----------------------------------------------------------------------------------------
const sourcesOf = (zone) => (zone.id === null ? zone.from : [zone.id, ...zone.from]);

/** Splits a zone by a line; null where the line cuts nothing off. The largest part keeps the name. */
export const splitZone = (state, key, from, to) => {
  const zone = zoneOf(state, key);
  const shapes = split(zone.rings, from, to);
  if (!shapes) return null;
  let next = { ...state, zones: state.zones.filter((row) => row !== zone) };
  const parts = shapes.map((rings, number) => {
    const name = number ? `${zone.name} ${String.fromCharCode(97 + number)}` : zone.name;
    const code = number ? codeFrom(next, `${zone.code}-${String.fromCharCode(97 + number)}`) : zone.code;
    const part = { ...zone, key: newKey(next), id: null, from: sourcesOf(zone), name, code, rings };
    next = { ...next, zones: [...next.zones, part] };
    return part;
  });
  const nearest = ({ x, y }) => parts.reduce((a, b) => (awayFrom(b.rings, [x, y]) < awayFrom(a.rings, [x, y]) ? b : a)).key;
  return { state: { ...next, passages: redirected(next.passages, key, nearest) }, keys: parts.map((part) => part.key) };
};

/** One zone of two neighbours; null where they have no wall in common. The larger one gives name and kind. */
export const mergeZones = (state, key, otherKey) => {
  const pair = [zoneOf(state, key), zoneOf(state, otherKey)].sort((a, b) => areaOf(b.rings) - areaOf(a.rings));
  const rings = merge(pair[0].rings, pair[1].rings);
  if (!rings) return null;
  const from = [...new Set(pair.flatMap(sourcesOf))];
  const zone = { ...pair[0], key: newKey(state), id: null, from, rings };
  const zones = [...state.zones.filter((row) => !pair.includes(row)), zone];
  const passages = pair.reduce((rows, { key: gone }) => redirected(rows, gone, () => zone.key), state.passages);
  return { state: { ...state, zones, passages: passages.filter(({ ends: [a, b] }) => a !== b) }, key: zone.key };
};

const farEnd = (passage) => ({ x: passage.x_b ?? passage.x, y: passage.y_b ?? passage.y });

const redirected = (passages, gone, heir) =>
  passages.map((passage) =>
    passage.ends.includes(gone)
      ? { ...passage, ends: passage.ends.map((end, i) => (end === gone ? heir(i ? farEnd(passage) : passage) : end)) }
      : passage,
  );

// --- Doors, lifts, receivers ---------------------------------------------------------------------------------------

/** The wall between two zones next to a point: both zones and where the door stands; null where there is none. */
export const doorAt = (state, point, metres) => {
  const near = state.zones
    .map((zone) => ({ zone, away: Math.min(...zone.rings.map((ring) => wallAway(ring, point))) }))
    .filter(({ away }) => away <= metres + WALL)
    .sort((a, b) => a.away - b.away);
  for (let i = 0; i < near.length; i++) for (let j = i + 1; j < near.length; j++) {
    const wall = commonWall(near[i].zone.rings, near[j].zone.rings);
    if (!wall) continue;
    const { at, away } = nearestOn(point, wall.from, wall.to);
    if (away > metres + WALL || Math.min(near[i].away, near[j].away) > metres) continue;
    return { ends: [near[i].zone.key, near[j].zone.key], at: spot([at[0] + wall.across[0], at[1] + wall.across[1]]) };
  }
  return null;
};

const wallAway = (ring, point) => {
  let best = Infinity;
  for (let i = 0; i + 1 < ring.length; i++) best = Math.min(best, nearestOn(point, ring[i], ring[i + 1]).away);
  return best;
};

/** Zones that have enough wall in common with this one for a door. */
export const neighboursOf = (state, key) => {
  const zone = zoneOf(state, key);
  return state.zones
    .filter((other) => other !== zone)
    .map((other) => ({ zone: other, wall: commonWall(zone.rings, other.rings) }))
    .filter(({ wall }) => wall && wall.length >= 0.7);
};

export const addPassage = (state, { kind = "door", ends, at, length_m = 0 }) => {
  const key = newKey(state);
  const [x, y] = spot(at);
  const passage = { key, id: null, kind, ends, x, y, x_b: null, y_b: null, length_m };
  return { state: { ...state, passages: [...state.passages, passage] }, key };
};

export const addReceiver = (state, at, fields = {}) => {
  const key = newKey(state);
  const [x, y] = spot(at);
  const receiver = { key, id: null, identifier: "", label: "", kind: "radio", reach_m: 6, x, y, ...fields };
  return { state: { ...state, receivers: [...state.receivers, receiver] }, key };
};

/** A door slides along the walls between its zones; lifts, stairs and receivers go anywhere. */
export const moveThing = (state, key, to) => {
  const row = rowOf(state, key);
  let [x, y] = spot(to);
  if (row.kind === "door") {
    const [a, b] = row.ends.map((end) => zoneOf(state, end));
    const wall = a && b && commonWall(a.rings, b.rings);
    if (wall) {
      const { at } = nearestOn(to, wall.from, wall.to);
      [x, y] = spot([at[0] + wall.across[0], at[1] + wall.across[1]]);
    }
  }
  return change(state, key, { x, y });
};
