// The page for scanning: from camera, picture, scanner or typing to what the scan does.
import { queue, withdraw } from "../../hospital/js/outbox.js";
import * as camera from "./camera.js";
import { onceEach, tagIn } from "./codes.js";
import { bad, good } from "./feedback.js";
import { makeReader } from "./reader.js";

const root = document.querySelector("[data-scan]");
const { deed, then } = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const words = (name) => root.dataset[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] ?? "";
const UNDO_FOR = 10_000;

let room = root.dataset.room ? { id: root.dataset.room, name: root.dataset.roomName } : null;

// A page that was kept without a network knows the room by its list alone.
const asked = new URLSearchParams(location.search).get("in");
const option = !room && asked && part("room-form")?.querySelector(`option[value="${CSS.escape(asked)}"]`);

// --- Saying ------------------------------------------------------------------------------------------------------
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

// --- What a scan does --------------------------------------------------------------------------------------------
const open = (code) => {
  const query = new URLSearchParams({ code, ...(then ? { then } : {}) });
  location.assign(`/scan/?${query}`);
};

/** What the code stands for; without a network, what its text alone says. */
const ask = async (code) => {
  try {
    const answer = await fetch(`/api/v1/scan/?${new URLSearchParams({ code })}`, { cache: "no-store" });
    if (answer.ok) return await answer.json();
    if (answer.status < 500) return { assets: [], rooms: [], warnings: [], message: `${answer.status}` };
  } catch {
    // no network
  }
  const tag = tagIn(code);
  const message = tag ? "" : words("offline-code");
  return { assets: tag ? [{ asset_tag: tag, name: "" }] : [], rooms: [], warnings: [], message };
};

const enter = (found) => {
  room = { id: String(found.id), name: found.name };
  part("room-bar").hidden = false;
  part("room-words").textContent = found.name;
  part("room-form")?.setAttribute("hidden", "");
  const address = new URL(location.href);
  address.search = `?do=place&in=${found.id}`;
  history.replaceState(null, "", address);
  say(found.name, "good");
};

if (option) enter({ id: asked, name: option.textContent });

const line = (asset, text, key) => {
  const item = document.createElement("li");
  item.dataset.key = key;
  item.dataset.testid = "scanned-item";
  const title = document.createElement("strong");
  title.textContent = asset.asset_tag;
  const state = document.createElement("p");
  state.textContent = `${text} · ${words("waiting")}`;
  state.dataset.state = text;
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "button";
  undo.textContent = words("undo");
  undo.setAttribute("aria-label", `${words("undo")}: ${asset.asset_tag}`);
  undo.addEventListener("click", async () => {
    if (!(await withdraw(key))) return;
    item.remove();
    say(`${words("undone")}: ${asset.asset_tag}`);
  });
  item.append(title, undo, state);
  part("list").prepend(item);
};

const settle = (key, text, mood) => {
  const item = root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!item) return;
  const state = item.querySelector("[data-state]");
  state.textContent = `${state.dataset.state} · ${text}`;
  state.classList.toggle("is-refused", mood === "bad");
  item.querySelector("button")?.remove();
  if (mood === "bad") say(`${item.querySelector("strong").textContent}: ${text}`, "bad");
};

document.addEventListener("sent", ({ detail }) => settle(detail.key, words("sent"), "good"));
document.addEventListener("refused", ({ detail }) => settle(detail.key, detail.reason, "bad"));

const done = async (asset) => {
  const at = new Date().toISOString();
  const [path, body, text] =
    deed === "place"
      ? [`/api/v1/assets/${asset.asset_tag}/place/`, { zone: room.id, at }, room.name]
      : ["/api/v1/scan/cleaned/", { asset: asset.asset_tag, at }, words("cleaned")];
  const key = await queue({ path, body, words: `${asset.asset_tag} → ${text}`, hold: UNDO_FOR });
  line(asset, text, key);
  say(`${asset.asset_tag} → ${text}`, "good");
};

const act = async (code) => {
  if (deed === "open") return open(code);
  const found = await ask(code);
  if (found.rooms.length === 1 && !found.assets.length && deed === "place") return enter(found.rooms[0]);
  if (found.assets.length > 1) return say(words("several"), "bad");
  if (!found.assets.length) return say(found.message || words("nothing"), "bad");
  if (deed === "place" && !room) return say(words("no-room"), "bad");
  return done(found.assets[0]);
};

const use = onceEach(act);

// --- Where codes come from ---------------------------------------------------------------------------------------
let reader = null;
const readerOnce = () => (reader ??= makeReader({ reader: root.dataset.reader, wasm: root.dataset.wasm }));

const look = async () => {
  const video = part("video");
  const obstacle = await camera.start(video);
  if (obstacle) return help(obstacle);
  part("view").hidden = false;
  part("start").hidden = true;
  help("looking");
  const read = await readerOnce().catch(() => null);
  if (!read) return help("no-reader");
  return camera.watch(video, read, (codes) => codes.length === 1 && use(codes[0]));
};

const readFile = async (file) => {
  const read = await readerOnce().catch(() => null);
  if (!read) return help("no-reader");
  const picture = await createImageBitmap(file).catch(() => null);
  const codes = picture ? await read(picture, { isStill: true }).catch(() => []) : [];
  if (!codes.length) return say(words("nothing"), "bad");
  return codes.length > 1 ? say(words("several"), "bad") : act(codes[0]);
};

part("start").addEventListener("click", look);
part("file").addEventListener("change", async ({ target }) => {
  if (target.files[0]) await readFile(target.files[0]);
  target.value = "";
});
part("type").addEventListener("submit", (event) => {
  const code = event.target.elements.code.value.trim();
  if (deed === "open" || !code) return;
  event.preventDefault();
  event.target.elements.code.value = "";
  act(code);
});
document.addEventListener("scan", (event) => {
  event.preventDefault();
  act(event.detail.code);
});
// What was scanned without a network stays in view until it is sent.
document.addEventListener("server-back", (event) => {
  const waits = [...part("list").querySelectorAll("button")].length;
  if (waits) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  const video = part("video");
  if (!document.hidden || !video.srcObject) return;
  camera.stop(video);
  part("view").hidden = true;
  part("start").hidden = false;
});
// Whoever allowed the camera before need not ask for it again.
const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
if (permission?.state === "granted" && matchMedia("(pointer: coarse)").matches) look();
addEventListener("pagehide", () => camera.stop(part("video")));
