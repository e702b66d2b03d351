// Small manners of the frame: menus close, messages go away, a failed request is told in the connection bar.
const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  event.target.closest("[data-dismiss]")?.closest("[data-message]")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A session that ended answers a part of a page with the sign-in page: go there with the whole page instead.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/sign-in/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// What a list's filters chose since the page was opened stands in the address: a link to the same in another form
// takes it from there.
for (const kind of ["click", "auxclick"]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest("a[data-follows-filters]");
    if (link) link.search = location.search;
  });
}
// A part of a page that a person is in the middle of (an undo that runs out, a camera that is open) stays as it is when
// the page refreshes itself around it; where the new page has no place for it, the refreshing waits.
const ITSELF = /\bevery\b|live-change/;
const refreshesItself = (element) => ITSELF.test(element?.getAttribute("hx-trigger") ?? "");

// A refreshing that was asked for before a person's tap was answered knows nothing of the tap: it would take the answer
// off the page, or the form that waits for it. It is asked for once more.
const asked = new WeakMap();
const answered = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (refreshesItself(detail.elt)) asked.set(detail.elt, performance.now());
});

const knowsAll = (asker, target) => {
  const waits = [...target.querySelectorAll(".htmx-request")].some((form) => form !== asker && !refreshesItself(form));
  return !waits && (asked.get(asker) ?? 0) >= (answered.get(target) ?? 0);
};

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const asker = detail.requestConfig?.elt;
  if (!asker || !detail.target) return;
  if (!refreshesItself(asker)) {
    for (let part = detail.target; part; part = part.parentElement) answered.set(part, performance.now());
    return;
  }
  if (!knowsAll(asker, detail.target)) {
    detail.shouldSwap = false;
    setTimeout(() => asker.dispatchEvent(new CustomEvent("live-change")), 250);
    return;
  }
  for (const busy of detail.target.querySelectorAll(".is-busy[id]") ?? []) {
    const place = `id="${busy.id}"`;
    if (busy.contains(asker)) continue;
    if (!detail.serverResponse.includes(place)) detail.shouldSwap = false;
    detail.serverResponse = detail.serverResponse.replace(place, `${place} hx-preserve`);
  }
});
