// Everything that the pointer does, by keys.
import { spot } from "./geometry.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

export const followKeys = (editor, map, box) => {
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const isTyping = (target) => target.closest("input:not([type=range]), select, textarea, dialog");

  const arrow = (event, [dx, dy]) => {
    const step = event.shiftKey ? 1 : 0.1;
    if (editor.tool === editor.tools.select) {
      if (!editor.nudge(dx * step, dy * step)) map.panBy([dx * 80, -dy * 80], { animate: !calm });
      return;
    }
    const { lat, lng } = map.getCenter();
    const [x, y] = editor.cursor ?? [Math.round(lng * 10) / 10, Math.round(lat * 10) / 10];
    editor.cursor = editor.cursor ? spot([x + dx * step, y + dy * step]) : [x, y];
    map.panInside([editor.cursor[1], editor.cursor[0]], { padding: [40, 40], animate: false });
    editor.tool.move(editor.cursor, 0.001);
    editor.say(`x ${editor.cursor[0].toFixed(1)}, y ${editor.cursor[1].toFixed(1)}`);
    editor.redraw();
  };

  const enter = () => {
    const { tool, cursor } = editor;
    const last = tool.points?.at(-1);
    if (cursor && !(last && last[0] === cursor[0] && last[1] === cursor[1])) return tool.click(cursor, tool === editor.tools.door ? 0.5 : 0.05);
    if (tool.isBusy) return tool.finish();
    if (!editor.chosen) return undefined;
    editor.page.openSide();
    return editor.panel.focusName();
  };

  const KEYS = {
    Enter: enter,
    Delete: () => editor.dropCorner(),
    Backspace: () => (editor.tool.isBusy ? editor.tool.back() : editor.dropCorner()),
    "+": () => editor.growCorner(),
    Escape: () => {
      if (editor.tool.isBusy) editor.use(Object.keys(editor.tools).find((name) => editor.tools[name] === editor.tool));
      else if (editor.tool !== editor.tools.select) editor.use("select");
      else if (editor.page.closeSide()) return;
      else editor.choose(null);
    },
  };

  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const isRedo = (isUndo && event.shiftKey) || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y");
    if (isUndo || isRedo) {
      event.preventDefault();
      document.activeElement?.matches?.("input, select") && document.activeElement.blur();
      return isRedo ? editor.redo() : editor.undo();
    }
    if (event.key === "Escape" && event.target.closest("input, select")) return box.focus({ preventScroll: true });
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
    const isHere = box.contains(event.target) || Boolean(event.target.closest("[data-corner]"));
    if (event.key === "Escape") return KEYS.Escape();
    if (!isHere) return undefined;
    const run = ARROWS[event.key] ? () => arrow(event, ARROWS[event.key]) : KEYS[event.key];
    if (!run || (event.key === "Enter" && !box.contains(event.target))) return undefined;
    event.preventDefault();
    run();
    editor.page.show(editor);
    return undefined;
  });

  document.querySelector("[data-tools]").addEventListener("keydown", (event) => {
    const buttons = [...document.querySelectorAll("[data-tool]")];
    const to = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!to) return;
    event.preventDefault();
    buttons[(buttons.indexOf(document.activeElement) + to + buttons.length) % buttons.length].focus();
  });
};
