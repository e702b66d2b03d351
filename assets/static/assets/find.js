// Find. With a keyboard at hand the field is ready to type into; on a phone the tiles come first, and once something
// is asked for the keyboard makes room for what was found.
import "./changes.js";

const form = document.getElementById("find-form");
const field = document.getElementById("find-text");

if (field && !field.value && matchMedia("(hover: hover)").matches) field.focus({ preventScroll: true });

form?.addEventListener("submit", () => {
  if (matchMedia("(max-width: 719px)").matches) field.blur();
});
