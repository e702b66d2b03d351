// Cards of the board are dragged from column to column; what a column means for a card is one of the card's own steps.
// Whoever does not drag opens “Move” on the card: the same steps, as buttons.
const board = document.querySelector("[data-work-board]");
const line = document.querySelector("[data-board-say]");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
let dragged = null;

const say = (text) => {
  line.textContent = text;
};

const stepsOf = (card) =>
  card.dataset.steps
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((step) => {
      const [key, target, more] = step.split(":");
      return { key, target, needsMore: more === "more" };
    });

const stepTo = (card, state) => stepsOf(card).find(({ target }) => target === state);
const columnOf = (event) => event.target.closest?.("[data-state]");
const unmark = () => board.querySelectorAll(".is-target, .is-over").forEach((part) => part.classList.remove("is-target", "is-over"));

const refresh = () => board.querySelector("[data-work-refresh]")?.dispatchEvent(new Event("board-moved"));

const refuse = (card, words) => {
  say(words);
  card.querySelector(".field-error")?.remove();
  const error = document.createElement("p");
  error.className = "field-error";
  error.setAttribute("role", "alert");
  error.textContent = words;
  card.append(error);
};

const move = async (card, step, column) => {
  const answer = await fetch(`/api/v1/work-orders/${card.dataset.number}/move/`, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ transition: step.key, version: Number(card.dataset.version) }),
  }).catch(() => null);
  if (answer?.ok) {
    say(board.dataset.said.replace("{state}", column.querySelector("h2").textContent.trim()));
    return refresh();
  }
  const told = await answer?.json().catch(() => null);
  return refuse(card, told ? String(Object.values(told).flat()[0]) : board.dataset.nowhere);
};

board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".board-card");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.number);
  for (const column of board.querySelectorAll("[data-state]")) {
    column.classList.toggle("is-target", Boolean(stepTo(dragged, column.dataset.state)));
  }
});

board.addEventListener("dragover", (event) => {
  const column = columnOf(event);
  if (!dragged || !column || !stepTo(dragged, column.dataset.state)) return;
  event.preventDefault();
  column.classList.add("is-over");
});

board.addEventListener("dragleave", (event) => columnOf(event)?.classList.remove("is-over"));

board.addEventListener("drop", (event) => {
  const column = columnOf(event);
  const card = dragged;
  const step = card && column && stepTo(card, column.dataset.state);
  unmark();
  dragged = null;
  if (!step) return;
  event.preventDefault();
  if (step.needsMore) location.assign(`/work/${card.dataset.number}/#work-steps`);
  else move(card, step, column);
});

board.addEventListener("dragend", () => {
  unmark();
  dragged = null;
});

// What somebody has in hand, or has opened, is not drawn anew, nor by an answer that was asked for before.
const isBusy = () => dragged !== null || board.querySelector(".board-steps[open]") !== null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("[data-work-refresh]") && isBusy()) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.matches("[data-work-refresh]") && isBusy()) detail.shouldSwap = false;
});
