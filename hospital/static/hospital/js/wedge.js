// Scanners and RFID readers that type, on any page. What they read is told to the page as "scan"; a page that does
// nothing with it is left for the page of what was scanned.
import { Burst } from "./burst.js";

const burst = new Burst();
let before = null; // the field that is typed into, and what was in it

const fieldOf = (target) => target.closest?.("input, textarea, select, [contenteditable]");
/** Forms may be filled in by a scanner; a search is what scanning is for. */
const isForm = (field) => field && !(field.type === "search" || field.hasAttribute("data-search"));

export const tell = (code) => {
  const isTaken = !document.dispatchEvent(new CustomEvent("scan", { detail: { code }, cancelable: true }));
  if (!isTaken) location.assign(`/scan/?code=${encodeURIComponent(code)}`);
};

const take = (event) => {
  if (event.isComposing) return;
  const field = fieldOf(event.target);
  if (isForm(field)) return;
  // GS, which stands between the parts of a GS1 code, comes as Ctrl+].
  const isSeparator = event.ctrlKey && event.key === "]";
  if (!isSeparator && (event.ctrlKey || event.metaKey)) return;
  const code = burst.take(isSeparator ? "\x1d" : event.key, event.timeStamp, { isRepeat: event.repeat });
  if (code) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (before?.field === field && field) field.value = before.value;
    tell(code);
  } else if (burst.length === 1 && field) before = { field, value: field.value };
  else if (burst.length > 1 && !field) {
    // Not the page's own keys, nor a press of the button that has the focus.
    event.stopImmediatePropagation();
    if (event.key === " ") event.preventDefault();
  }
};

addEventListener("keydown", take, { capture: true });
