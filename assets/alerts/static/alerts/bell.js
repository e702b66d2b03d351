// The bell of every page: how many alerts nobody has seen yet. What is new and critical is said at once; a sound is
// played if the person asked for one on this browser.
import { live } from "../hospital/js/live.js";

const REST = 1000; // at most one question a second
const EVERY = 30000; // also without a live connection
const SOUND = "alerts-sound";
const HEARD = "alerts-heard";
const alarm = document.querySelector("[data-alarm]");
const doors = [...document.querySelectorAll(".rail-room, .bar-room")].filter(
  (door) => door.pathname === "/alerts/" || door.getAttribute("href") === "/alerts/",
);

let timer = 0;
let last = -REST;

const badge = (door) => {
  const found = door.querySelector(".bell-count");
  if (found) return found;
  const made = document.createElement("span");
  made.className = "bell-count";
  made.dataset.testid = "bell-count";
  door.append(made);
  return made;
};

const show = ({ count, critical }) => {
  for (const door of doors) {
    const made = badge(door);
    made.hidden = !count;
    made.textContent = count > 99 ? "99+" : String(count);
    made.classList.toggle("is-critical", critical > 0);
    const word = door.querySelector("span:not(.bell-count)")?.textContent ?? "";
    door.setAttribute("aria-label", count ? `${word}: ${count}` : word);
  }
};

const play = () => {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.gain.value = 0.15;
  gain.connect(context.destination);
  for (const [start, pitch] of [[0, 880], [0.22, 660], [0.44, 880]]) {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + 0.18);
  }
};

const announce = ({ newest }) => {
  if (!newest) return;
  const name = `${newest.id}.${newest.revision}`;
  const heard = localStorage.getItem(HEARD);
  localStorage.setItem(HEARD, name);
  if (heard === name || newest.severity !== "critical") return;
  alarm.textContent = `${newest.title}. ${newest.words}`;
  if (heard !== null && localStorage.getItem(SOUND) === "on") play();
};

const ask = async () => {
  last = performance.now();
  const answer = await fetch(alarm.dataset.bell, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json().catch(() => null); // a page that is being left reads no answer to its end
  if (!told) return;
  show(told);
  announce(told);
};

const change = () => {
  timer ||= setTimeout(() => {
    timer = 0;
    ask();
    document.body.dispatchEvent(new CustomEvent("alerts-change"));
  }, Math.max(0, REST - (performance.now() - last)));
};

if (alarm) {
  ask();
  setInterval(() => document.hidden || ask(), EVERY);
  live.watchAlerts(change);
  document.addEventListener("live-up", change);
}
