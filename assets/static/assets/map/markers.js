// What the server told of each marker of the floor, and where each is on its way on the screen.

const GLIDE_MS = 700;
const LONGEST_GLIDE_M = 40; // further is a new place, not a walk
const PULSE_MS = 1600;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const eased = (part) => 1 - (1 - part) ** 3;

export class Markers {
  #byId = new Map();
  frames = 0;

  /** Takes a floor frame; true when anything changed. Late frames of a marker (an older rev) are dropped. */
  apply(frame, now) {
    this.frames += 1;
    let isChanged = Boolean(frame.full) && this.frames === 1;
    const gone = frame.full ? this.#missingFrom(frame.markers) : (frame.gone ?? []);
    for (const id of gone) isChanged = this.#byId.delete(id) || isChanged;
    for (const told of frame.markers) isChanged = this.#take(told, now) || isChanged;
    return isChanged;
  }

  #missingFrom(markers) {
    const there = new Set(markers.map(({ id }) => id));
    return [...this.#byId.keys()].filter((id) => !there.has(id));
  }

  #take(told, now) {
    const old = this.#byId.get(told.id);
    if (old && told.rev < old.rev) return false;
    if (!old) {
      this.#byId.set(told.id, { ...told, glide: null, pulseUntil: 0 });
      return true;
    }
    if (old.activity !== told.activity || old.basis !== told.basis) old.pulseUntil = now + PULSE_MS;
    if (old.x !== told.x || old.y !== told.y) old.glide = glideFrom(positionOf(old, now), told, now);
    Object.assign(old, told);
    return true;
  }

  /** Silence makes unknown at its moment, whoever else says so later; true when it did. Now in milliseconds. */
  fallSilent(now) {
    let isChanged = false;
    for (const marker of this) {
      const isSilent = marker.stale_at && Date.parse(marker.stale_at) <= now;
      if (!isSilent || marker.basis === "person" || marker.activity === "unknown") continue;
      Object.assign(marker, { activity: "unknown", basis: "silence", since: marker.stale_at });
      isChanged = true;
    }
    return isChanged;
  }

  get size() {
    return this.#byId.size;
  }

  [Symbol.iterator]() {
    return this.#byId.values();
  }

  withTag(tag) {
    for (const marker of this) if (marker.tag === tag) return marker;
    return null;
  }

  /** Whether something is still on its way, so that another picture is due. */
  isMoving(now) {
    for (const marker of this) if (marker.pulseUntil > now || (marker.glide && marker.glide.end > now)) return true;
    return false;
  }
}

const glideFrom = (from, to, now) => {
  const isWalk = Math.hypot(to.x - from.x, to.y - from.y) <= LONGEST_GLIDE_M;
  return isWalk && !calm.matches ? { x: from.x, y: from.y, start: now, end: now + GLIDE_MS } : null;
};

/** Where a marker is drawn at a moment: its position, or the way there. Metres. */
export const positionOf = (marker, now) => {
  const { glide } = marker;
  if (!glide || now >= glide.end) return marker;
  const part = eased((now - glide.start) / GLIDE_MS);
  return { x: glide.x + (marker.x - glide.x) * part, y: glide.y + (marker.y - glide.y) * part };
};

/** 1 right after a change of activity, falling to 0. */
export const pulseOf = (marker, now) => Math.max(0, (marker.pulseUntil - now) / PULSE_MS);

export const hasPlace = (marker) => marker.x !== null && marker.x !== undefined && marker.y !== null;
