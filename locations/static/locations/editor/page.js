// The plan editor: puts map, tools, list, checks and saving together.
import { OUTLINE, ringsOf, rowOf } from "./draft.js";
import { Editor } from "./editor.js";
import { boxOf } from "./geometry.js";
import { forget, kept } from "./history.js";
import { followKeys } from "./keyboard.js";
import { el } from "./panel.js";
import { followPointer } from "./pointer.js";
import { save, tell } from "./saving.js";

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

/** What is around the plan, for the editor to call. */
const page = {
  show(shown) {
    showFaults(shown);
    showActions(shown);
  },
  /** The sheet of a phone; elsewhere it is there already. */
  openSide() {
    if (isPhone()) side(true);
  },
  closeSide() {
    if (!isPhone() || stage.dataset.panel !== "list") return false;
    side(false);
    return true;
  },
  useTool(name) {
    document.querySelectorAll("[data-tool]").forEach((button) => {
      button.ariaPressed = String(button.dataset.tool === name);
    });
  },
  hint(text) {
    if (find("hint").textContent !== text) find("hint").textContent = text;
  },
  say(text) {
    find("said").textContent = text;
  },
  bringIntoView: (key) => bringIntoView(key),
};

const editor = new Editor(stage.dataset.floor, page, map);

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

followPointer(editor, map, box);
followKeys(editor, map, box);

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
