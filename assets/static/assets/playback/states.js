// What the server told of a floor's past, at any second of it. Pure. See assets/playback/floors.py for the form.

/** Index of the last entry whose time is not later than `t`; -1 if there is none. */
export const standing = (entries, t) => {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle][0] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** The same with all times later by `seconds`: of a window of the day, in seconds of the day. */
export const shifted = (told, seconds) => {
  const later = (t) => (t === null || t === undefined ? t : t + seconds);
  for (const asset of told.assets) {
    asset.silent = later(asset.silent);
    for (const deed of asset.deeds) deed[0] += seconds;
    for (const point of asset.way) {
      point[0] += seconds;
      const last = point.length - 1; // since when nothing had been reported
      point[last] = later(point[last]);
    }
  }
  return { ...told, until: told.until + seconds };
};

const isElsewhere = (point) => point.length < 7;
const silenceBefore = (point) => (isElsewhere(point) ? point[1] : point[6]);

/** From when on nothing was reported after the point of that index; null if the next one followed in time. */
const silenceAfter = ({ way, silent }, index) =>
  (index + 1 < way.length ? silenceBefore(way[index + 1]) : silent) ?? null;

const placeAt = (asset, t) => {
  if (asset.fixed) {
    const [zone, x, y] = asset.home;
    return { index: 0, zone, x, y, error: null, confidence: 1, reported: t, silentSince: null };
  }
  const index = standing(asset.way, t);
  if (index < 0 || isElsewhere(asset.way[index])) return null;
  const [, zone, x, y, error, confidence] = asset.way[index];
  const silence = silenceAfter(asset, index);
  const isSilent = silence !== null && t > silence + asset.stale;
  const reported = silence === null ? t : Math.min(t, silence);
  return { index, zone, x, y, error, confidence, reported, silentSince: isSilent ? silence : null };
};

const deedAt = ({ deeds }, t, { activities, bases }) => {
  const index = standing(deeds, t);
  const entry = deeds[index];
  if (!entry || entry.length < 3) return { activity: "unknown", basis: "silence", since: null, isRecorded: false };
  return { activity: activities[entry[1]], basis: bases[entry[2]], since: entry[0], isRecorded: true };
};

/** One asset at a second as a marker of the map, or null where it was not on the floor. Times are seconds. */
export const stateOf = (asset, told, t) => {
  const place = placeAt(asset, t);
  if (!place) return null;
  const deed = deedAt(asset, t, told);
  return {
    id: asset.id,
    tag: asset.tag,
    name: asset.name,
    category: asset.category,
    category_name: asset.category_name,
    shape: asset.shape,
    fixed: asset.fixed,
    x: place.x,
    y: place.y,
    zone_id: place.zone,
    zone: place.zone === null ? null : (told.zones[place.zone] ?? null),
    error_m: place.error,
    confidence: place.confidence,
    activity: deed.activity,
    basis: deed.basis,
    sinceT: deed.since,
    isRecorded: deed.isRecorded,
    reportedT: place.reported,
    silentSince: place.silentSince,
    index: place.index,
  };
};

export const statesAt = (told, t) => told.assets.map((asset) => stateOf(asset, told, t)).filter(Boolean);

/** When rooms or activities changed, or something came or went, of all or of one tag: sorted, each once. */
export const changesOf = (told, tag = null) => {
  const times = new Set();
  for (const asset of told.assets) {
    if (tag && asset.tag !== tag) continue;
    for (const [t] of asset.deeds) times.add(t);
    asset.way.forEach((point, n) => {
      const before = asset.way[n - 1];
      const isSame = before && isElsewhere(before) === isElsewhere(point) && before[1] === point[1];
      if (!isSame) times.add(point[0]);
    });
  }
  return [...times].filter((t) => t >= 0 && t <= told.until).sort((a, b) => a - b);
};

export const nextChange = (times, t, direction) =>
  direction > 0 ? (times.find((time) => time > t + 0.5) ?? null) : (times.findLast((time) => time < t - 0.5) ?? null);

/** The way of an asset as unbroken stretches of points [t, x, y]; a silence, or being elsewhere, breaks it. */
export const stretchesOf = ({ way }, from, to) => {
  const stretches = [];
  let open = null;
  way.forEach((point) => {
    if (point[0] > to) return;
    if (isElsewhere(point)) {
      open = null;
      return;
    }
    const [t, , x, y, , , silent] = point;
    if (!open || silent !== null) stretches.push((open = []));
    if (t < from) open.length = 0; // where it stood when the day began
    open.push([Math.max(t, from), x, y]);
  });
  return stretches.filter((stretch) => stretch.length);
};

/** Pairs of points between which nothing was reported: [[t, x, y], [t, x, y]]; known ends, unknown way. */
export const gapsOf = ({ way }, from, to) => {
  const gaps = [];
  way.forEach((point, n) => {
    const before = way[n - 1];
    if (!before || isElsewhere(before) || isElsewhere(point) || point[6] === null || point[0] > to || point[0] < from) return;
    gaps.push([[point[6], before[2], before[3]], [point[0], point[2], point[3]]]);
  });
  return gaps;
};

const STILL_M = 3;

/** Where it lay: spots with how many seconds in all, none of them a silence; only those from `least` seconds on. */
export const dwellsOf = (asset, from, to, least = 120) => {
  const spots = [];
  asset.way.forEach((point, n) => {
    if (isElsewhere(point)) return;
    const [t, zone, x, y] = point;
    const silence = silenceAfter(asset, n);
    const next = asset.way[n + 1]?.[0] ?? to;
    const begin = Math.max(t, from);
    const length = Math.min(silence ?? next, next, to) - begin;
    if (length <= 0) return;
    const spot = spots.find((s) => s.zone === zone && Math.hypot(s.x - x, s.y - y) <= STILL_M);
    if (!spot) spots.push({ zone, x, y, seconds: length, from: begin });
    else {
      const part = length / (spot.seconds + length); // the middle of where it lay, by time
      Object.assign(spot, { x: spot.x + (x - spot.x) * part, y: spot.y + (y - spot.y) * part, seconds: spot.seconds + length });
    }
  });
  return spots.filter(({ seconds }) => seconds >= least);
};

/** Whether a point lies inside rings (the outer first, then holes). */
export const isInside = (rings, x, y) => {
  let inside = false;
  for (const ring of rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  return inside;
};
