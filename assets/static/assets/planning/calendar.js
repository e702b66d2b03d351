// Planned work is dragged to another day, or to another week, inside its window. Whoever does not drag opens “Move” on
// the card: the same, by a form, which is also what dragging sends.
const page = document.getElementById("calendar");
const line = document.querySelector("[data-calendar-say]");
let dragged = null;

const dayOf = (event) => event.target.closest?.("[data-day]");
const unmark = () => page.querySelectorAll(".is-target, .is-over").forEach((part) => part.classList.remove("is-target", "is-over"));

const moved = (day, days) => {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
};

// The day that a target means for a card: itself, or the first of its week that the card may go to.
const dayFor = (card, target) => {
  const input = card.querySelector('input[name="day"]');
  if (!input) return null;
  const length = target.hasAttribute("data-week") ? 7 : 1;
  for (let number = 0; number < length; number += 1) {
    const day = moved(target.dataset.day, number);
    if (day >= input.min && day <= input.max) return day;
  }
  return null;
};

page.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-occurrence]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.occurrence);
  for (const target of page.querySelectorAll("[data-day]")) {
    target.classList.toggle("is-target", dayFor(dragged, target) !== null);
  }
});

page.addEventListener("dragover", (event) => {
  const target = dayOf(event);
  if (!dragged || !target || dayFor(dragged, target) === null) return;
  event.preventDefault();
  target.classList.add("is-over");
});

page.addEventListener("dragleave", (event) => dayOf(event)?.classList.remove("is-over"));

page.addEventListener("drop", (event) => {
  const target = dayOf(event);
  const card = dragged;
  unmark();
  dragged = null;
  if (!card || !target) return;
  event.preventDefault();
  const day = dayFor(card, target);
  if (day === null) {
    line.textContent = page.querySelector("[data-calendar]").dataset.nowhere;
    return;
  }
  const form = card.querySelector("form");
  form.elements.day.value = day;
  form.requestSubmit();
});

page.addEventListener("dragend", () => {
  unmark();
  dragged = null;
});
