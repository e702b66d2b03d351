// Mouse, pen and thumb: what is a click, what a drag of a tool, and what is left to the map.
const CLICK = 6; // pixels that a click may move

export const followPointer = (editor, map, box) => {
  const metresAt = (event) => {
    const { lat, lng } = map.mouseEventToLatLng(event);
    return [lng, lat];
  };
  const reachOf = (event) => (event.pointerType === "mouse" ? 10 : 22) / editor.canvas.scale();
  let press = null;
  const fingers = new Set();

  box.addEventListener("pointerdown", (event) => {
    fingers.add(event.pointerId);
    editor.isTouch = event.pointerType !== "mouse";
    editor.cursor = null;
    if (event.button !== 0 || fingers.size > 1) {
      press = null; // two fingers move the map
      return;
    }
    const isTaken = editor.tool.down(metresAt(event), reachOf(event));
    press = { x: event.clientX, y: event.clientY, isTaken, isMoved: false };
    if (!isTaken) return;
    map.dragging.disable();
    box.setPointerCapture(event.pointerId);
  }, { capture: true });

  box.addEventListener("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > CLICK) press.isMoved = true;
    if (press?.isTaken) {
      if (press.isMoved) editor.tool.drag(metresAt(event), reachOf(event));
    } else if (event.pointerType === "mouse") editor.tool.move(metresAt(event), reachOf(event));
  });

  const release = (event) => {
    fingers.delete(event.pointerId);
    const last = press;
    press = null;
    if (!last) return;
    if (last.isTaken) {
      map.dragging.enable();
      editor.tool.up();
    } else if (!last.isMoved && event.type === "pointerup") clickReach = reachOf(event);
    editor.page.show(editor);
  };
  let clickReach = 0; // of a press that may become a click

  // A touch becomes a click after it has moved the focus here: what a click opens can take the focus then.
  box.addEventListener("click", (event) => {
    if (!clickReach) return;
    const reach = clickReach;
    clickReach = 0;
    editor.tool.click(metresAt(event), reach);
    editor.page.show(editor);
  });
  box.addEventListener("pointerup", release);
  box.addEventListener("pointercancel", release);
};
