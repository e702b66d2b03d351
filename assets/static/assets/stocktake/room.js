// A room of a stocktake: what is scanned, typed or tapped is kept on the device, shown, and counted once.
import { queue, withdraw } from "../../hospital/js/outbox.js";
import * as camera from "../scan/camera.js";
import { onceEach } from "../scan/codes.js";
import { bad, good } from "../scan/feedback.js";
import { makeReader } from "../scan/reader.js";

const root = document.querySelector("[data-count]");
const room = Number(root.dataset.room);
const part = (name) => root.querySelector(`[data-${name}]`);
const words = (name) => root.dataset[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] ?? "";
const HELD = 3000; // ms in which a scan is taken back without the server

const say = (text, mood = "") => {
  const line = part("say");
  line.textContent = text;
  line.className = `scan-say${mood ? ` is-${mood}` : ""}`;
  if (mood === "good") good();
  if (mood === "bad") bad();
};

const help = (name) => {
  part("help").textContent = words(name);
};

// --- What was said -----------------------------------------------------------------------------------------------
// The latest last: the key that the server counts by, and the one under which it waits to be sent.
const said = [];

const show = (entry) => {
  const item = document.createElement("li");
  item.dataset.key = entry.kept;
  item.dataset.testid = "counted";
  const title = document.createElement("strong");
  title.textContent = entry.code;
  const state = document.createElement("p");
  state.dataset.state = "";
  state.textContent = `${entry.words} · ${words("waiting")}`;
  item.append(title, state);
  part("list").prepend(item);
};

const count = async (code, how = "found") => {
  const entry = { key: crypto.randomUUID(), code, words: words(how) };
  const body = { room, code, said: how, key: entry.key, at: new Date().toISOString() };
  const text = `${code} → ${entry.words}`;
  entry.kept = await queue({ path: `${root.dataset.count}count/`, body, words: text, hold: HELD });
  said.push(entry);
  show(entry);
  say(text, "good");
};

const itemOf = (kept) => part("list").querySelector(`[data-key="${CSS.escape(kept)}"]`);

const refresh = () => document.body.dispatchEvent(new CustomEvent("counted"));

document.addEventListener("sent", ({ detail }) => {
  itemOf(detail.key)?.remove();
  refresh();
});
document.addEventListener("refused", ({ detail }) => {
  const item = itemOf(detail.key);
  if (!item) return;
  const state = item.querySelector("[data-state]");
  state.textContent = detail.reason;
  state.classList.add("is-refused");
  const at = said.findIndex(({ kept }) => kept === detail.key);
  if (at >= 0) said.splice(at, 1);
  say(`${item.querySelector("strong").textContent}: ${detail.reason}`, "bad");
});

/** What waits here is not sent at all; what was sent is taken back by the server, in its turn. */
const takeBack = async () => {
  const last = said.pop();
  if (last && (await withdraw(last.kept))) {
    itemOf(last.kept)?.remove();
    return say(`${words("undone")}: ${last.code}`);
  }
  const body = last ? { key: last.key } : { room };
  await queue({ path: `${root.dataset.count}take-back/`, body, words: words("undo") });
  return say(last ? `${words("undone")}: ${last.code}` : words("undone"));
};

// --- Where it comes from -----------------------------------------------------------------------------------------
/** The label of another room leads there. */
const use = (code) =>
  /\/r\/[\w-]+\/.+/.test(code) ? location.assign(`${root.dataset.rooms}?${new URLSearchParams({ code })}`) : count(code);
const useOnce = onceEach(use);

root.addEventListener("click", (event) => {
  const tap = event.target.closest("[data-tap]");
  if (tap) {
    tap.disabled = true;
    count(tap.dataset.code, tap.dataset.tap);
  } else if (event.target.closest("[data-take-back]")) takeBack();
});

let reader = null;
const readerOnce = () => (reader ??= makeReader({ reader: root.dataset.reader, wasm: root.dataset.wasm }));

part("start").addEventListener("click", async () => {
  const video = part("video");
  const obstacle = await camera.start(video);
  if (obstacle) return help(obstacle);
  part("view").hidden = false;
  part("start").hidden = true;
  help("looking");
  const read = await readerOnce().catch(() => null);
  if (!read) return help("no-reader");
  return camera.watch(video, read, (codes) => codes.length === 1 && useOnce(codes[0]));
});
part("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  const read = file && (await readerOnce().catch(() => null));
  if (!read) return help("no-reader");
  const picture = await createImageBitmap(file).catch(() => null);
  const codes = picture ? await read(picture, { isStill: true }).catch(() => []) : [];
  if (codes.length !== 1) return say(words(codes.length ? "several" : "nothing"), "bad");
  return use(codes[0]);
});
part("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  const code = field.value.trim();
  field.value = "";
  if (code) use(code);
});
document.addEventListener("scan", (event) => {
  event.preventDefault();
  useOnce(event.detail.code);
});
// What was scanned without a network stays in view until it is sent.
document.addEventListener("server-back", (event) => {
  if (part("list").children.length) event.preventDefault();
});
addEventListener("pagehide", () => camera.stop(part("video")));
