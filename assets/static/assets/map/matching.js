// Whether a marker is one of those asked for. Pure.

const MINUTE = 60000;
/** Of how old a position: at most, or more than, so many minutes. */
export const AGES = { fresh: [0, 2], recent: [2, Infinity], old: [15, Infinity], stale: [240, Infinity] };

/** When what is shown of its place was true; installed equipment is where it is, and tells when it was heard. */
export const trueAt = (marker) => (marker.fixed ? marker.heardAt : marker.positionAt);

/** What the device itself reports as a fault. */
export const isFaulty = ({ activity, basis }) => activity === "down" && basis === "confirmed";

const isOfAge = (marker, age, now) => {
  const [from, to] = AGES[age] ?? [0, Infinity];
  const minutes = (now - trueAt(marker)) / MINUTE;
  return Number.isNaN(minutes) ? from > 0 : minutes >= from && minutes < to;
};

/** `alert`: "open" for those that an alert is open about, whose tags are `alerted`; else for device faults. */
export const makeTest = ({ activities, category, department, age, alert, alerted = new Set(), words, now }) => {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  return (marker) => {
    if (activities.size && !activities.has(marker.activity)) return false;
    if (category && marker.category !== category) return false;
    if (department && marker.department !== department) return false;
    if (alert && !(alert === "open" ? alerted.has(marker.tag) : isFaulty(marker))) return false;
    if (age && !isOfAge(marker, age, now)) return false;
    return asked.every((word) => marker.words.includes(word));
  };
};
