// Registers the service worker, and says plainly when what is shown was kept from before: since when, and how old.
import { ageWords } from "./ages.js";
import { gettext } from "./words.js";

const kept = document.documentElement.dataset.kept; // set by the service worker: when the page came from the server
const bar = document.querySelector("[data-offline]");
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const say = () => {
  if (!bar) return;
  bar.hidden = navigator.onLine && !kept;
  if (bar.hidden) return;
  const since = kept ? Date.parse(kept) : NaN;
  bar.textContent = Number.isNaN(since)
    ? gettext("You are offline. What you do is kept here and sent later.")
    : gettext("You are offline. This is what was known %(age)s, at %(clock)s.", {
        age: ageWords((Date.now() - since) / 1000),
        clock: time.format(since),
      });
};

addEventListener("offline", say);
// A phone may have a network and no way to the server: only an answer counts.
const tryAgain = async () => {
  const answer = await fetch("/session.json", { cache: "no-store" }).catch(() => null);
  const isBack = answer?.ok && document.dispatchEvent(new CustomEvent("server-back", { cancelable: true }));
  if (isBack) location.reload();
};

addEventListener("online", () => (kept ? tryAgain() : say()));
if (kept) {
  setInterval(say, 1000);
  setInterval(tryAgain, 5000);
}
say();

// A shared desktop keeps nothing: only what is held in a hand, or was installed, has use for pages without a network.
const isHandheld = matchMedia("(pointer: coarse)").matches || matchMedia("(display-mode: standalone)").matches;
if (isHandheld && navigator.serviceWorker) {
  const isNew = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register("/service-worker.js", { scope: "/" }).catch(() => {}); // as in private windows
  const pages = JSON.parse(document.querySelector('meta[name="keep"]')?.content ?? "[]");
  const ready = await navigator.serviceWorker.ready;
  if (isNew) ready.active.postMessage({ keep: [location.href, ...pages] });
}
