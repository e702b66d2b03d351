// Following one asset: the map keeps it in view and goes with it to another floor. Esc ends it, and so does a hand on
// the map.

const ASK_EVERY = 3000; // milliseconds between two looks for an asset that left the floor

export class Follow {
  #with;
  #askedAt = 0;
  isOn = false;

  /** `map`; `tag()` of the chosen asset; `say(text)` to a screen reader; `keepInView(marker)`. */
  constructor(parts) {
    this.#with = parts;
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-follow]")) this.isOn ? this.end() : this.begin();
    });
    document.addEventListener("htmx:load", () => this.#mark());
    parts.map.on("dragstart", () => this.end());
  }

  begin(text = `Following ${this.#with.tag()}. Escape ends it.`) {
    this.isOn = true;
    this.#remember();
    this.#with.say(text);
  }

  /** On a floor that the asset led to, or that was sent on by somebody who followed it. */
  resume() {
    if (!new URLSearchParams(location.search).has("follow")) return;
    this.begin(`Following ${this.#with.tag()}, now on ${document.querySelector("h1").textContent.trim()}.`);
  }

  end() {
    if (!this.isOn) return;
    this.isOn = false;
    this.#remember();
    this.#with.say("No longer following.");
  }

  /** With each frame: the marker, or nothing where the asset is not on this floor. */
  look(marker) {
    if (!this.isOn) return;
    if (marker) this.#with.keepInView(marker);
    else this.#goAfter();
  }

  /** Where the asset is on another floor by now, the server leads there. */
  async #goAfter() {
    if (performance.now() - this.#askedAt < ASK_EVERY) return;
    this.#askedAt = performance.now();
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (this.isOn && answer?.ok && answer.redirected) location.assign(answer.url);
  }

  #remember() {
    const address = new URL(location.href);
    if (this.isOn) address.searchParams.set("follow", "1");
    else address.searchParams.delete("follow");
    history.replaceState(null, "", address);
    this.#mark();
  }

  #mark() {
    const button = document.querySelector("[data-follow]");
    if (!button) return;
    button.ariaPressed = String(this.isOn);
    button.querySelector("span").textContent = this.isOn ? "Following" : "Follow it";
  }
}
