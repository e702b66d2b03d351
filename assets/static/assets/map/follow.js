// Following one asset: the map keeps it in view and goes with it to another floor. Esc ends it, and so does a hand on
// the map.

import { gettext } from "../../hospital/js/words.js";

const ASK_EVERY = 3000; // milliseconds between two looks for an asset that left the floor

export class Follow {
  #with;
  #isAsking = false;
  #isHere = true;
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

  begin(text = gettext("Following %(tag)s. Escape ends it.", { tag: this.#with.tag() })) {
    this.isOn = true;
    this.#remember();
    this.#with.say(text);
  }

  /** On a floor that the asset led to, or that was sent on by somebody who followed it. */
  resume() {
    if (!new URLSearchParams(location.search).has("follow")) return;
    const floor = document.querySelector("h1").textContent.trim();
    this.begin(gettext("Following %(tag)s, now on %(floor)s.", { tag: this.#with.tag(), floor }));
  }

  end() {
    if (!this.isOn) return;
    this.isOn = false;
    this.#remember();
    this.#with.say(gettext("No longer following."));
  }

  /** With each frame: the marker, or nothing where the asset is not on this floor. */
  look(marker) {
    if (!this.isOn) return;
    this.#isHere = Boolean(marker);
    if (marker) this.#with.keepInView(marker);
    else this.#goAfter();
  }

  /** Where the asset is on another floor by now, the server leads there. A quiet floor sends no further frame, so that
   * the question is asked again by the clock. */
  async #goAfter() {
    if (this.#isAsking || this.#isHere || !this.isOn) return;
    this.#isAsking = true;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (this.isOn && answer?.ok && answer.redirected) return location.assign(answer.url);
    setTimeout(() => {
      this.#isAsking = false;
      this.#goAfter();
    }, ASK_EVERY);
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
    button.querySelector("span").textContent = this.isOn ? gettext("Following") : gettext("Follow it");
  }
}
