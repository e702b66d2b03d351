// The floor plan under the markers: outline and zones from the floor's GeoJSON, in metres.

const { L } = window;

export const fetchPlan = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`The plan answered with ${answer.status}.`);
  return answer.json();
};

const turned = (rings) => rings.map((ring) => ring.map(([x, y]) => [y, x]));

const boxOf = ([outer]) => {
  const [xs, ys] = [outer.map(([x]) => x), outer.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: top - Math.min(...ys) };
};

const isBox = ([outer], box) =>
  outer.length === 5 &&
  outer.every(([x, y]) => [box.left, box.left + box.width].includes(x) && [box.top, box.top - box.height].includes(y));

const zoneOf = ({ properties, geometry }) => {
  const box = boxOf(geometry.coordinates);
  return { ...properties, box, isBox: isBox(geometry.coordinates, box) };
};

/** Draws the plan; gives its zones (id, name, label, box in metres) and what it spans. */
export const drawPlan = (map, plan) => {
  const renderer = L.svg({ padding: 0.5 });
  const bounds = L.latLngBounds([]);
  const shapes = new Map();
  const all = [];
  const outline = (plan.outline ?? []).length ? turned(plan.outline) : null;
  if (outline) {
    all.push(L.polygon(outline, { renderer, className: "plan-outline", interactive: false }).addTo(map));
    bounds.extend(outline[0]);
  }
  for (const { properties, geometry } of plan.features) {
    const ring = turned(geometry.coordinates);
    const className = `plan-zone is-${properties.kind}`;
    shapes.set(properties.id, L.polygon(ring, { renderer, className, interactive: false }).addTo(map));
    bounds.extend(ring[0]);
  }
  all.push(...shapes.values(), renderer);
  return { zones: plan.features.map(zoneOf), shapes, all, bounds };
};
