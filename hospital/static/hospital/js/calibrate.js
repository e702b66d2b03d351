// Two points on a drawing whose distance somebody knows: by clicks, by arrow keys and Enter, or typed into the fields.

const NAMES = [["ax", "ay"], ["bx", "by"]];

/** The drawing's box as numbers: left, top, width, height. */
export function boxOf(viewBox) {
  const [left, top, width, height] = viewBox.trim().split(/[\s,]+/).map(Number);
  return { left, top, width, height };
}

/** Where an arrow key moves the cross; inside the box, a hundredth of its width at a time, or a tenth. */
export function stepped(box, spot, key, isLarge) {
  const step = (box.width / 200) * (isLarge ? 10 : 1);
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  const [dx, dy] = moves[key] ?? [0, 0];
  return {
    x: Math.min(Math.max(spot.x + dx, box.left), box.left + box.width),
    y: Math.min(Math.max(spot.y + dy, box.top), box.top + box.height),
  };
}

/** Which of the two points is set next: the first that is missing, else they begin anew. */
export function nextPoint(points) {
  const missing = points.findIndex((point) => point === null);
  return missing === -1 ? 0 : missing;
}

/** Arms of a cross around a spot, and the line between two points, as SVG paths. */
export function crossPath({ x, y }, arm) {
  return `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`;
}

export function measurePath(points, arm) {
  const set = points.filter((point) => point !== null);
  const crosses = set.map((point) => crossPath(point, arm)).join("");
  return set.length === 2 ? `${crosses}M${set[0].x} ${set[0].y}L${set[1].x} ${set[1].y}` : crosses;
}

function start(svg, form) {
  const box = boxOf(svg.getAttribute("viewBox"));
  const arm = Math.max(box.width, box.height) / 60;
  const cross = svg.querySelector("[data-cross]");
  const measure = svg.querySelector("[data-measure]");
  const said = form.querySelector("[data-said]");
  const fields = NAMES.map((pair) => pair.map((name) => form.elements.namedItem(name)));
  let spot = { x: box.left + box.width / 2, y: box.top + box.height / 2 };

  const points = () =>
    fields.map(([x, y]) => (x.value === "" || y.value === "" ? null : { x: Number(x.value), y: Number(y.value) }));
  const draw = () => {
    measure.setAttribute("d", measurePath(points(), arm));
    cross.setAttribute("d", crossPath(spot, arm));
  };
  const place = (point) => {
    let now = points();
    if (now.every((found) => found !== null)) {
      fields[1].forEach((field) => (field.value = ""));
      now = [null, null];
    }
    const number = nextPoint(now);
    fields[number][0].value = String(Math.round(point.x * 100) / 100);
    fields[number][1].value = String(Math.round(point.y * 100) / 100);
    said.textContent = number === 0 ? "First point set. Now the second one." : "Both points set. Type the metres between them.";
    draw();
    if (number === 1) {
      form.elements.namedItem("metres").focus();
    }
  };

  svg.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    spot = { x: at.x, y: at.y };
    place(spot);
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow")) {
      spot = stepped(box, spot, event.key, event.shiftKey);
      cross.removeAttribute("hidden");
      draw();
    } else if (event.key === "Enter" || event.key === " ") {
      place(spot);
    } else {
      return;
    }
    event.preventDefault();
  });
  form.addEventListener("input", draw);
  draw();
}

if (globalThis.document) {
  const svg = document.querySelector("[data-calibrate]");
  if (svg) {
    start(svg, svg.closest("form"));
  }
}
