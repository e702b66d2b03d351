// Keeps every <time data-age> counting, also while the connection is lost. The words are those of assets/ages.py.
import { serverNow } from "./clock.js";
import { gettext, language, ngettext } from "./words.js";

const STEPS = [
  [120, "fresh"],
  [900, "recent"],
  [14400, "old"],
];

export const ageWords = (seconds) => {
  if (seconds < 3) return gettext("now");
  if (seconds < 60) return gettext("%(count)s s ago", { count: Math.floor(seconds) });
  if (seconds < 3600) return gettext("%(count)s min ago", { count: Math.floor(seconds / 60) });
  if (seconds < 48 * 3600) return gettext("%(count)s h ago", { count: Math.floor(seconds / 3600) });
  return ngettext("%(count)s day ago", "%(count)s days ago", Math.floor(seconds / 86400));
};

export const ageStep = (seconds) => STEPS.find(([limit]) => seconds < limit)?.[1] ?? "stale";

const unit = (count, name) => (count ? ` ${count} ${name}` : "");

export const durationWords = (seconds) => {
  const lasted = Math.max(0, Math.floor(seconds));
  const [m, h, d] = [60, 3600, 86400].map((size) => Math.floor(lasted / size));
  if (d) return ngettext("%(count)s day", "%(count)s days", d) + unit(h % 24, "h");
  if (h) return `${h} h${unit(m % 60, "min")}`;
  return m ? `${m} min` : `${lasted} s`;
};

/** Seconds since a moment (ISO 8601), by the server's clock. */
export const ageOf = (iso) => (serverNow() - Date.parse(iso)) / 1000;

const update = (element) => {
  const seconds = ageOf(element.dateTime);
  if (Number.isNaN(seconds)) return;
  const words = ageWords(seconds);
  if (element.textContent !== words) element.textContent = words;
  const step = ageStep(seconds);
  if (element.dataset.step === step) return;
  element.dataset.step = step;
  const place = element.closest(".place");
  if (place) place.dataset.step = step;
};

const updateLasting = (element) => {
  const seconds = ageOf(element.dateTime);
  if (Number.isNaN(seconds)) return;
  const words = durationWords(seconds);
  if (element.textContent !== words) element.textContent = words;
};

export const updateAges = () => {
  document.querySelectorAll("time[data-age]").forEach(update);
  document.querySelectorAll("time[data-lasting]").forEach(updateLasting);
};

setInterval(updateAges, 1000);
document.addEventListener("visibilitychange", () => document.hidden || updateAges());
updateAges();

// On paper the ages stand still: the sheet says at what time they were true.
const stamp = () => {
  updateAges();
  const line = document.querySelector("[data-printed]");
  const form = { dateStyle: "medium", timeStyle: "long" };
  if (line) line.textContent = gettext("As of %(moment)s", { moment: new Intl.DateTimeFormat(language, form).format(serverNow()) });
};
globalThis.addEventListener?.("beforeprint", stamp);
matchMedia("print").addEventListener("change", stamp);
