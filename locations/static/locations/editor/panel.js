// Beside the plan: the form of what is chosen, and the list of everything on the floor.
import { areaOf, boxOf, opened } from "./geometry.js";
import { OUTLINE, change, neighboursOf, rename, rowOf, zoneOf } from "./draft.js";

const form = document.querySelector("[data-form]");
const list = document.querySelector("[data-rows]");
const filter = document.querySelector("[data-filter]");
const PASSAGES = { door: "Door", lift: "Lift", stairs: "Stairs" };

/** An element with properties, attributes (those with a dash) and children. */
export const el = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else if (value !== undefined) element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const button = (text, onclick, extra = {}) => el("button", { type: "button", className: "button", onclick, ...extra }, text);
const options = (name) => document.querySelector(`[data-options="${name}"]`).content.cloneNode(true);

const SVG = "http://www.w3.org/2000/svg";
const icon = (name) => {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS(SVG, tag));
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
};

let numbers = 0;
const field = (label, control, help = "") => {
  control.id = `field-${++numbers}`;
  const words = help ? el("p", { className: "field-help", id: `${control.id}-help` }, help) : null;
  if (words) control.setAttribute("aria-describedby", words.id);
  return el("div", { className: "field" }, el("label", { htmlFor: control.id }, label), control, words);
};

const input = (value, oninput, extra = {}) => el("input", { className: "input", value, autocomplete: "off", oninput, ...extra });

const select = (content, value, onchange) => {
  const control = el("select", { className: "select", onchange });
  control.append(content);
  control.value = value ?? "";
  return control;
};

/** “Bay 12” of this floor, “Lift A, Level 2” of another. */
export const nameOf = (editor, key) => {
  const zone = zoneOf(editor.state, key);
  if (zone) return zone.name;
  const other = editor.elsewhere.find((row) => row.key === key);
  return other ? `${other.name}, ${other.floor}` : "?";
};

export const titleOf = (editor, row) => {
  if (row.rings) return row.name || row.code;
  if (row.ends) return `${PASSAGES[row.kind]}: ${row.ends.map((end) => nameOf(editor, end)).join(" – ")}`;
  return `Receiver ${row.identifier || "without a name"}`;
};

export class Panel {
  constructor(editor) {
    this.editor = editor;
    this.shown = null; // key that the form is made for
    filter.addEventListener("input", () => this.showList());
    list.addEventListener("click", ({ target }) => {
      const row = target.closest("[data-key]");
      if (row) editor.choose(row.dataset.key, null, { isFromList: true });
    });
    list.addEventListener("keydown", (event) => this.#walk(event));
  }

  // --- The list --------------------------------------------------------------------------------------------------
  showList() {
    const { state, faults } = this.editor;
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const faulty = new Set(faults.flatMap(({ keys }) => keys));
    const isWanted = (text) => words.every((word) => text.toLowerCase().includes(word));
    const kinds = new Map([...options("kind").children].map(({ value, text }) => [value, text]));
    const named = (row) => [row, titleOf(this.editor, row), row.rings ? (kinds.get(row.kind) ?? "") : ""];
    const groups = [
      ["Zones", state.zones.map(named).sort(([, a], [, b]) => a.localeCompare(b, undefined, { numeric: true }))],
      ["Doors, lifts and stairs", state.passages.map(named)],
      ["Receivers", state.receivers.map(named)],
    ];
    const had = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    const parts = groups.flatMap(([title, rows]) => {
      const wanted = rows.filter(([, name, kind]) => isWanted(`${name} ${kind}`));
      if (!wanted.length) return [];
      const lines = wanted.map(([row, name, kind]) => this.#line(row.key, name, kind, faulty.has(row.key)));
      return [el("h3", {}, `${title} `, el("span", { className: "panel-count" }, String(wanted.length))), el("ul", {}, ...lines)];
    });
    if (state.outline?.length && isWanted("outer wall")) parts.push(el("ul", {}, this.#line(OUTLINE, "Outer wall", "", faulty.has(OUTLINE))));
    list.replaceChildren(...parts);
    if (!parts.length) list.append(el("p", { className: "quiet editor-none" }, words.length ? "Nothing here is called that." : "Nothing is drawn yet."));
    const first = list.querySelector("[data-key]");
    const current = list.querySelector('[aria-current="true"]') ?? first;
    if (current) current.tabIndex = 0;
    if (had) list.querySelector(`[data-key="${CSS.escape(had)}"]`)?.focus();
  }

  #line(key, name, kind, isFaulty) {
    const mark = isFaulty ? el("span", { className: "editor-fault", title: "Has a fault" }, "!", el("span", { className: "visually-hidden" }, " has a fault")) : null;
    const row = el("button", { type: "button", className: "editor-row", tabIndex: -1, "data-key": key }, el("span", { className: "editor-row-name" }, name), kind ? el("span", { className: "quiet" }, kind) : null, mark);
    if (key === this.editor.chosen) row.setAttribute("aria-current", "true");
    return el("li", {}, row);
  }

  #walk(event) {
    const rows = [...list.querySelectorAll("[data-key]")];
    const here = rows.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Delete") this.editor.remove(document.activeElement?.dataset.key);
    if (to === undefined || here < 0) return;
    event.preventDefault();
    rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
  }

  // --- The form --------------------------------------------------------------------------------------------------
  /** The form of what is chosen; made anew when that, or what one may do with it, became another. */
  showForm({ isAnew = false } = {}) {
    const { state, chosen } = this.editor;
    const row = chosen === OUTLINE ? { key: OUTLINE, name: "Outer wall", rings: state.outline } : rowOf(state, chosen);
    form.hidden = !row;
    if (!row) {
      this.shown = null;
      return form.replaceChildren();
    }
    if (this.shown === chosen && !isAnew && form.contains(document.activeElement)) return this.#sync(row);
    this.shown = chosen;
    const made = chosen === OUTLINE ? this.#wall(row) : row.rings ? this.#zone(row) : row.ends ? this.#passage(row) : this.#receiver(row);
    const close = el("button", { type: "button", className: "button is-quiet is-icon", onclick: () => this.editor.choose(null), "aria-label": "Close" }, icon("close"));
    const head = el("div", { className: "map-side-head" }, el("h2", { className: "editor-title" }, titleOf(this.editor, row)), close);
    return form.replaceChildren(head, el("div", { className: "editor-fields" }, ...made.flat().filter(Boolean)));
  }

  /** Values that changed otherwise than by typing; what is being typed into stays. */
  #sync(row) {
    form.querySelector(".editor-title").textContent = titleOf(this.editor, row);
    for (const control of form.querySelectorAll("[data-field]"))
      if (control !== document.activeElement) control.value = row[control.dataset.field] ?? "";
    const size = form.querySelector("[data-size]");
    if (size) size.textContent = sizeOf(row.rings);
    const corners = form.querySelector("[data-corners]");
    if (corners && row.rings) this.#fillCorners(corners, row);
  }

  #put(fields, about) {
    const { editor } = this;
    editor.take(change(editor.state, editor.chosen, fields), `${about} ${editor.chosen}`);
  }

  #zone(row) {
    const { editor } = this;
    const name = input(row.name, () => editor.take(rename(editor.state, editor.chosen, name.value), `name ${row.key}`), { maxLength: 120, "data-field": "name", "data-name": "" });
    const code = input(row.code, () => this.#put({ code: code.value.trim() }, "code"), { maxLength: 50, "data-field": "code" });
    const kind = select(options("kind"), row.kind, () => this.#put({ kind: kind.value }, "kind"));
    const department = select(options("department"), row.department, () => this.#put({ department: department.value ? Number(department.value) : null }, "department"));
    kind.dataset.field = "kind";
    department.dataset.field = "department";
    return [
      field("Name", name),
      field("Kind", kind),
      field("Department", department),
      field("Short name", code, "Unique on the floor; imports know the zone by it."),
      el("p", { className: "quiet", "data-size": "" }, sizeOf(row.rings)),
      this.#neighbours(row),
      row.kind === "lift" || row.kind === "stairs" ? this.#shafts(row) : null,
      this.#corners(row),
      button("Remove zone", () => editor.remove(row.key), { className: "button is-wide" }),
    ];
  }

  #neighbours(row) {
    const { editor } = this;
    const neighbours = neighboursOf(editor.state, row.key);
    if (!neighbours.length) return null;
    const content = document.createDocumentFragment();
    for (const { zone } of neighbours) content.append(new Option(zone.name, zone.key));
    const choice = select(content, neighbours[0].zone.key, null);
    const chosen = () => neighbours.find(({ zone }) => zone.key === choice.value);
    return el(
      "div", { className: "editor-pair" }, field("Neighbour", choice),
      button("Door", () => editor.joinNeighbours(row.key, chosen().zone.key, chosen().wall.middle), { "data-testid": "place-door" }),
      button("Merge", () => editor.merge(row.key, chosen().zone.key)),
    );
  }

  #shafts(row) {
    const { editor } = this;
    const others = editor.elsewhere.filter(({ kind }) => kind === row.kind);
    if (!others.length) return el("p", { className: "quiet" }, `No ${row.kind} is drawn on another floor yet.`);
    const content = document.createDocumentFragment();
    for (const other of others) content.append(new Option(`${other.name}, ${other.floor}`, other.key));
    const choice = select(content, others[0].key, null);
    const { left, right, bottom, top } = boxOf(row.rings);
    const join = () => editor.joinFloors(row, others.find(({ key }) => key === choice.value), [(left + right) / 2, (bottom + top) / 2]);
    return el("div", { className: "editor-pair" }, field("Leads to", choice), button("Join", join));
  }

  #corners(row) {
    const holder = el("div", { className: "editor-corners", "data-corners": "" });
    this.#fillCorners(holder, row);
    const help = "Arrow keys move a corner by 0.1 m, with Shift by 1 m; + adds one after it, Delete takes it away.";
    const isOpen = this.editor.cornersOpen;
    const details = el("details", { open: isOpen }, el("summary", {}, "Corners"), el("p", { className: "field-help" }, help), holder);
    details.addEventListener("toggle", () => {
      this.editor.cornersOpen = details.open;
    });
    return details;
  }

  #fillCorners(holder, row) {
    const { editor } = this;
    const had = document.activeElement?.closest?.("[data-corner]")?.dataset.corner;
    const buttons = row.rings.flatMap((ring, r) =>
      opened(ring).map(([x, y], i) =>
        el("button", {
          type: "button", className: "chip", "data-corner": `${r} ${i}`, onfocus: () => editor.choose(row.key, { ring: r, index: i }),
        }, `${x.toFixed(2)}, ${y.toFixed(2)}`),
      ),
    );
    holder.replaceChildren(...buttons);
    if (had === undefined) return;
    const { ring, index } = editor.corner ?? {};
    (holder.querySelector(`[data-corner="${ring} ${index}"]`) ?? holder.firstElementChild)?.focus({ preventScroll: true });
  }

  #wall(row) {
    const { editor } = this;
    return [
      el("p", {}, "Zones may not reach over the outer wall."),
      el("p", { className: "quiet", "data-size": "" }, sizeOf(row.rings)),
      this.#corners(row),
      button("Draw it around the zones when saving", () => editor.take({ ...editor.state, outline: null }), { className: "button is-wide" }),
    ];
  }

  #passage(row) {
    const { editor } = this;
    const length = input(row.length_m, () => this.#put({ length_m: Math.max(0, Number(length.value) || 0) }, "length"), { type: "number", min: 0, step: 0.5, "data-field": "length_m" });
    const at = el("p", { className: "quiet" }, `Stands at x ${row.x.toFixed(2)} m, y ${row.y.toFixed(2)} m; drag it, or move it by the arrow keys.`);
    return [
      el("p", {}, row.ends.map((end) => nameOf(editor, end)).join(" – ")),
      at,
      row.kind === "door" ? null : field("Counts as, metres to walk", length, "The wait and ride of a lift, the flights of stairs."),
      button("Remove", () => editor.remove(row.key), { className: "button is-wide" }),
    ];
  }

  #receiver(row) {
    const name = input(row.identifier, () => this.#put({ identifier: name.value.trim() }, "identifier"), { maxLength: 64, "data-field": "identifier", "data-name": "" });
    name.setAttribute("list", "unplaced-receivers");
    const label = input(row.label, () => this.#put({ label: label.value }, "label"), { maxLength: 120, "data-field": "label" });
    const kind = select(options("receiver"), row.kind, () => this.#put({ kind: kind.value }, "kind"));
    const reach = input(row.reach_m, () => this.#put({ reach_m: Number(reach.value) }, "reach"), { type: "number", min: 0.1, max: 200, step: 0.5, "data-field": "reach_m" });
    kind.dataset.field = "kind";
    return [
      field("Identifier", name, "As reports call it. Those heard and not placed yet are offered."),
      field("Label", label),
      field("Kind", kind),
      field("Reach, metres", reach),
      button("Take off the plan", () => this.editor.remove(row.key), { className: "button is-wide" }),
    ];
  }

  /** Into the name, its text chosen. */
  focusName() {
    const name = form.querySelector("[data-name]") ?? form.querySelector("input, select, button");
    name?.focus({ preventScroll: true });
    name?.select?.();
  }
}

const sizeOf = (rings) => {
  const { left, right, bottom, top } = boxOf(rings);
  return `${areaOf(rings).toFixed(1)} m², ${(right - left).toFixed(2)} × ${(top - bottom).toFixed(2)} m over all`;
};

