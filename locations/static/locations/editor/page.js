// The plan editor: puts map, tools, list, checks and saving together.
import { PlanCanvas } from "./canvas.js";
import { Checks } from "./checks.js";
import { OUTLINE, addCorner, addPassage, mergeZones, moveCorner, moveThing, remove, removeCorner, ringsOf, rowOf, zoneOf } from "./draft.js";
import { between, boxOf, commonWall, spot } from "./geometry.js";
import { History, adopted, changesBetween, forget, keep, kept, rebase } from "./history.js";
import { Panel, el, titleOf } from "./panel.js";
import { save, tell } from "./saving.js";
import { Snapper } from "./snapping.js";
import { STOREY, makeTools } from "./tools.js";

const { L } = window;
const find = (name) => document.querySelector(`[data-${name}]`);
const stage = find("stage");
const box = find("map");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const isPhone = () => matchMedia("(max-width: 719px)").matches;

const map = L.map(box, {
  crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 0.75, wheelPxPerZoomLevel: 90,
  zoomAnimation: !calm, fadeAnimation: false, inertia: !calm, maxZoom: 7, minZoom: -4, keyboard: false, doubleClickZoom: false,
});
map.setView([0, 0], 3);
box.tabIndex = 0;

class Editor {
  floor = stage.dataset.floor;
  chosen = null; // key of a zone, passage or receiver, or OUTLINE
  corner = null; // { ring, index } of what is chosen
  cursor = null; // the pointer of those who draw by keyboard
  faults = [];
  refused = null; // what the server found, until something is changed
  theirs = null; // somebody else's plan, to look at
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

  constructor() {
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
    showFaults(this);
    showActions(this);
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
    if (key && (isNew || isFromList) && isPhone()) side(true);
    if (isNew) this.panel.focusName();
    if (isFromList) bringIntoView(key);
    this.redraw();
  }

  use(name) {
    this.tool.stop();
    this.tool = this.tools[name];
    this.cursor = null;
    document.querySelectorAll("[data-tool]").forEach((button) => {
      button.ariaPressed = String(button.dataset.tool === name);
    });
    if (name !== "select") this.corner = null;
    this.tool.start();
    this.redraw();
  }

  hint(text) {
    if (find("hint").textContent !== text) find("hint").textContent = text;
  }

  say(text) {
    find("said").textContent = text;
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
    if (isPhone()) side(true);
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

const editor = new Editor();

// --- Faults, buttons, panels -------------------------------------------------------------------------------------
function showFaults({ faults }) {
  const part = find("faults");
  part.hidden = !faults.length;
  const title = `${faults.length} ${faults.length === 1 ? "fault" : "faults"}: ${faults[0]?.words ?? ""}`;
  if (find("faults-title").textContent !== title) find("faults-title").textContent = title;
  const rows = faults.slice(0, 50).map(({ words, keys, at }) => {
    const show = () => {
      const key = keys.find((each) => each === OUTLINE || rowOf(editor.state, each));
      if (key) editor.choose(key, null, { isFromList: !at });
      if (at) map.panTo([at[1], at[0]], { animate: !calm });
    };
    return el("li", {}, el("button", { type: "button", className: "editor-row", onclick: show }, words));
  });
  if (faults.some(({ words }) => words.endsWith("over the outer wall"))) {
    const around = () => editor.take({ ...editor.state, outline: null });
    rows.push(el("li", {}, el("button", { type: "button", className: "button", onclick: around }, "Draw the outer wall around the zones")));
  }
  find("faults-list").replaceChildren(...rows);
}

function showActions({ history, count, faults, tool }) {
  find("undo").disabled = !history.canUndo && !tool?.isBusy;
  find("redo").disabled = !history.canRedo;
  const button = find("save");
  button.disabled = !count || faults.length > 0;
  button.textContent = count ? `Save ${count} ${count === 1 ? "change" : "changes"}` : "Save";
}

function side(isOpen) {
  stage.dataset.panel = isOpen ? "list" : "none";
  find("side-toggle").ariaExpanded = String(isOpen);
}

const bringIntoView = (key) => {
  const rings = ringsOf(editor.state, key);
  const row = rowOf(editor.state, key);
  const { left, right, bottom, top } = rings ? boxOf(rings) : { left: row.x - 2, right: row.x + 2, bottom: row.y - 2, top: row.y + 2 };
  const bounds = L.latLngBounds([bottom, left], [top, right]);
  if (!map.getBounds().contains(bounds)) map.fitBounds(bounds.pad(1), { animate: !calm, maxZoom: Math.max(map.getZoom(), 4) });
};

const wholeFloor = () => {
  const points = [...(editor.state.outline ?? []), ...editor.state.zones.flatMap(({ rings }) => rings)].flat();
  if (!points.length) return map.setView([10, 15], 4, { animate: false });
  const bounds = L.latLngBounds(points.map(([x, y]) => [y, x]));
  map.setMinZoom(-4);
  map.fitBounds(bounds, { padding: [24, 24], animate: false });
  return map.setMinZoom(map.getZoom() - 2);
};

const zoom = { in: () => map.zoomIn(), out: () => map.zoomOut(), whole: wholeFloor };
document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", zoom[button.dataset.zoom]));
document.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => editor.use(button.dataset.tool)));
find("undo").addEventListener("click", () => editor.undo());
find("redo").addEventListener("click", () => editor.redo());
find("side-toggle").addEventListener("click", () => side(stage.dataset.panel !== "list"));
find("save").addEventListener("click", async () => {
  find("save").disabled = true;
  await save(editor, stage.dataset.saveAddress, editor.floor);
  showActions(editor);
});
for (const [name, property] of [["snap", "isSnapping"], ["shared", "isShared"]])
  find(name).addEventListener("click", ({ currentTarget }) => {
    editor[property] = !editor[property];
    currentTarget.ariaPressed = String(editor[property]);
  });
find("opacity").addEventListener("input", ({ target }) => {
  editor.opacity = Number(target.value) / 100;
  picture?.setOpacity(editor.opacity);
  editor.redraw();
});

// --- Pointer -----------------------------------------------------------------------------------------------------
const CLICK = 6; // pixels that a click may move
const metresAt = (event) => {
  const { lat, lng } = map.mouseEventToLatLng(event);
  return [lng, lat];
};
const reachOf = (event) => (event.pointerType === "mouse" ? 10 : 22) / editor.canvas.scale();
let press = null;
const fingers = new Set();

box.addEventListener("pointerdown", (event) => {
  fingers.add(event.pointerId);
  editor.isTouch = event.pointerType !== "mouse";
  editor.cursor = null;
  if (event.button !== 0 || fingers.size > 1) {
    press = null; // two fingers move the map
    return;
  }
  const isTaken = editor.tool.down(metresAt(event), reachOf(event));
  press = { x: event.clientX, y: event.clientY, isTaken, isMoved: false };
  if (!isTaken) return;
  map.dragging.disable();
  box.setPointerCapture(event.pointerId);
}, { capture: true });

box.addEventListener("pointermove", (event) => {
  if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > CLICK) press.isMoved = true;
  if (press?.isTaken) {
    if (press.isMoved) editor.tool.drag(metresAt(event), reachOf(event));
  } else if (event.pointerType === "mouse") editor.tool.move(metresAt(event), reachOf(event));
});

const release = (event) => {
  fingers.delete(event.pointerId);
  const last = press;
  press = null;
  if (!last) return;
  if (last.isTaken) {
    map.dragging.enable();
    editor.tool.up();
  } else if (!last.isMoved && event.type === "pointerup") clickReach = reachOf(event);
  showActions(editor);
};
let clickReach = 0; // of a press that may become a click

// A touch becomes a click after it has moved the focus here: what a click opens can take the focus then.
box.addEventListener("click", (event) => {
  if (!clickReach) return;
  const reach = clickReach;
  clickReach = 0;
  editor.tool.click(metresAt(event), reach);
  showActions(editor);
});
box.addEventListener("pointerup", release);
box.addEventListener("pointercancel", release);

// --- Keyboard ----------------------------------------------------------------------------------------------------
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const isTyping = (target) => target.closest("input:not([type=range]), select, textarea, dialog");

const arrow = (event, [dx, dy]) => {
  const step = event.shiftKey ? 1 : 0.1;
  if (editor.tool === editor.tools.select) {
    if (!editor.nudge(dx * step, dy * step)) map.panBy([dx * 80, -dy * 80], { animate: !calm });
    return;
  }
  const { lat, lng } = map.getCenter();
  const [x, y] = editor.cursor ?? [Math.round(lng * 10) / 10, Math.round(lat * 10) / 10];
  editor.cursor = editor.cursor ? spot([x + dx * step, y + dy * step]) : [x, y];
  map.panInside([editor.cursor[1], editor.cursor[0]], { padding: [40, 40], animate: false });
  editor.tool.move(editor.cursor, 0.001);
  editor.say(`x ${editor.cursor[0].toFixed(1)}, y ${editor.cursor[1].toFixed(1)}`);
  editor.redraw();
};

const enter = () => {
  const { tool, cursor } = editor;
  const last = tool.points?.at(-1);
  if (cursor && !(last && last[0] === cursor[0] && last[1] === cursor[1])) return tool.click(cursor, 0.05);
  if (tool.isBusy) return tool.finish();
  if (!editor.chosen) return undefined;
  if (isPhone()) side(true);
  return editor.panel.focusName();
};

const KEYS = {
  Enter: enter,
  Delete: () => editor.dropCorner(),
  Backspace: () => (editor.tool.isBusy ? editor.tool.back() : editor.dropCorner()),
  "+": () => editor.growCorner(),
  Escape: () => {
    if (editor.tool.isBusy) editor.use(Object.keys(editor.tools).find((name) => editor.tools[name] === editor.tool));
    else if (editor.tool !== editor.tools.select) editor.use("select");
    else if (isPhone() && stage.dataset.panel === "list") side(false);
    else editor.choose(null);
  },
};

document.addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  const isRedo = (isUndo && event.shiftKey) || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y");
  if (isUndo || isRedo) {
    event.preventDefault();
    document.activeElement?.matches?.("input, select") && document.activeElement.blur();
    return isRedo ? editor.redo() : editor.undo();
  }
  if (event.key === "Escape" && event.target.closest("input, select")) return box.focus({ preventScroll: true });
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
  const isHere = box.contains(event.target) || Boolean(event.target.closest("[data-corner]"));
  if (event.key === "Escape") return KEYS.Escape();
  if (!isHere) return undefined;
  const run = ARROWS[event.key] ? () => arrow(event, ARROWS[event.key]) : KEYS[event.key];
  if (!run || (event.key === "Enter" && !box.contains(event.target))) return undefined;
  event.preventDefault();
  run();
  showActions(editor);
  return undefined;
});

find("tools").addEventListener("keydown", (event) => {
  const buttons = [...document.querySelectorAll("[data-tool]")];
  const to = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!to) return;
  event.preventDefault();
  buttons[(buttons.indexOf(document.activeElement) + to + buttons.length) % buttons.length].focus();
});

// --- Start -------------------------------------------------------------------------------------------------------
let picture = null;
const showPicture = (told) => {
  picture?.remove();
  picture = null;
  find("picture").hidden = !told;
  if (!told) return;
  const [x1, y1, x2, y2] = told.bounds;
  editor.opacity = Number(find("opacity").value) / 100;
  picture = L.imageOverlay(told.url, [[y1, x1], [y2, x2]], { opacity: editor.opacity, alt: "" }).addTo(map);
};

const offer = (draft, told) => {
  const isOlder = draft.revision !== told.revision;
  const take = () => {
    if (isOlder) {
      editor.open({ ...draft.base, revision: draft.revision, elsewhere: told.elsewhere, guesses: [] }, draft.state);
      editor.bringOnto(told);
    } else editor.open(told, draft.state);
    tell(isOlder ? "Your changes are on the plan as it is now, which somebody changed meanwhile. Look it over." : null);
    editor.keep();
  };
  const drop = () => {
    forget(editor.floor);
    tell(null);
  };
  tell("You left changes on this floor that were not saved.", ["Take them up again", take], ["Drop them", drop]);
};

const start = async () => {
  const answer = await fetch(stage.dataset.state, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return tell("The floor could not be fetched.", ["Try again", () => location.reload()]);
  const told = await answer.json();
  editor.level = Number(stage.dataset.level);
  showPicture(told.picture);
  const draft = kept(editor.floor);
  editor.open(told);
  wholeFloor();
  editor.use("select");
  if (draft?.state?.zones) {
    offer(draft, told);
    if (isPhone()) side(true);
  }
  return undefined;
};

addEventListener("beforeunload", (event) => {
  if (editor.count) event.preventDefault();
});

new ResizeObserver(() => map.invalidateSize({ pan: false, animate: false })).observe(box);

/** Read only, for tests and for the curious. */
window.whereabouts = Object.freeze({
  ...window.whereabouts,
  editor: Object.freeze({
    get state() {
      return structuredClone(editor.state);
    },
    get faults() {
      return structuredClone(editor.faults);
    },
    get chosen() {
      return editor.chosen;
    },
    screenOf: (x, y) => editor.canvas.screenOf([x, y]),
  }),
});

start();
