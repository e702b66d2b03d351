// The floor under work.
import { PlanCanvas } from "./canvas.js";
import { Checks } from "./checks.js";
import { OUTLINE, addCorner, addPassage, mergeZones, moveCorner, moveThing, remove, removeCorner, ringsOf, rowOf, zoneOf } from "./draft.js";
import { between, commonWall, spot } from "./geometry.js";
import { History, adopted, changesBetween, forget, keep, rebase } from "./history.js";
import { Panel, titleOf } from "./panel.js";
import { Snapper } from "./snapping.js";
import { STOREY, makeTools } from "./tools.js";

/** The floor under work: its steps, what is chosen, and what forms and tools do alike. `page` is what is around it. */
export class Editor {
  chosen = null; // key of a zone, passage or receiver, or OUTLINE
  corner = null; // { ring, index } of what is chosen
  cursor = null; // the pointer of those who draw by keyboard
  faults = [];
  refused = null; // what the server found, until something is changed
  theirs = null; // zones that somebody else made different, to look at
  opacity = null; // of the picture; none without one
  guesses = [];
  elsewhere = [];
  level = 0;
  cornersOpen = false;
  isSnapping = true;
  isShared = true;
  isTouch = false;
  history = new History({ outline: [], zones: [], passages: [], receivers: [] });
  #passing = null; // what a drag shows before it is let go
  #checks = new Checks();
  #snapper = {};

  constructor(floor, page, map) {
    Object.assign(this, { floor, page });
    this.canvas = new PlanCanvas(this).addTo(map);
    this.panel = new Panel(this);
    this.tools = makeTools(this);
    this.tool = this.tools.select;
  }

  get state() {
    return this.#passing ?? this.history.now;
  }

  /** Begins with a floor as the server has it; a draft of it may follow. */
  open({ revision, elsewhere, guesses, picture, ...state }, draft = null) {
    this.revision = revision;
    Object.assign(this, { elsewhere: elsewhere ?? [], guesses: guesses ?? [], refused: null, theirs: null });
    this.history = new History({ outline: state.outline, zones: state.zones, passages: state.passages, receivers: state.receivers });
    if (draft) this.history.take(adopted(this.history.base, draft));
    this.choose(null);
    this.changed({ isKept: false });
  }

  /** One's own changes, onto a floor that somebody else has changed. */
  bringOnto(theirs) {
    const brought = rebase(this.history.base, this.history.now, theirs);
    this.open(theirs, { outline: brought.outline, zones: brought.zones, passages: brought.passages, receivers: brought.receivers });
    this.changed();
  }

  // --- Steps -----------------------------------------------------------------------------------------------------
  take(state, about) {
    this.#passing = null;
    this.history.take(state, about);
    this.changed();
  }

  /** Shown, not taken: a drag under way. */
  preview(state) {
    this.#passing = state;
    this.check();
    this.redraw();
  }

  undo() {
    if (this.tool.isBusy) return this.tool.back();
    this.history.undo();
    return this.changed();
  }

  redo() {
    this.history.redo();
    this.changed();
  }

  changed({ isKept = true } = {}) {
    this.#passing = null;
    this.refused = null;
    if (this.chosen !== OUTLINE && this.chosen && !rowOf(this.state, this.chosen)) this.choose(null);
    if (this.corner && !ringsOf(this.state, this.chosen)?.[this.corner.ring]?.[this.corner.index + 1]) this.corner = null;
    this.count = changesBetween(this.history.base, this.history.now);
    this.check();
    this.panel.showList();
    this.panel.showForm();
    this.redraw();
    if (isKept) this.keep();
  }

  keep() {
    if (this.count) keep(this.floor, { revision: this.revision, base: this.history.base, state: this.history.now });
    else forget(this.floor);
  }

  check() {
    this.faults = this.refused ?? this.#checks.of(this.state, this.history.base);
    this.page.show(this);
  }

  // --- Choosing and showing --------------------------------------------------------------------------------------
  choose(key, corner = null, { isNew = false, isFromList = false } = {}) {
    const isOther = key !== this.chosen;
    const was = this.corner;
    this.chosen = key;
    this.corner = corner;
    if (isOther) {
      this.panel.showForm({ isAnew: true });
      this.panel.showList();
    } else if (was?.index !== corner?.index) this.panel.showForm();
    if (key && (isNew || isFromList)) this.page.openSide();
    if (isNew) this.panel.focusName();
    if (isFromList) this.page.bringIntoView(key);
    this.redraw();
  }

  use(name) {
    this.tool.stop();
    this.tool = this.tools[name];
    this.cursor = null;
    this.page.useTool(name);
    if (name !== "select") this.corner = null;
    this.tool.start();
    this.redraw();
  }

  hint(text) {
    this.page.hint(text);
  }

  say(text) {
    this.page.say(text);
  }

  redraw() {
    this.canvas.due();
  }

  snap(point, metres, options = {}, state = this.state) {
    if (!this.isSnapping) return { at: spot([Math.round(point[0] * 100) / 100, Math.round(point[1] * 100) / 100]), to: "" };
    if (this.#snapper.state !== state)
      this.#snapper = { state, snapper: new Snapper([...state.zones.map(({ rings }) => rings), state.outline ?? []]) };
    return this.#snapper.snapper.snap(point, metres, options);
  }

  /** The form of what is chosen, where it is not beside the plan already. */
  showForm() {
    this.page.openSide();
  }

  // --- What forms and tools do alike -----------------------------------------------------------------------------
  remove(key) {
    if (!key || key === OUTLINE || !rowOf(this.state, key)) return;
    this.say(`${titleOf(this, rowOf(this.state, key))} removed`);
    this.choose(null);
    this.take(remove(this.state, key));
  }

  merge(key, other) {
    const made = mergeZones(this.state, key, other);
    if (!made) return this.hint("These two have no wall in common.");
    this.take(made.state);
    this.use("select");
    return this.choose(made.key);
  }

  joinNeighbours(a, b, at = null) {
    const wall = at ?? commonWall(zoneOf(this.state, a).rings, zoneOf(this.state, b).rings)?.middle;
    const { state, key } = addPassage(this.state, { ends: [a, b], at: wall });
    this.take(state);
    this.choose(key);
  }

  joinFloors(zone, other, at) {
    const levels = Math.abs(other.level - this.level) || 1;
    const { state, key } = addPassage(this.state, { kind: zone.kind, ends: [zone.key, other.key], at, length_m: STOREY[zone.kind] * levels });
    this.take(state);
    this.choose(key);
  }

  /** Arrow keys: the chosen corner, door or receiver by so many metres; false where nothing is chosen. */
  nudge(dx, dy) {
    const { state, chosen, corner } = this;
    const rings = ringsOf(state, chosen);
    const row = rowOf(state, chosen);
    if (rings && corner) {
      const [x, y] = rings[corner.ring][corner.index];
      this.take(moveCorner(state, chosen, corner.ring, corner.index, [x + dx, y + dy], { shared: this.isShared }), `nudge ${chosen} ${corner.index}`);
    } else if (row && !rings) this.take(moveThing(state, chosen, [row.x + dx, row.y + dy]), `nudge ${chosen}`);
    else return false;
    return true;
  }

  dropCorner() {
    const { state, chosen, corner } = this;
    if (!corner) return this.remove(chosen);
    const next = removeCorner(state, chosen, corner.ring, corner.index);
    if (next === state) return this.hint("A zone has at least three corners.");
    this.corner = null;
    return this.take(next);
  }

  growCorner() {
    const { state, chosen, corner } = this;
    if (!corner) return;
    const ring = ringsOf(state, chosen)[corner.ring];
    const at = between(ring[corner.index], ring[corner.index + 1]);
    this.corner = { ring: corner.ring, index: corner.index + 1 };
    this.take(addCorner(state, chosen, corner.ring, corner.index, at, { shared: this.isShared }));
  }
}
