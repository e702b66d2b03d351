// The server's clock: ages are counted by it, because a ward's computers run minutes wrong.
let offset = 0;

/** Milliseconds since the epoch, by the server's clock. */
export const serverNow = () => Date.now() + offset;

/** Learn from a moment that the server just named (ISO 8601). */
export const learn = (iso) => {
  const told = Date.parse(iso);
  if (!Number.isNaN(told)) offset = told - Date.now();
};

// A page that was kept names the moment at which it came, not now: the device's own clock has to do.
const isKept = Boolean(document.documentElement?.dataset.kept);
if (!isKept) learn(document.querySelector('meta[name="server-time"]')?.content ?? "");
