// Tints for a moment what became different when a part of a page was refreshed: rows with data-tag inside
// [data-changes], and parts with data-value. Nothing else moves, and what was opened stays open.
const before = new WeakMap();

const said = (row) =>
  [...row.querySelectorAll(".activity, .place-name, [data-value]")].map((part) => part.textContent.trim()).join("|");

const rows = (root) => new Map([...root.querySelectorAll("[data-tag]")].map((row) => [row.dataset.tag, said(row)]));

const opened = (root) => [...root.querySelectorAll("details[id][open]")].map((details) => details.id);

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target } = detail;
  if (detail.shouldSwap && target) before.set(target, { rows: rows(target), opened: opened(target) });
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const { target } = detail;
  const was = before.get(target);
  if (!was) return;
  before.delete(target);
  for (const id of was.opened) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  for (const row of target.querySelectorAll("[data-tag]")) {
    const old = was.rows.get(row.dataset.tag);
    if (old !== undefined && old !== said(row)) row.classList.add("changed");
  }
});
