// "2 waiting to be sent", in the corner of every page, and what that is.
import { ageWords } from "./ages.js";
import { clear, entries, flush, onChange, withdraw } from "./outbox.js";
import { gettext } from "./words.js";

const chip = document.querySelector("[data-outbox]");
const dialog = document.getElementById("outbox");
const list = dialog?.querySelector("[data-outbox-list]");
const GRACE = 1500; // what is sent at once is nobody's business

const shownNow = async () => {
  const now = Date.now();
  const all = await entries();
  return all.filter(({ state, notBefore }) => state === "refused" || !navigator.onLine || now > notBefore + GRACE);
};

const counted = (all, state, words) => {
  const count = all.filter((entry) => (entry.state === "refused") === (state === "refused")).length;
  return count ? `${count} ${words}` : "";
};

const row = (entry) => {
  const item = document.createElement("li");
  const words = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = entry.words;
  const state = document.createElement("span");
  const age = ageWords((Date.now() - entry.at) / 1000);
  state.textContent =
    entry.state === "refused"
      ? gettext("Refused: %(reason)s", { reason: entry.reason })
      : gettext("Waiting, done %(age)s", { age });
  state.className = entry.state === "refused" ? "is-refused" : "quiet";
  words.append(strong, document.createElement("br"), state);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = entry.state === "refused" ? chip.dataset.dismiss : chip.dataset.undo;
  button.setAttribute("aria-label", `${button.textContent}: ${entry.words}`);
  button.addEventListener("click", () => withdraw(entry.key));
  item.append(words, button);
  return item;
};

const show = async () => {
  const all = await shownNow();
  const words = [
    counted(all, "waiting", chip.dataset.waiting),
    counted(all, "refused", chip.dataset.refused),
  ].filter(Boolean);
  chip.hidden = !words.length;
  chip.classList.toggle("is-refused", all.some(({ state }) => state === "refused"));
  if (chip.textContent !== words.join(", ")) chip.textContent = words.join(", ");
  if (dialog.open) list.replaceChildren(...all.map(row));
  if (dialog.open && !all.length) dialog.close();
};

/** Leaving takes everything of this person from the device; what was not sent yet is said before. */
const leave = async (event) => {
  const form = event.target.closest?.("[data-sign-out]");
  if (!form || form.dataset.isReady) return;
  event.preventDefault();
  await flush({ isLeaving: true }).catch(() => {});
  const left = (await entries()).filter(({ state }) => state !== "refused").length;
  const words = chip.dataset.lost.replace("{count}", left);
  if (left && !confirm(words)) return;
  await clear();
  await globalThis.caches?.delete("pages");
  form.dataset.isReady = "yes";
  form.requestSubmit();
};

if (chip && dialog && "indexedDB" in globalThis) {
  chip.addEventListener("click", () => {
    dialog.showModal();
    show();
    flush();
  });
  onChange(show);
  for (const kind of ["online", "offline"]) addEventListener(kind, show);
  document.addEventListener("submit", leave);
  setInterval(show, 2000);
  show();
}
