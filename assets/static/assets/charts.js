// Draws the Vega-Lite specifications that the server makes, in the colours of the page, with no generated code and no
// style sheet of its own, so that the strict content security policy holds.
import { expressionInterpreter } from "../lib/vega-interpreter/vega-interpreter.js";

const REST = 20000; // a chart is drawn again at most this often
const charts = [...document.querySelectorAll("[data-chart]")];
const state = new Map(charts.map((chart) => [chart, { spec: null, drawnAt: 0, view: null, seen: false }]));

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

/** What a token's colour is now: the probe resolves light-dark(). */
const colour = (token) => {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
};

const configuration = () => {
  const font = getComputedStyle(document.body).fontFamily;
  const quiet = colour("--ink-3");
  const text = { labelColor: quiet, titleColor: quiet, labelFont: font, titleFont: font };
  const line = colour("--ink");
  return {
    background: "transparent",
    font,
    view: { stroke: null },
    axis: {
      ...text,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 400,
      gridColor: colour("--line"),
      domainColor: colour("--line-strong"),
      tickColor: colour("--line-strong"),
    },
    axisY: { domain: false, ticks: false, labelPadding: 6 },
    mark: { color: line, aria: false }, // the table beside a chart says what its marks show
    line: { strokeWidth: 1.75 },
    text: { font, fontSize: 12, color: quiet },
    legend: { ...text, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, titleLimit: 320 },
    range: {
      category: ["--down", "--in-use", "--dirty", "--ready", "--moving", "--unheard"].map(colour), // as Activity
      heatmap: [colour("--in-use-tint"), colour("--in-use")],
      ramp: [colour("--in-use-tint"), colour("--in-use")],
    },
    style: {
      silence: { color: colour("--unheard"), opacity: 0.18 },
      near: { size: 70 },
      last: { size: 55 },
      "on-faint": { color: line },
      "on-strong": { color: colour("--surface") },
    },
  };
};

const options = () => ({
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true,
  expr: expressionInterpreter,
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true, theme: "page" },
  config: configuration(),
});

const tell = (chart, { finding, rows }) => {
  chart.querySelector("figcaption").textContent = finding;
  const cells = (row) => row.map((text, place) => {
    const cell = document.createElement(place ? "td" : "th");
    if (!place) cell.scope = "row";
    else cell.className = "is-number";
    cell.textContent = text;
    return cell;
  });
  chart.querySelector("[data-rows]").replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("tr");
      line.append(...cells(row));
      return line;
    }),
  );
};

const draw = async (chart) => {
  const mine = state.get(chart);
  const drawing = chart.querySelector("[data-drawing]");
  chart.dataset.drawn = "no";
  const { usermeta, ...spec } = mine.spec;
  const canvas = document.createElement("div");
  canvas.className = "trend-canvas";
  const old = [...drawing.children];
  drawing.append(canvas);
  const view = await globalThis.vegaEmbed(canvas, spec, options());
  mine.view?.finalize();
  mine.view = view;
  old.forEach((element) => element.remove());
  tell(chart, usermeta);
  chart.dataset.drawn = "yes";
};

const load = async (chart) => {
  const mine = state.get(chart);
  if (performance.now() - mine.drawnAt < REST && mine.spec) return;
  mine.drawnAt = performance.now();
  const answer = await fetch(chart.dataset.chart, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  mine.spec = await answer.json();
  await draw(chart);
};

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      state.get(target).seen = isIntersecting;
      if (isIntersecting) load(target);
    }
  },
  { rootMargin: "200px" },
);
charts.forEach((chart) => watcher.observe(chart));

// On paper there is nothing to scroll to: the charts further down are drawn as well.
const onPaper = matchMedia("print");
onPaper.addEventListener("change", () => onPaper.matches && charts.forEach(load));
addEventListener("beforeprint", () => charts.forEach(load));

const refresh = () => charts.filter((chart) => state.get(chart).seen).forEach(load);
document.querySelector("[data-live-asset]")?.addEventListener("live-change", refresh);
setInterval(() => document.hidden || refresh(), 3 * REST);

document.addEventListener("themechange", () => {
  for (const chart of charts) if (state.get(chart).spec) draw(chart);
});
