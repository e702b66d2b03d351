// How this browser tells: a sound, and notifications when its page is closed.
const SOUND = "alerts-sound";
const WORKER = "/service-worker.js";
const part = document.querySelector("[data-push]");
const say = part?.querySelector("[data-push-say]");

const bytesOf = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const subscribe = async () => {
  const worker = await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  const made = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(part.dataset.key),
  });
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch(part.dataset.push, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(made),
  });
  if (!answer.ok) throw new Error(String(answer.status));
};

const sound = part?.querySelector("[data-sound]");
if (sound) {
  sound.checked = localStorage.getItem(SOUND) === "on";
  sound.addEventListener("change", () => localStorage.setItem(SOUND, sound.checked ? "on" : "off"));
}

part?.querySelector("[data-push-on]").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  try {
    await subscribe();
    say.textContent = say.dataset.yes;
    location.reload();
  } catch {
    say.textContent = say.dataset.no;
    target.disabled = false;
  }
});
