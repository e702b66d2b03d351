// "/" searches, "g" and a letter goes to a room, "?" lists the keys.
const dialog = document.getElementById("keys");
let awaitsRoom = -Infinity; // since when, after "g"

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

const search = () => {
  const field = [...document.querySelectorAll("[data-search]")].find((each) => each.offsetParent);
  if (field) {
    field.focus();
    field.select?.();
  } else document.querySelector('[data-key="f"]')?.click();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || dialog?.open) return;
  const isRoom = event.timeStamp - awaitsRoom < 1500;
  awaitsRoom = -Infinity;
  if (isRoom) {
    const door = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (door) {
      event.preventDefault();
      door.click();
      return;
    }
  }
  if (event.key === "/") {
    event.preventDefault();
    search();
  } else if (event.key === "g") awaitsRoom = event.timeStamp;
  else if (event.key === "?") dialog?.showModal();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) dialog?.showModal();
  else if (event.target === dialog) dialog.close(); // the backdrop
});
