// What is wrong with a floor as it is drawn, by the same rules as the server's. Pure; metres.
import { OUTLINE, ringsOf, zoneOf } from "./draft.js";
import { areaOf, awayFrom, beyond, boxOf, crossingOf, isNear, sharedArea, turned } from "./geometry.js";

export const OVERLAP = 0.5; // m²: zones that share less meet at wall centres or faces
export const OUTSIDE = 0.3; // metres: half an outer wall
const SMALLEST = 0.05; // m²
const DOOR_WITHIN = 1; // metres from each of its zones
const CODE = /^[-\p{L}\p{N}\p{M}_]{1,50}$/u;

/** Remembers what it found of shapes that have not changed since. */
export class Checks {
  #crossings = new WeakMap();
  #shared = new WeakMap();

  /** Faults, each `{ keys, words, at }`. Zones that overlapped when `base` was opened, and are as they were, may. */
  of(state, base) {
    const isKept = (row) => zoneOf(base, row.key)?.rings === row.rings;
    const sound = state.zones.filter((zone) => !this.#crossing(zone.rings));
    return [
      ...this.#shapes(state),
      ...this.#overlaps(sound, isKept),
      ...outside(state, base, sound, isKept),
      ...names(state),
      ...passages(state, base),
      ...receivers(state),
    ];
  }

  #crossing(rings) {
    if (!this.#crossings.has(rings)) this.#crossings.set(rings, crossingOf(rings));
    return this.#crossings.get(rings);
  }

  #shapes(state) {
    const faults = [];
    const shapes = state.zones.map(({ key, name, rings }) => ({ key, name, rings }));
    if (state.outline?.length) shapes.push({ key: OUTLINE, name: "The outer wall", rings: state.outline });
    for (const { key, name, rings } of shapes) {
      const at = this.#crossing(rings);
      if (at) faults.push({ keys: [key], words: `${name} crosses itself`, at });
      else if (areaOf(rings) < SMALLEST) faults.push({ keys: [key], words: `${name} covers less than ${SMALLEST} m²`, at: rings[0][0] });
    }
    return faults;
  }

  #overlaps(zones, isKept) {
    const boxes = zones.map((zone) => ({ zone, box: boxOf(zone.rings), isKept: isKept(zone) })).sort((a, b) => a.box.left - b.box.left);
    const faults = [];
    boxes.forEach((one, i) => {
      for (let j = i + 1; j < boxes.length && boxes[j].box.left < one.box.right; j++) {
        const other = boxes[j];
        if ((one.isKept && other.isKept) || !isNear(one.box, other.box)) continue;
        const { area, at } = this.#common(one.zone.rings, other.zone.rings);
        if (area > OVERLAP)
          faults.push({ keys: [one.zone.key, other.zone.key], words: `${one.zone.name} overlaps ${other.zone.name} by ${area.toFixed(1)} m²`, at, area });
      }
    });
    return faults.sort((a, b) => b.area - a.area);
  }

  #common(one, other) {
    if (!this.#shared.has(one)) this.#shared.set(one, new WeakMap());
    const known = this.#shared.get(one);
    if (!known.has(other)) known.set(other, sharedArea(one, other));
    return known.get(other);
  }
}

const outside = (state, base, zones, isKept) => {
  if (!state.outline?.length || turned(state.outline[0]) === 0) return [];
  const wallsKept = state.outline === base.outline;
  return zones
    .filter((zone) => !(wallsKept && isKept(zone)))
    .map((zone) => ({ zone, ...beyond(zone.rings, state.outline) }))
    .filter(({ metres }) => metres > OUTSIDE)
    .map(({ zone, metres, at }) => ({ keys: [zone.key], words: `${zone.name} reaches ${metres.toFixed(1)} m over the outer wall`, at }));
};

const names = (state) => {
  const faults = [];
  const byCode = new Map();
  for (const zone of state.zones) {
    const called = zone.name || zone.code || "A zone";
    const at = zone.rings[0][0];
    if (!zone.name.trim()) faults.push({ keys: [zone.key], words: `${called} has no name`, at });
    if (!CODE.test(zone.code)) faults.push({ keys: [zone.key], words: `${called}: its short name is made of letters, digits, - and _`, at });
    const same = byCode.get(zone.code);
    if (same) faults.push({ keys: [same.key, zone.key], words: `${same.name} and ${called} have the same short name, ${zone.code}`, at });
    else byCode.set(zone.code, zone);
  }
  return faults;
};

const KINDS = { door: "Door", lift: "Lift", stairs: "Stairs" };

const passages = (state, base) => {
  const known = new Map(base.passages.map((row) => [row.key, row]));
  const stands = ({ ends }) => ends.every((end) => ringsOf(state, end) === ringsOf(base, end));
  const faults = [];
  for (const row of state.passages) {
    if (known.get(row.key) === row && stands(row)) continue;
    const far = [row.x_b ?? row.x, row.y_b ?? row.y];
    const away = Math.max(...row.ends.map((end, i) => (ringsOf(state, end) ? awayFrom(ringsOf(state, end), i ? far : [row.x, row.y]) : 0)));
    if (away > DOOR_WITHIN)
      faults.push({ keys: [row.key], words: `${KINDS[row.kind]}: it stands ${away.toFixed(1)} m away from a zone that it joins`, at: [row.x, row.y] });
  }
  return faults;
};

const receivers = (state) => {
  const faults = [];
  const seen = new Set();
  for (const { key, identifier, reach_m: reach, x, y } of state.receivers) {
    const at = [x, y];
    if (!identifier.trim()) faults.push({ keys: [key], words: "A receiver has no identifier: what it is called in reports", at });
    else if (seen.has(identifier)) faults.push({ keys: [key], words: `Receiver ${identifier} stands here twice`, at });
    if (!(reach >= 0.1 && reach <= 200)) faults.push({ keys: [key], words: `Receiver ${identifier}: its reach is between 0.1 and 200 m`, at });
    seen.add(identifier);
  }
  return faults;
};
