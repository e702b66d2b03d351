// What is said of a marker in the past: for the list, the card, and whoever cannot see the drawing.
import { durationWords } from "../../hospital/js/ages.js";

const SURE_ABOVE = 0.75; // as in assets/ages.py
const WORDS = () =>
  Object.fromEntries(
    [...document.querySelectorAll("[data-activity]")].map((chip) => [chip.dataset.activity, chip.querySelector("span").textContent]),
  );
let words = null;

export const activityWord = (marker) => {
  words ??= WORDS();
  const word = words[marker.activity] ?? "";
  if (!marker.isRecorded) return `${word} (nothing recorded)`;
  return marker.activity === "in_use" && marker.basis === "presumed" ? `${word}, presumed` : word;
};

export const placeWords = ({ zone, confidence }) => {
  if (zone === null) return "room not known";
  return confidence !== null && confidence < SURE_ABOVE ? `probably ${zone}` : zone;
};

/** “not heard since 13:02”; of what speaks but is not located, “place not reported since 13:02”; else nothing. */
export const silenceWords = (marker, clock) => {
  if (marker.activity === "unknown") {
    const since = marker.silentSince ?? marker.sinceT;
    return since === null ? "" : `not heard since ${clock.label(since)}${since < 0 ? " of a day before" : ""}`;
  }
  if (marker.silentSince === null) return "";
  return `place not reported since ${clock.label(marker.silentSince)}${marker.silentSince < 0 ? " of a day before" : ""}`;
};

export const sinceWords = ({ sinceT }, clock, t) => {
  if (sinceT === null) return "";
  const when = sinceT < 0 ? "the day before" : clock.label(sinceT);
  return `since ${when}, for ${durationWords(t - sinceT)}`;
};
