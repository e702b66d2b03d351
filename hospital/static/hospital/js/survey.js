// A survey by phone: say where you stand, record for some seconds, see what was heard. The server counts; this only shows.

const REMEMBERED = "survey-tag";
const ASK_MS = 1000;
/** Reports of the last second are still on their way when the time is over. */
const GRACE_MS = 1500;
/** How long a page that cannot reach the server tries to end a recording. */
const GIVEN_UP_MS = 120_000;

const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What was heard, in words. */
export const heardWords = ({ receivers, sightings }) =>
  sightings === 0 ? "Nothing heard yet" : `${many(receivers, "receiver")}, ${many(sightings, "sighting")} heard`;

/** How a recording ended, in words. */
export const endWords = (answer, tag) =>
  answer.point === null
    ? `No receiver heard ${tag} in this time. Nothing was stored. Is the tag awake, and are receivers of this floor placed?`
    : `Stored: ${heardWords(answer)} at ${answer.point.x} / ${answer.point.y} m.`;

/** A cross around a spot on the drawing, whose y points down. */
export const herePath = ({ x, y }, arm) => `M${x - arm} ${-y}H${x + arm}M${x} ${-y - arm}V${-y + arm}`;

const remembered = () => {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
};

const remember = (tag) => {
  try {
    localStorage.setItem(REMEMBERED, tag);
  } catch {
    // a browser that keeps nothing
  }
};

class SurveyPage {
  #form;
  #running = null;
  #stored = [];
  #isRefused = false;

  constructor(form) {
    this.#form = form;
    this.#field("tag").value = remembered();
    this.#listen();
  }

  #part(name) {
    return document.querySelector(`[data-${name}]`);
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  #listen() {
    const room = this.#part("room");
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    this.#part("stop").addEventListener("click", () => this.#end());
    this.#part("undo").addEventListener("click", () => this.#undo());
    room.addEventListener("change", () => {
      const { x, y } = room.selectedOptions[0].dataset;
      if (x !== undefined) this.#stand(Number(x), Number(y));
    });
    for (const name of ["x", "y"]) {
      this.#field(name).addEventListener("input", () => {
        room.value = "";
        this.#drawHere();
      });
    }
    this.#field("tag").addEventListener("input", () => this.#suggest());
    this.#part("plan")?.addEventListener("click", (event) => this.#tapped(event));
    this.#part("zoom")?.addEventListener("click", () => this.#zoom());
  }

  #tapped(event) {
    if (this.#running) return;
    const plan = this.#part("plan");
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM().inverse());
    this.#part("room").value = "";
    this.#stand(spot.x, -spot.y);
  }

  #stand(x, y) {
    this.#field("x").value = x.toFixed(1);
    this.#field("y").value = y.toFixed(1);
    this.#drawHere();
  }

  #drawHere() {
    const here = this.#part("here");
    const [x, y] = [this.#field("x").value, this.#field("y").value];
    const isSet = x !== "" && y !== "";
    here?.setAttribute("d", isSet ? herePath({ x: Number(x), y: Number(y) }, Number(here.dataset.arm)) : "");
  }

  #zoom() {
    const isLarge = this.#part("plan").classList.toggle("is-large");
    this.#part("zoom").setAttribute("aria-pressed", String(isLarge));
    if (isLarge) this.#part("here").scrollIntoView({ block: "center", inline: "center" });
  }

  async #suggest() {
    const text = this.#field("tag").value.trim();
    if (!text) return;
    const answer = await fetch(`${this.#form.dataset.tags}?${new URLSearchParams({ q: text })}`).catch(() => null);
    if (!answer?.ok || this.#field("tag").value.trim() !== text) return;
    const { tags } = await answer.json();
    document.getElementById("survey-tags").replaceChildren(...tags.map(({ tag, name }) => new Option(name, tag)));
  }

  /** The answer, or nothing, after saying what is wrong. */
  async #ask(told) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.#field("csrfmiddlewaretoken").value);
    for (const [name, value] of Object.entries(told)) body.set(name, value);
    const answer = await fetch("", { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const found = await answer?.json().catch(() => null);
    if (answer?.ok && found) return found;
    this.#isRefused = answer !== null && answer.status < 500;
    this.#say(found?.error ?? "The server does not answer. Trying again helps; nothing that was stored is lost.", true);
    if (found?.field) this.#field(found.field)?.focus();
    return null;
  }

  #say(words, isWrong = false) {
    const said = this.#part("said");
    said.textContent = words;
    said.classList.toggle("is-wrong", isWrong);
  }

  async #begin() {
    if (this.#running) return;
    const [tag, x, y] = ["tag", "x", "y"].map((name) => this.#field(name).value.trim());
    this.#running = {};
    this.#show();
    const begun = await this.#ask({ action: "begin", tag, x, y });
    if (!begun) return this.#stopped();
    remember(tag);
    const since = performance.now();
    this.#running = { ...begun, since, timer: setInterval(() => this.#tick(), ASK_MS) };
    this.#show();
    return this.#say(`Recording ${begun.tag}. Stand still.`);
  }

  async #tick() {
    const running = this.#running;
    if (running.isEnding) return;
    const passed = performance.now() - running.since;
    this.#part("progress").value = passed / 1000;
    if (passed >= running.seconds * 1000 + GRACE_MS) {
      await this.#end();
      return;
    }
    const heard = await this.#ask({ action: "heard", recording: running.recording });
    if (heard && this.#running === running && !running.isEnding) this.#say(`${heardWords(heard)}. Stand still.`);
  }

  async #end() {
    const running = this.#running;
    if (!running?.recording || running.isEnding) return;
    running.isEnding = true;
    const answer = await this.#ask({ action: "end", recording: running.recording });
    if (!answer) {
      const isOver = this.#isRefused || performance.now() - running.since > GIVEN_UP_MS;
      if (isOver) this.#stopped();
      running.isEnding = isOver; // else the next tick tries again
      return;
    }
    this.#stopped();
    this.#say(endWords(answer, running.tag), answer.point === null);
    if (answer.point) this.#keep(answer);
  }

  #stopped() {
    clearInterval(this.#running?.timer);
    this.#running = null;
    this.#part("progress").value = 0;
    this.#show();
  }

  #show() {
    const isRunning = this.#running !== null;
    this.#part("record").disabled = isRunning;
    this.#part("progress").hidden = !isRunning;
    this.#part("stop").hidden = !this.#running?.recording;
    this.#part("undo").hidden = isRunning || this.#stored.length === 0;
  }

  #keep({ point, ...covered }) {
    this.#stored.push(point);
    const here = this.#part("here");
    if (here) {
      const dot = document.createElementNS(here.namespaceURI, "circle");
      const told = { class: "survey-spot", cx: point.x, cy: -point.y, r: here.dataset.arm * 0.45, "data-point": point.id };
      for (const [name, value] of Object.entries(told)) dot.setAttribute(name, value);
      this.#part("spots").append(dot);
    }
    this.#cover(covered);
    this.#show();
  }

  async #undo() {
    const point = this.#stored.at(-1);
    const answer = point && (await this.#ask({ action: "remove", point: point.id }));
    if (!answer) return;
    this.#stored.pop();
    document.querySelector(`[data-point="${point.id}"]`)?.remove();
    this.#cover(answer);
    this.#show();
    this.#say(`Point at ${point.x} / ${point.y} m removed.`);
  }

  #cover({ points, surveyed, bare }) {
    const done = new Set(surveyed.map(String));
    for (const room of document.querySelectorAll("[data-zone]")) {
      room.classList.toggle("is-surveyed", done.has(room.dataset.zone));
    }
    this.#part("rooms-done").textContent = surveyed.length;
    this.#part("points-count").textContent = points;
    this.#part("bare-count").textContent = bare.length;
    const lines = bare.map((name) => Object.assign(document.createElement("li"), { textContent: name }));
    this.#part("bare").replaceChildren(...lines);
  }
}

const form = globalThis.document?.querySelector("[data-survey]");
if (form) new SurveyPage(form);
