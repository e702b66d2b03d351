// The asset page: reading the strip by pointing, tapping or the arrow keys, and saying changes aloud.
import "./changes.js";

const boxes = () => [...document.querySelectorAll("[data-strip] [data-says]")];
let chosen = -1;

const say = (box) => {
  const line = document.getElementById("strip-says");
  document.querySelector(".strip-box.is-chosen")?.classList.remove("is-chosen");
  if (!box || !line) return;
  box.classList.add("is-chosen");
  line.classList.remove("quiet");
  line.textContent = box.dataset.says;
};

const choose = (event) => {
  const box = event.target.closest?.("[data-strip] [data-says]");
  if (!box) return;
  chosen = boxes().indexOf(box);
  say(box);
};
document.addEventListener("pointerover", choose);
document.addEventListener("click", choose);

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("[data-strip]") || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const all = boxes();
  if (!all.length) return;
  event.preventDefault();
  const step = event.key === "ArrowRight" ? 1 : -1;
  chosen = chosen < 0 ? all.length - 1 : Math.min(all.length - 1, Math.max(0, chosen + step));
  say(all[chosen]);
});

// Movement and changes of activity, for those who do not see the screen.
const told = document.querySelector("[data-asset-say]");
const words = () =>
  [...document.querySelectorAll("#asset-live .asset-state .activity, #asset-live .asset-place .place-name")]
    .map((part) => part.textContent.trim())
    .join(", ");
let last = words();

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "asset-live") return;
  const now = words();
  if (now === last) return;
  last = now;
  if (told) told.textContent = now;
  document.querySelector("#asset-live .asset-head")?.classList.add("changed");
});
