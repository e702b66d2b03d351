// What the server told of each marker of the floor, and where each is on its way on the screen.

const GLIDE_MS = 700;
const PULSE_MS = 1600;
const LONGEST_GLIDE_M = 40; // further is a new place, not a walk
const LONGEST_GAP_MS = 20000; // nobody knows the way through a longer silence
const [LEAP_M, WALK_M_PER_S] = [3, 4]; // what the errors of two positions account for, and a hurried walk
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const eased = (part) => 1 - (1 - part) ** 3;
const momentOf = (iso) => (iso ? Date.parse(iso) : NaN);

export class Markers {
  #byId = new Map();
  #byTag = new Map();
  #movingUntil = 0;
  #onTheMove = 0; // how many began to glide with the latest frame
  frames = 0;
  kinds = 0; // grows whenever what there is may have changed, so that the names of categories are read anew

  /** Takes a floor frame; true when anything changed. Late frames of a marker (an older rev) are dropped. */
  apply(frame, now) {
    this.frames += 1;
    this.#onTheMove = 0;
    let isChanged = Boolean(frame.full) && this.frames === 1;
    const gone = frame.full ? this.#missingFrom(frame.markers) : (frame.gone ?? []);
    for (const id of gone) isChanged = this.#remove(id) || isChanged;
    for (const told of frame.markers) isChanged = this.#take(told, now) || isChanged;
    if (frame.moved?.id.length) isChanged = this.#move(frame.moved, Date.parse(frame.at), now) || isChanged;
    return isChanged;
  }

  #missingFrom(markers) {
    const there = new Set(markers.map(({ id }) => id));
    return [...this.#byId.keys()].filter((id) => !there.has(id));
  }

  #remove(id) {
    const marker = this.#byId.get(id);
    if (!marker) return false;
    this.#byTag.delete(marker.tag);
    this.kinds += 1;
    return this.#byId.delete(id);
  }

  #take(told, now) {
    const old = this.#byId.get(told.id);
    if (old && told.rev < old.rev) return false;
    const positionAt = momentOf(told.position_at);
    if (!old) {
      const marker = { ...told, positionAt, ...still(told), pulseUntil: 0 };
      this.#byId.set(told.id, marker);
      this.#byTag.set(told.tag, marker);
      this.#finish(marker);
      this.kinds += 1;
      return true;
    }
    if (old.activity !== told.activity || old.basis !== told.basis) this.#pulse(old, now);
    const gap = told.activity === "unknown" ? Infinity : gapOf(old, positionAt);
    this.#glide(old, told.x, told.y, gap, now);
    if (old.tag !== told.tag || old.category !== told.category) this.kinds += 1;
    if (old.tag !== told.tag) {
      this.#byTag.delete(old.tag);
      this.#byTag.set(told.tag, old);
    }
    Object.assign(old, told);
    old.positionAt = positionAt;
    this.#finish(old);
    return true;
  }

  #finish(marker) {
    marker.heardAt = momentOf(marker.heard_at);
    marker.staleAt = momentOf(marker.stale_at);
    marker.words = `${marker.name} ${marker.tag} ${marker.category_name} ${marker.zone ?? ""}`.toLowerCase();
  }

  /** Columns of those that merely moved; times in them are milliseconds before the frame's. */
  #move({ id: ids, rev, x, y, position_at: positionAt, error_m: error, confidence, heard_at: heardAt, stale_at: staleAt }, at, now) {
    let isChanged = false;
    for (let i = 0; i < ids.length; i += 1) {
      const marker = this.#byId.get(ids[i]);
      if (!marker || rev[i] < marker.rev) continue;
      const moment = positionAt[i] === null ? NaN : at - positionAt[i];
      this.#glide(marker, x[i], y[i], gapOf(marker, moment), now);
      marker.rev = rev[i];
      marker.x = x[i];
      marker.y = y[i];
      marker.positionAt = moment;
      marker.error_m = error[i];
      marker.confidence = confidence[i];
      marker.position_at = marker.heard_at = marker.stale_at = null; // told in numbers now
      marker.heardAt = heardAt[i] === null ? NaN : at - heardAt[i];
      marker.staleAt = staleAt[i] === null ? NaN : at - staleAt[i];
      isChanged = true;
    }
    return isChanged;
  }

  #pulse(marker, now) {
    marker.pulseUntil = now + PULSE_MS;
    this.#movingUntil = Math.max(this.#movingUntil, marker.pulseUntil);
  }

  /** Starts the way to a new position, if it is one that was walked in the `gap` between the two. */
  #glide(marker, x, y, gap, now) {
    if (marker.x === x && marker.y === y) return;
    const { x: fromX, y: fromY } = positionOf(marker, now);
    [marker.fromX, marker.fromY, marker.glideEnd] = [x, y, 0];
    if (calm.matches || !isWalk(x - fromX, y - fromY, gap)) return;
    marker.fromX = fromX;
    marker.fromY = fromY;
    marker.glideEnd = now + GLIDE_MS;
    this.#onTheMove += 1;
    this.#movingUntil = Math.max(this.#movingUntil, marker.glideEnd);
  }

  /** Silence makes unknown at its moment, whoever else says so later; true when it did. Now in milliseconds. */
  fallSilent(now) {
    let isChanged = false;
    for (const marker of this.#byId.values()) {
      if (!(marker.staleAt <= now) || marker.basis === "person" || marker.activity === "unknown") continue;
      Object.assign(marker, { activity: "unknown", basis: "silence", since: marker.stale_at ?? isoOf(marker.staleAt) });
      isChanged = true;
    }
    return isChanged;
  }

  get size() {
    return this.#byId.size;
  }

  /** How many set out with the latest frame. */
  get onTheMove() {
    return this.#onTheMove;
  }

  [Symbol.iterator]() {
    return this.#byId.values();
  }

  withTag(tag) {
    return this.#byTag.get(tag) ?? null;
  }

  /** Whether something is still on its way, so that another picture is due. */
  isMoving(now) {
    return this.#movingUntil > now;
  }
}

const isoOf = (moment) => new Date(moment).toISOString();

/** Between the position shown and the next one, in milliseconds; endless when it was not heard in between. */
const gapOf = (marker, at) => (marker.activity === "unknown" ? Infinity : at - marker.positionAt);

const still = ({ x, y }) => ({ fromX: x, fromY: y, glideEnd: 0 });

/** Whether a move is one that could be walked in that time; where no time is told, whether it is near. */
const isWalk = (dx, dy, gapMs) => {
  const distance = Math.hypot(dx, dy);
  if (!(distance <= LONGEST_GLIDE_M)) return false;
  return Number.isNaN(gapMs) || (gapMs <= LONGEST_GAP_MS && distance <= LEAP_M + (WALK_M_PER_S * Math.max(0, gapMs)) / 1000);
};

/** How much of its way a marker has behind it: 1 when it stands. */
export const glidePart = (marker, now) => (marker.glideEnd > now ? eased(1 - (marker.glideEnd - now) / GLIDE_MS) : 1);

/** Where a marker is drawn at a moment: its position, or the way there. Metres. */
export const shownX = (marker, now) => marker.fromX + (marker.x - marker.fromX) * glidePart(marker, now);
export const shownY = (marker, now) => marker.fromY + (marker.y - marker.fromY) * glidePart(marker, now);
export const positionOf = (marker, now) =>
  glidePart(marker, now) < 1 ? { x: shownX(marker, now), y: shownY(marker, now) } : { x: marker.x, y: marker.y };

/** 1 right after a change of activity, falling to 0. */
export const pulseOf = (marker, now) => Math.max(0, (marker.pulseUntil - now) / PULSE_MS);

/** Whether its next picture differs, though nothing new is told. */
export const isUnderWay = (marker, now) => marker.glideEnd > now || marker.pulseUntil > now;

export const hasPlace = (marker) => marker.x !== null && marker.x !== undefined && marker.y !== null;
