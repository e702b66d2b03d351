// Find on a phone: once asked for, the keyboard makes room for what was found.
import "./changes.js";

const form = document.getElementById("find-form");
const field = document.getElementById("find-text");

form?.addEventListener("submit", () => {
  if (matchMedia("(max-width: 719px)").matches) field.blur();
});
