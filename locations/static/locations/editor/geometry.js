// Shapes of a plan: rings of [x, y] in metres, closed, the outer one first. Pure; knows no page and no map.

export const WALL = 0.6; // rooms no farther apart than this have a wall in common
const TOUCH = 1e-6;

export const round = (value, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;
export const spot = ([x, y]) => [round(x), round(y)];
export const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);
export const closed = (points) => [...points, [...points[0]]];
export const opened = (ring) => ring.slice(0, -1);
export const between = ([ax, ay], [bx, by], t = 0.5) => [ax + (bx - ax) * t, ay + (by - ay) * t];
const side = ([ax, ay], [bx, by], [px, py]) => (bx - ax) * (py - ay) - (by - ay) * (px - ax);

/** Positive for a ring that turns left. */
export const turned = (ring) => {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum / 2;
};

export const areaOf = ([outer, ...holes]) =>
  Math.abs(turned(outer)) - holes.reduce((sum, hole) => sum + Math.abs(turned(hole)), 0);

export const edgesOf = (rings) =>
  rings.flatMap((ring, number) => ring.slice(1).map((end, i) => ({ a: ring[i], b: end, ring: number, index: i })));

export const boxOf = ([outer]) => {
  const [xs, ys] = [outer.map(([x]) => x), outer.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
};

export const isNear = (a, b, metres = 0) =>
  a.left <= b.right + metres && b.left <= a.right + metres && a.bottom <= b.top + metres && b.bottom <= a.top + metres;

/** The point of a segment next to another point, how far along it lies (0 to 1) and how far away. */
export const nearestOn = (point, a, b) => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const long = dx * dx + dy * dy;
  const t = long ? Math.max(0, Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / long)) : 0;
  const at = between(a, b, t);
  return { at, t, away: distance(point, at) };
};

/** The wall of a shape next to a point. */
export const nearestWall = (rings, point) => {
  let best = null;
  for (const edge of edgesOf(rings)) {
    const found = nearestOn(point, edge.a, edge.b);
    if (!best || found.away < best.away) best = { ...found, ...edge };
  }
  return best;
};

export const contains = (rings, [x, y]) => {
  let isInside = false;
  for (const { a, b } of edgesOf(rings))
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) isInside = !isInside;
  return isInside;
};

export const awayFrom = (rings, point) => (contains(rings, point) ? 0 : nearestWall(rings, point).away);

/** Where two segments meet, ends included; for those that lie on each other, an end of the common part. */
export const meeting = (a, b, c, d) => {
  const [rx, ry, sx, sy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const cross = rx * sy - ry * sx;
  if (Math.abs(cross) < 1e-12) {
    for (const [point, p, q] of [[a, c, d], [b, c, d], [c, a, b], [d, a, b]])
      if (nearestOn(point, p, q).away < TOUCH) return point;
    return null;
  }
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross;
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross;
  return t >= -TOUCH && t <= 1 + TOUCH && u >= -TOUCH && u <= 1 + TOUCH ? between(a, b, t) : null;
};

/** Where a shape crosses or touches itself, or turns back on itself; null for a sound one. */
export const crossingOf = (rings) => {
  for (const ring of rings) {
    const found = ringCrossing(ring);
    if (found) return found;
  }
  return null;
};

const ringCrossing = (ring) => {
  const count = ring.length - 1;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const [a, b, c, d] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
      const isNext = j === i + 1;
      if (isNext || (i === 0 && j === count - 1)) {
        const [before, corner, after] = isNext ? [a, b, d] : [c, d, b];
        if (distance(before, corner) < TOUCH || isSpike(before, corner, after)) return corner;
      } else {
        const at = meeting(a, b, c, d);
        if (at) return at;
      }
    }
  }
  return null;
};

const isSpike = (before, corner, after) =>
  Math.abs(side(before, corner, after)) < 1e-9 &&
  (before[0] - corner[0]) * (after[0] - corner[0]) + (before[1] - corner[1]) * (after[1] - corner[1]) > 0;

// --- Two shapes ----------------------------------------------------------------------------------------------------

/** Inside parts of a vertical line, as sorted pairs of y. */
const cutAt = (edges, x) =>
  edges
    .filter(({ a, b }) => a[0] > x !== b[0] > x)
    .map(({ a, b }) => a[1] + ((x - a[0]) / (b[0] - a[0])) * (b[1] - a[1]))
    .sort((p, q) => p - q);

/**
 * The area that two sound shapes share, exactly, and a point in it. Between the x of two neighbouring corners or
 * crossings no edges cross, so that the middle of each strip tells its area.
 */
export const sharedArea = (one, other) => {
  if (!isNear(boxOf(one), boxOf(other))) return { area: 0, at: null };
  const [edges, others] = [edgesOf(one), edgesOf(other)];
  const xs = [...edges, ...others].map(({ a }) => a[0]);
  for (const p of edges) for (const q of others) {
    const at = meeting(p.a, p.b, q.a, q.b);
    if (at) xs.push(at[0]);
  }
  xs.sort((p, q) => p - q);
  let area = 0;
  let best = { size: 0, at: null };
  for (let i = 0; i + 1 < xs.length; i++) {
    const wide = xs[i + 1] - xs[i];
    if (wide < 1e-9) continue;
    const x = xs[i] + wide / 2;
    for (const [low, high] of common(cutAt(edges, x), cutAt(others, x))) {
      area += wide * (high - low);
      if (wide * (high - low) > best.size) best = { size: wide * (high - low), at: [x, (low + high) / 2] };
    }
  }
  return { area, at: best.at && spot(best.at) };
};

const common = (ours, theirs) => {
  const parts = [];
  for (let i = 0; i + 1 < ours.length; i += 2)
    for (let j = 0; j + 1 < theirs.length; j += 2) {
      const [low, high] = [Math.max(ours[i], theirs[j]), Math.min(ours[i + 1], theirs[j + 1])];
      if (high > low) parts.push([low, high]);
    }
  return parts;
};

/** How far a shape reaches over the outer wall, in metres, and where. */
export const beyond = (rings, outline) => {
  let worst = { metres: 0, at: null };
  for (const corner of opened(rings[0])) {
    const metres = awayFrom(outline, corner);
    if (metres > worst.metres) worst = { metres, at: corner };
  }
  return worst;
};

/** The longest wall that two shapes have in common: its length, its ends on the first shape, and its middle. */
export const commonWall = (one, other) => {
  if (!isNear(boxOf(one), boxOf(other), WALL)) return null;
  let best = null;
  for (const p of edgesOf(one)) for (const q of edgesOf(other)) {
    const shared = alongside(p, q);
    if (shared && (!best || shared.length > best.length)) best = shared;
  }
  return best;
};

const alongside = ({ a, b }, { a: c, b: d }) => {
  const long = distance(a, b);
  if (long < TOUCH || distance(c, d) < TOUCH) return null;
  const [ux, uy] = [(b[0] - a[0]) / long, (b[1] - a[1]) / long];
  const place = (p) => [(p[0] - a[0]) * ux + (p[1] - a[1]) * uy, (p[1] - a[1]) * ux - (p[0] - a[0]) * uy];
  const [[t0, away0], [t1, away1]] = [place(c), place(d)];
  if (Math.abs(away0 - away1) > 0.1 * Math.abs(t0 - t1) || Math.abs(away0 + away1) / 2 > WALL) return null;
  const [low, high] = [Math.max(0, Math.min(t0, t1)), Math.min(long, Math.max(t0, t1))];
  if (high - low < 0.05) return null;
  const half = (away0 + away1) / 4;
  const at = (t) => [a[0] + ux * t, a[1] + uy * t];
  const [x, y] = at((low + high) / 2);
  return { length: high - low, from: at(low), to: at(high), middle: spot([x - uy * half, y + ux * half]), across: [-uy * half, ux * half] };
};

/** A point well inside, for a name. */
export const labelOf = (rings) => {
  const { left, right, bottom, top } = boxOf(rings);
  const middle = [(left + right) / 2, (bottom + top) / 2];
  if (contains(rings, middle) && rings.length === 1) return middle;
  let best = { away: -1, at: middle };
  for (let i = 1; i < 12; i++) for (let j = 1; j < 12; j++) {
    const at = [left + ((right - left) * i) / 12, bottom + ((top - bottom) * j) / 12];
    if (!contains(rings, at)) continue;
    const { away } = nearestWall(rings, at);
    if (away > best.away) best = { away, at };
  }
  return best.at;
};
