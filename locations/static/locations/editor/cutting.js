// Splitting a shape by a line, and making one shape of two. Pure; metres.
import { WALL, areaOf, between, closed, contains, distance, edgesOf, meeting, nearestOn, nearestWall, opened, spot, turned } from "./geometry.js";

const ON = 0.002; // metres: on a wall, to the millimetre

/** Points a ring without those in line with their neighbours. */
export const straightened = (ring) => {
  const points = opened(ring);
  const kept = points.filter((point, i) => {
    const [before, after] = [points.at(i - 1), points[(i + 1) % points.length]];
    return distance(before, after) < ON || nearestOn(point, before, after).away > ON / 4;
  });
  return closed(kept.length < 3 ? points : kept);
};

// --- Splitting -----------------------------------------------------------------------------------------------------

/**
 * The parts of a shape that a line from one point to another cuts it into, the largest first; null where it cuts
 * nothing off. An end inside the shape goes on to the next wall; walls that the line does not come to are not cut.
 */
export const split = ([outer, ...holes], from, to) => {
  let parts = [opened(outer)];
  for (const [start, end] of chords(outer, from, to)) {
    if (holes.some((hole) => edgesOf([hole]).some(({ a, b }) => meeting(a, b, start, end)))) return null;
    const middle = between(start, end);
    parts = parts.flatMap((part) => (contains([closed(part)], middle) ? cut(part, start, end) : [part]));
  }
  if (parts.length < 2) return null;
  const shapes = parts.map((part) => [closed(part), ...holes.filter((hole) => contains([closed(part)], hole[0]))]);
  return shapes.sort((a, b) => areaOf(b) - areaOf(a));
};

/** Where the line runs inside the ring, as pairs of points on it. */
const chords = (ring, from, to) => {
  const long = distance(from, to);
  if (long < ON) return [];
  const [ux, uy] = [(to[0] - from[0]) / long, (to[1] - from[1]) / long];
  const left = ([x, y]) => (y - from[1]) * ux - (x - from[0]) * uy;
  const along = ([x, y]) => (x - from[0]) * ux + (y - from[1]) * uy;
  const crossings = edgesOf([ring])
    .map(({ a, b }) => ({ a, b, p: left(a), q: left(b) }))
    .filter(({ p, q }) => p > 0 !== q > 0)
    .map(({ a, b, p, q }) => spot(between(a, b, p / (p - q))))
    .sort((a, b) => along(a) - along(b));
  const pairs = [];
  for (let i = 0; i + 1 < crossings.length; i += 2) pairs.push([crossings[i], crossings[i + 1]]);
  return pairs.filter(
    ([a, b]) => distance(a, b) > ON && Math.min(along(b), long) - Math.max(along(a), 0) > Math.min(ON, long / 2),
  );
};

const cut = (points, start, end) => {
  const noded = withPoint(withPoint(points, start), end);
  const [i, j] = [placeOf(noded, start), placeOf(noded, end)];
  if (i < 0 || j < 0 || i === j) return [points];
  const around = [...noded, ...noded];
  const parts = [
    around.slice(i, (j > i ? j : j + noded.length) + 1),
    around.slice(j, (i > j ? i : i + noded.length) + 1),
  ];
  return parts.every((part) => part.length >= 3) ? parts : [points];
};

const placeOf = (points, point) => points.findIndex((each) => distance(each, point) < ON);

/** The ring with a corner at a point of its walls; the same ring where there is one already. */
export const withPoint = (points, point) => {
  if (placeOf(points, point) >= 0) return points;
  const { away, index } = nearestWall([closed(points)], point);
  return away < ON ? [...points.slice(0, index + 1), point, ...points.slice(index + 1)] : points;
};

// --- Merging -------------------------------------------------------------------------------------------------------

/**
 * One shape of two that have a wall in common, or a wall's thickness between them; null where they have not. The
 * second one gives way: its corners move to the walls of the first.
 */
export const merge = (one, other) => {
  const first = leftTurning(one[0]);
  const second = leftTurning(other[0]).map((point) => pulled(point, first));
  const a = second.reduce(withPoint, first);
  const b = a.reduce(withPoint, second).filter((point, i, all) => distance(point, all.at(i - 1)) > ON);
  const rings = joined(a, b);
  if (!rings) return null;
  const outer = rings.filter((ring) => turned(ring) > 0);
  if (outer.length !== 1) return null;
  const holes = rings.filter((ring) => turned(ring) < -0.01);
  return [outer[0], ...holes, ...one.slice(1), ...other.slice(1)].map(straightened);
};

const leftTurning = (ring) => (turned(ring) > 0 ? opened(ring) : opened(ring).reverse());

const pulled = (point, points) => {
  const corner = points.find((each) => distance(each, point) <= WALL * 0.75);
  if (corner) return corner;
  const { at, away } = nearestWall([closed(points)], point);
  return away <= WALL ? spot(at) : point;
};

const keyOf = ([x, y]) => `${Math.round(x * 1000)} ${Math.round(y * 1000)}`;

/** Rings around both, without the walls between them; null where there are none. */
const joined = (a, b) => {
  const walls = new Map();
  let gone = 0;
  for (const points of [a, b])
    points.forEach((start, i) => {
      const end = points[(i + 1) % points.length];
      const [there, back] = [`${keyOf(start)}>${keyOf(end)}`, `${keyOf(end)}>${keyOf(start)}`];
      if (walls.delete(back)) gone += 1;
      else walls.set(there, [start, end]);
    });
  if (!gone) return null;
  const rings = [];
  while (walls.size) {
    const [first] = walls.values();
    const ring = [first[0]];
    let wall = first;
    while (wall) {
      walls.delete(`${keyOf(wall[0])}>${keyOf(wall[1])}`);
      ring.push(wall[1]);
      if (keyOf(wall[1]) === keyOf(ring[0])) break;
      const { 1: end } = wall;
      wall = [...walls.values()].find(([start]) => keyOf(start) === keyOf(end));
    }
    if (!wall || ring.length < 4) return null;
    rings.push(ring);
  }
  return rings;
};

