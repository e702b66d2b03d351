// The tools: what a press, a drag, a click and a key do to the floor while one of them is in hand.
import { areaOf, awayFrom, between, closed, contains, crossingOf, distance, opened } from "./geometry.js";
import { thingAt } from "./canvas.js";
import { addCorner, addPassage, addReceiver, addZone, doorAt, moveCorner, moveThing, ringsOf, rowOf, splitZone, zoneOf, zonesAt } from "./draft.js";
import { titleOf } from "./panel.js";
import { sizeWords } from "./snapping.js";

export const STOREY = { lift: 15, stairs: 12 }; // walking metres that one storey counts for

/** Lines while drawing: from spot to spot, and on to the pointer. */
const drawLine = (c, at, colour, points, { isClosed = false } = {}) => {
  if (!points.length) return;
  c.beginPath();
  points.forEach((point, i) => (i ? c.lineTo(...at(point)) : c.moveTo(...at(point))));
  if (isClosed) c.closePath();
  c.lineWidth = 2;
  c.setLineDash([6, 4]);
  c.strokeStyle = colour("in-use");
  c.stroke();
  c.setLineDash([]);
  for (const point of points) {
    const [x, y] = at(point);
    c.beginPath();
    c.arc(x, y, 4.5, 0, 2 * Math.PI);
    c.fillStyle = colour("in-use");
    c.fill();
  }
};

class Tool {
  constructor(editor) {
    this.editor = editor;
  }

  get isBusy() {
    return false;
  }

  /** Taken as a drag, or left to the map. */
  down() {
    return false;
  }

  start() {
    this.editor.hint(this.help);
  }

  stop() {}
  move() {}
  click() {}
  back() {}
  finish() {}
}

// --- Select: chooses, moves corners, doors and receivers ----------------------------------------------------------
class Select extends Tool {
  help = "Choose a zone, a door or a receiver. Drag its corners; a dot on a wall makes a new corner.";

  down(point, reach) {
    const { editor } = this;
    const { state, chosen } = editor;
    const rings = ringsOf(state, chosen);
    const corner = rings && nearestHandle(rings, point, reach);
    if (corner) {
      editor.choose(chosen, { ring: corner.ring, index: corner.index });
      this.held = { ...corner, state, key: chosen };
      return true;
    }
    const thing = thingAt(state, point, reach);
    if (!thing || (editor.isTouch && thing !== chosen)) return false;
    editor.choose(thing);
    this.held = { thing, state };
    return true;
  }

  drag(point, reach) {
    const { editor, held } = this;
    if (held.thing) {
      this.next = moveThing(held.state, held.thing, point);
      const { x, y } = rowOf(this.next, held.thing);
      editor.hint(`x ${x.toFixed(2)} m, y ${y.toFixed(2)} m`);
      return editor.preview(this.next);
    }
    if (held.isMiddle && !held.isMade) {
      held.state = addCorner(held.state, held.key, held.ring, held.index, held.at, { shared: editor.isShared });
      Object.assign(held, { isMade: true, index: held.index + 1 });
      editor.choose(held.key, { ring: held.ring, index: held.index });
    }
    const points = opened(ringsOf(held.state, held.key)[held.ring]);
    const from = points.at(held.index - 1);
    const { at } = editor.snap(point, reach, { from, without: points[held.index] }, held.state);
    this.next = moveCorner(held.state, held.key, held.ring, held.index, at, { shared: editor.isShared });
    const rings = ringsOf(this.next, held.key);
    editor.hint(sizeWords([from, at], crossingOf(rings) ? 0 : areaOf(rings)));
    return editor.preview(this.next);
  }

  up() {
    if (this.next) this.editor.take(this.next);
    else if (this.editor.isTouch) this.editor.showForm(); // a thumb that moved nothing
    this.held = this.next = null;
    this.editor.hint(this.help);
  }

  click(point, reach) {
    const { editor } = this;
    const near = reach * (editor.isTouch ? 0.4 : 0.8); // a thumb's reach is for dragging: it would hide the zones
    const key = thingAt(editor.state, point, near) ?? zonesAt(editor.state, point)[0]?.key ?? null;
    if (key && key === editor.chosen && editor.isTouch) return editor.showForm();
    editor.choose(key);
    return editor.hint(key ? this.words(key) : this.help);
  }

  words(key) {
    const way = this.editor.isTouch ? "touch it again to name it" : "Enter edits it";
    return `${titleOf(this.editor, rowOf(this.editor.state, key))}: ${way}`;
  }
}

const nearestHandle = (rings, point, reach) => {
  let best = null;
  const offer = (at, ring, index, isMiddle) => {
    const away = distance(at, point) * (isMiddle ? 1.5 : 1); // corners first
    if (away <= reach && (!best || away < best.away)) best = { at, away, ring, index, isMiddle };
  };
  rings.forEach((ring, r) =>
    opened(ring).forEach((corner, i) => {
      offer(corner, r, i, false);
      offer(between(corner, ring[i + 1]), r, i, true);
    }),
  );
  return best;
};

// --- Drawing -------------------------------------------------------------------------------------------------------
class Drawing extends Tool {
  points = [];
  end = null;

  get isBusy() {
    return this.points.length > 0;
  }

  stop() {
    this.points = [];
    this.end = null;
  }

  back() {
    this.points = this.points.slice(0, -1);
    this.editor.redraw();
  }

  snapped(point, reach) {
    return this.editor.snap(point, reach, { from: this.points.at(-1), before: this.points.at(-2), first: this.points[0] }).at;
  }

  move(point, reach) {
    this.end = this.snapped(point, reach);
    this.editor.hint(this.words() || this.help);
    this.editor.redraw();
  }

  /** Draws a zone, if the corners make one. */
  make(points) {
    const { editor } = this;
    this.stop();
    const rings = [closed(points)];
    if (points.length < 3 || crossingOf(rings) || areaOf(rings) < 0.05) {
      editor.hint(points.length < 3 ? this.help : "These corners make no zone: the lines cross. Draw it again.");
      return editor.redraw();
    }
    const { state, key } = addZone(editor.state, points);
    editor.take(state);
    editor.use("select");
    return editor.choose(key, null, { isNew: true });
  }
}

class Polygon extends Drawing {
  help = "Click corner by corner; the first corner again, or Enter, closes the zone. Backspace takes the last back.";

  words() {
    if (!this.points.length) return "";
    const points = [...this.points, this.end];
    return sizeWords(points, points.length > 2 ? areaOf([closed(points)]) : 0);
  }

  click(point, reach) {
    const at = this.snapped(point, reach);
    const isOn = (corner) => corner && distance(corner, at) < 0.02;
    if ((this.points.length > 2 && isOn(this.points[0])) || isOn(this.points.at(-1))) return this.finish();
    this.points = [...this.points, at];
    this.end = at;
    this.editor.hint(this.words() || this.help);
    return this.editor.redraw();
  }

  finish() {
    this.make(this.points);
  }

  draw(c, at, colour) {
    const isMoving = this.end && this.points.length;
    drawLine(c, at, colour, isMoving ? [...this.points, this.end] : this.points, { isClosed: this.points.length > 1 });
  }
}

class Rectangle extends Drawing {
  help = "Click one corner, then the opposite one.";

  words() {
    if (!this.points.length) return "";
    const [w, h] = [Math.abs(this.end[0] - this.points[0][0]), Math.abs(this.end[1] - this.points[0][1])];
    return `${w.toFixed(2)} × ${h.toFixed(2)} m · ${(w * h).toFixed(1)} m²`;
  }

  snapped(point, reach) {
    return this.editor.snap(point, reach, {}).at;
  }

  corners(end) {
    const [[x1, y1], [x2, y2]] = [this.points[0], end];
    const [left, right, low, high] = [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)];
    return [[left, low], [right, low], [right, high], [left, high]];
  }

  click(point, reach) {
    const at = this.snapped(point, reach);
    if (this.points.length) return this.make(this.corners(at));
    this.points = [at];
    this.end = at;
    return this.editor.redraw();
  }

  draw(c, at, colour) {
    if (this.points.length && this.end) drawLine(c, at, colour, this.corners(this.end), { isClosed: true });
  }
}

class Split extends Drawing {
  help = "Click where the new wall begins, then where it ends.";

  words() {
    return this.points.length ? sizeWords([...this.points, this.end], 0) : "";
  }

  click(point, reach) {
    const at = this.snapped(point, reach);
    if (!this.points.length) {
      this.points = [at];
      this.end = at;
      return this.editor.redraw();
    }
    return this.cut(this.points[0], at);
  }

  cut(from, to) {
    const { editor } = this;
    this.stop();
    const middle = between(from, to);
    const zone = zonesAt(editor.state, middle)[0] ?? zoneOf(editor.state, editor.chosen);
    const made = zone && splitZone(editor.state, zone.key, from, to);
    if (!made) {
      editor.hint("This line cuts no zone in two. Begin on one wall and end on another.");
      return editor.redraw();
    }
    editor.take(made.state);
    editor.use("select");
    return editor.choose(made.keys.at(-1), null, { isNew: true });
  }

  draw(c, at, colour) {
    if (this.points.length) drawLine(c, at, colour, [...this.points, this.end ?? this.points[0]]);
  }
}

// --- Merging, doors, lifts, receivers -------------------------------------------------------------------------------
class Merge extends Tool {
  help = "Click a zone, then the neighbour that becomes one with it.";
  first = null;

  get isBusy() {
    return this.first !== null;
  }

  start() {
    this.first = zoneOf(this.editor.state, this.editor.chosen)?.key ?? null;
    this.editor.hint(this.first ? `Click the neighbour of ${zoneOf(this.editor.state, this.first).name}.` : this.help);
  }

  stop() {
    this.first = null;
  }

  click(point) {
    const { editor } = this;
    const zone = zonesAt(editor.state, point)[0];
    if (!zone) return;
    if (!zoneOf(editor.state, this.first) || this.first === zone.key) {
      this.first = zone.key;
      editor.hint(`Click the neighbour of ${zone.name}.`);
      editor.redraw();
    } else editor.merge(this.first, zone.key);
  }
}

class Door extends Tool {
  help = "Click a wall that two zones have in common.";

  move(point, reach) {
    const { editor } = this;
    this.found = doorAt(editor.state, point, reach);
    const names = this.found?.ends.map((key) => zoneOf(editor.state, key).name);
    editor.hint(names ? `Door between ${names.join(" and ")}` : this.help);
    editor.redraw();
  }

  stop() {
    this.found = null;
  }

  click(point, reach) {
    const { editor } = this;
    const found = doorAt(editor.state, point, reach);
    if (!found) return editor.hint("There is no wall between two zones here.");
    const { state, key } = addPassage(editor.state, found);
    editor.take(state);
    return editor.choose(key);
  }

  draw(c, at, colour) {
    if (!this.found) return;
    const [x, y] = at(this.found.at);
    c.beginPath();
    c.arc(x, y, 8, 0, 2 * Math.PI);
    c.lineWidth = 2.5;
    c.strokeStyle = colour("in-use");
    c.stroke();
  }
}

class Shaft extends Tool {
  help = "Click a lift or stairs: they are joined with those above or below.";

  click(point) {
    const { editor } = this;
    const zone = zonesAt(editor.state, point).find(({ kind }) => kind in STOREY);
    if (!zone) return editor.hint("There is no lift and no stairs here: give the zone that kind first.");
    const target = nextShaft(editor, zone, point);
    if (!target) return editor.hint(`${zone.name}: no ${zone.kind} of another floor is left to join it with.`);
    return editor.joinFloors(zone, target, point);
  }
}

/** The shaft of the same kind not joined yet: over or under the point first, then the nearest floor. */
export const nextShaft = (editor, zone, point) => {
  const joined = editor.state.passages.filter(({ ends }) => ends.includes(zone.key)).flatMap(({ ends }) => ends);
  const rank = (other) => [contains(other.rings, point) ? 0 : 1, Math.abs(other.level - editor.level), awayFrom(other.rings, point)];
  return editor.elsewhere
    .filter((other) => other.kind === zone.kind && !joined.includes(other.key))
    .map((other) => ({ other, rank: rank(other) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])[0]?.other;
};

class Receiver extends Tool {
  help = "Click where the receiver hangs.";

  click(point) {
    const { editor } = this;
    const { state, key } = addReceiver(editor.state, point);
    editor.take(state);
    editor.use("select");
    editor.choose(key, null, { isNew: true });
  }
}

export const makeTools = (editor) => ({
  select: new Select(editor), polygon: new Polygon(editor), rectangle: new Rectangle(editor), split: new Split(editor),
  merge: new Merge(editor), door: new Door(editor), shaft: new Shaft(editor), receiver: new Receiver(editor),
});

