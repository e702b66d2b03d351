// Storing the floor: one request with all of it, and what to do when it is refused, overtaken or not answered.
import { forget } from "./history.js";

const notice = document.querySelector("[data-notice]");
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

/** One note above the list, with what one can do about it; nothing hides it. */
export const tell = (text, ...actions) => {
  notice.hidden = !text;
  notice.replaceChildren(text ?? "");
  if (!actions.length) return;
  const row = Object.assign(document.createElement("div"), { className: "editor-notice-actions" });
  for (const [label, run] of actions) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
    button.addEventListener("click", run);
    row.append(button);
  }
  notice.append(row);
};

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

const send = async (address, content) => {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(content) });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  return { status: answer.redirected ? 401 : answer.status, told: isJson ? await answer.json() : null };
};

const REFUSED = {
  400: "The server did not understand this plan. Your draft is kept.",
  401: "You are signed out. Sign in in another window, then save again: your draft is kept.",
  403: "You may not change this plan any more. Your draft is kept.",
  404: "This floor is not there any more. Your draft is kept.",
};

export const save = async (editor, address, floor) => {
  const { outline, zones, passages, receivers } = editor.state;
  let answer;
  try {
    answer = await send(address, { revision: editor.revision, outline, zones, passages, receivers });
  } catch {
    return tell("The server cannot be reached. Your draft is kept here; save again when it is back.");
  }
  const { status, told } = answer;
  if (status === 200) {
    forget(floor);
    editor.open(told.state);
    return tell(told.words ? `Saved: ${told.words}. The map shows it.` : "Saved; nothing was different.");
  }
  if (status === 422 && told) {
    editor.refused = told.faults;
    editor.check();
    return tell("Nothing was saved: the plan has faults. They are shown on the plan and listed here.");
  }
  if (status === 409 && told) return overtaken(editor, told);
  return tell(REFUSED[status] ?? "The server could not save this. Your draft is kept; try again.");
};

/** Zones that are not as they were when one began. */
const differing = (base, { zones }) => {
  const before = new Map(base.zones.map((zone) => [zone.key, JSON.stringify(zone)]));
  return zones.filter((zone) => before.get(zone.key) !== JSON.stringify(zone));
};

/** Somebody else saved meanwhile: who, when and what, and both plans to look at. */
const overtaken = (editor, { who, at, what, state }) => {
  const when = at ? ` on ${clock.format(new Date(at))}` : "";
  const said = what ? `: ${what}` : "";
  const text = `${who || "Somebody"} saved this floor${when}, after you began${said}. Nothing of yours is lost.`;
  const show = () => {
    editor.theirs = editor.theirs ? null : differing(editor.history.base, state);
    editor.redraw();
  };
  const finish = () => {
    editor.theirs = null;
    tell(null);
  };
  tell(
    text,
    ["Look at theirs", show],
    ["Bring mine onto theirs", () => (editor.bringOnto(state), finish(), tell("Your changes are on the plan as it is now. Look it over, then save."))],
    ["Take theirs, drop mine", () => (forget(editor.floor), editor.open(state), finish())],
  );
};
