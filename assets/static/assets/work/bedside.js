// What was done at the bedside: kept on the device, shown as kept, and sent once there is a network.
import { queue, withdraw } from "../../hospital/js/outbox.js";

const form = document.querySelector("[data-bedside]");
const number = form.dataset.bedside;
const list = document.querySelector("[data-bedside-list]");
const ways = JSON.parse(document.getElementById("bedside-ways").textContent);
const states = JSON.parse(document.getElementById("bedside-states").textContent);
const error = form.querySelector("[data-bedside-error]");
const UNDO_FOR = 5000;

// How the order is for this phone: as the page told, and after what it has sent itself.
let state = form.dataset.state;
let version = Number(form.elements.version.value);

const stepNow = () => (ways[state] ?? []).find(({ key }) => key === form.elements.transition.value);

const showSteps = () => {
  const fields = form.querySelector("[data-steps]");
  fields.querySelectorAll("[data-step]").forEach((old) => old.remove());
  for (const step of ways[state] ?? []) {
    const label = document.createElement("label");
    label.className = "choice";
    label.dataset.step = "";
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = "transition";
    radio.value = step.key;
    label.append(radio, ` ${step.label}`);
    fields.append(label);
  }
  const chip = document.querySelector("[data-bedside-state]");
  if (state !== form.dataset.state) chip.textContent = states[state];
};

form.addEventListener("change", () => {
  const step = stepNow();
  if (step?.signature) form.querySelector("[data-signing]").open = true;
});

/** What is told, as the API takes it; with the words for whoever waits for it to be sent. */
const told = () => {
  const { note, minutes, part, quantity, outcome, signature, drawing } = form.elements;
  const step = stepNow();
  const body = { at: new Date().toISOString(), note: note.value.trim() };
  if (version) body.version = version;
  else body.seen = state;
  if (step) body.transition = step.key;
  if (minutes.value.trim()) body.minutes = Number(minutes.value);
  if (part.value.trim()) body.parts = [{ name: part.value.trim(), quantity: Number(quantity.value) || 1 }];
  if (step?.outcome) body.outcome = outcome.value;
  if (step?.signature) body.signature = { name: signature.value.trim(), drawing: drawing.value };
  return { body, step };
};

const missing = (body, step) => {
  if (!step && !body.note && !body.minutes && !body.parts) return form.dataset.nothing;
  const field =
    (step?.note && !body.note && "note") ||
    (step?.outcome && !body.outcome && "outcome") ||
    (step?.signature && !body.signature.name && "signature") ||
    (body.minutes !== undefined && !(body.minutes >= 1 && body.minutes <= 1440) && "minutes");
  if (!field) return "";
  if (field === "outcome" || field === "signature") form.querySelector("[data-signing]").open = true;
  form.elements[field].focus();
  return `${form.dataset.nothing} (${form.elements[field].labels[0].textContent})`;
};

const line = (key, words) => {
  const item = document.createElement("li");
  item.dataset.key = key;
  item.dataset.testid = "bedside-entry";
  const text = document.createElement("span");
  text.textContent = words;
  const how = document.createElement("span");
  how.className = "quiet";
  how.dataset.how = "";
  how.textContent = ` · ${form.dataset.kept}`;
  item.append(text, how);
  list.prepend(item);
  return item;
};

const settle = (key, words, isRefused) => {
  const item = list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!item) return;
  const how = item.querySelector("[data-how]");
  how.textContent = ` · ${words}`;
  how.className = isRefused ? "is-refused" : "quiet";
  item.querySelector("button")?.remove();
};

document.addEventListener("sent", ({ detail }) => settle(detail.key, form.dataset.sent, false));
document.addEventListener("refused", ({ detail }) => settle(detail.key, detail.reason, true));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { body, step } = told();
  const lacking = missing(body, step);
  error.hidden = !lacking;
  error.textContent = lacking;
  if (lacking) return;
  const parts = (body.parts ?? []).map(({ name, quantity }) => `${quantity} × ${name}`);
  const what = [step?.label, body.minutes && `${body.minutes} min`, ...parts, body.note].filter(Boolean).join(", ");
  const before = { state, version };
  const key = await queue({
    path: `/api/v1/work-orders/${number}/record/`,
    body,
    words: `${form.dataset.words}: ${what}`,
    hold: UNDO_FOR,
  });
  const item = line(key, what);
  // A further entry rests on this one, so that only the last can be taken back here.
  list.querySelectorAll("button").forEach((button) => button.remove());
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "button is-quiet";
  undo.textContent = form.dataset.undo;
  undo.addEventListener("click", async () => {
    if (!(await withdraw(key))) return;
    item.remove();
    ({ state, version } = before);
    showSteps();
  });
  item.append(undo);
  if (step) {
    state = step.target;
    version = 0;
  }
  const name = form.elements.signature.value;
  form.reset();
  form.elements.signature.value = name;
  form.querySelector("[data-signing]").open = false;
  showSteps();
});

// What waits here stays in view, also when the network comes back.
document.addEventListener("server-back", (event) => {
  if (list.children.length) event.preventDefault();
});
