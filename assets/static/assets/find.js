// Find. With a keyboard at hand the field is ready to type into; on a phone the tiles come first, and once something
// is asked for the keyboard makes room for what was found. Below, the way to the first that was found.
import "./changes.js";

const form = document.getElementById("find-form");
const field = document.getElementById("find-text");
const results = document.getElementById("find-results");
const way = document.getElementById("find-way");

if (field && !field.value && matchMedia("(hover: hover)").matches) field.focus({ preventScroll: true });

form?.addEventListener("submit", () => {
  if (matchMedia("(max-width: 719px)").matches) field.blur();
});

// What was typed before this page listened is looked for now. htmx binds the form when the document is ready, and takes
// the field's text then for what was already asked: only the event that needs no change asks again.
const catchUp = () => {
  if (field && field.value !== field.defaultValue) field.dispatchEvent(new Event("search", { bubbles: true }));
};

let drawn = "";

// Draws the way anew only when it leads elsewhere: the list refreshes itself every few seconds.
const draw = () => {
  const wanted = results?.querySelector("[data-way]")?.dataset.way ?? "";
  if (!way || wanted === drawn) return;
  drawn = wanted;
  if (wanted) htmx.ajax("GET", wanted, { target: way, swap: "innerHTML" });
  else way.replaceChildren();
};

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === results) draw();
});
const begin = () => {
  catchUp();
  draw();
};
if (document.readyState === "complete") begin();
else addEventListener("DOMContentLoaded", begin);
