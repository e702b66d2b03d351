// Where a point goes that is drawn near something: a corner, a wall, a right angle. Pure; metres.
import { between, boxOf, distance, edgesOf, meeting, nearestOn, spot } from "./geometry.js";

const FAR = 10000;

/**
 * Corners and walls of the shapes that may be snapped to, for many questions.
 * `snap(point, metres, options)`: where the point goes, and to what: "corner", "wall", "angle" or "".
 * Right angles are taken from the point drawn last (`from`) and the one before it (`before`), and from the `first`.
 * Walls that end at `without` are left out: they move along with what is snapped.
 */
export class Snapper {
  constructor(shapes) {
    this.shapes = shapes.filter(({ length }) => length).map((rings) => ({ box: boxOf(rings), edges: edgesOf(rings) }));
  }

  snap(point, metres, { from = null, before = null, first = null, without = null } = {}) {
    const isLeft = ({ a, b }) => !without || (distance(a, without) > 0.005 && distance(b, without) > 0.005);
    const edges = this.#near(point, metres).filter(isLeft);
    const corner = nearestOf([...(first ? [first] : []), ...edges.flatMap(({ a, b }) => [a, b])], point, metres);
    if (corner) return { at: corner, to: "corner" };
    const lines = [...(from ? rightAngles(from, before) : []), ...(first && first !== from ? rightAngles(first) : [])];
    const line = nearestLine(lines, point, metres);
    const wall = nearestLine(edges.map(({ a, b }) => [a, b]), point, metres);
    if (line && wall) {
      const both = nearestOf(edges.map(({ a, b }) => meeting(...line.ends, a, b)).filter(Boolean), point, metres);
      if (both) return { at: spot(both), to: "wall" };
    }
    if (wall) return { at: spot(stepped(wall)), to: "wall" };
    const crossing = line && nearestOf(lines.map((other) => crossed(line.ends, other)).filter(Boolean), point, metres);
    if (line) return { at: spot(crossing ?? line.at), to: "angle" };
    return { at: spot([Math.round(point[0] * 20) / 20, Math.round(point[1] * 20) / 20]), to: "" };
  }

  #near([x, y], metres) {
    return this.shapes
      .filter(({ box }) => x > box.left - metres && x < box.right + metres && y > box.bottom - metres && y < box.top + metres)
      .flatMap(({ edges }) => edges.filter(({ a, b }) => nearestOn([x, y], a, b).away <= metres));
  }
}

const nearestOf = (points, point, metres) => {
  let best = null;
  for (const each of points) {
    const away = distance(each, point);
    if (away <= metres && (!best || away < best.away)) best = { away, each };
  }
  return best?.each ?? null;
};

/** Along a wall in steps of 5 cm from where it begins. */
const stepped = ({ at, ends: [a, b] }) => {
  const long = distance(a, b);
  return long ? between(a, b, Math.min(1, Math.round(distance(a, at) * 20) / 20 / long)) : at;
};

/** Where two lines cross, unless they are one line. */
const crossed = (one, other) => {
  const [ax, ay] = [one[1][0] - one[0][0], one[1][1] - one[0][1]];
  const [bx, by] = [other[1][0] - other[0][0], other[1][1] - other[0][1]];
  return Math.abs(ax * by - ay * bx) > 1 ? meeting(...one, ...other) : null;
};

const nearestLine = (lines, point, metres) => {
  let best = null;
  for (const ends of lines) {
    const { at, away } = nearestOn(point, ...ends);
    if (away <= metres && (!best || away < best.away)) best = { at, away, ends };
  }
  return best;
};

/** Long lines through the last point: along the axes, and along and across the line before. */
const rightAngles = ([x, y], before) => {
  const ways = [[1, 0], [0, 1]];
  if (before && distance(before, [x, y]) > 0.01) {
    const long = distance(before, [x, y]);
    const [ux, uy] = [(x - before[0]) / long, (y - before[1]) / long];
    ways.push([ux, uy], [-uy, ux]);
  }
  return ways.map(([ux, uy]) => [[x - ux * FAR, y - uy * FAR], [x + ux * FAR, y + uy * FAR]]);
};

/** Metres and, from three corners on, square metres, as people read them: “4.20 m · 16.8 m²”. */
export const sizeWords = (points, area) => {
  const long = points.length > 1 ? `${distance(points.at(-1), points.at(-2)).toFixed(2)} m` : "";
  return [long, area ? `${area.toFixed(1)} m²` : ""].filter(Boolean).join(" · ");
};

