"""Walking distances in a hospital of 300 zones on each of 20 floors, beside one run of scipy's Dijkstra over all of it.

``python -m tests.bench.walking ONLY`` prints a JSON list of rows. A query asks from a room that nobody asked from
before, for the distance to every other room, and looks first whether the plan changed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import django

django.setup()

import numpy as np  # noqa: E402  Django is set up first
from django.core.management import call_command  # noqa: E402
from scipy.sparse import csr_array  # noqa: E402
from scipy.sparse.csgraph import dijkstra  # noqa: E402

from locations.interior import interior_table  # noqa: E402
from locations.models import Passage, Site, Zone  # noqa: E402
from locations.polygons import polygon_of  # noqa: E402
from locations.walk_tables import renew_walks  # noqa: E402
from locations.walking import _graphs, walk_graph  # noqa: E402
from tests.bench.buildings import build  # noqa: E402
from tests.bench.meter import Result  # noqa: E402

FLOORS = 20
QUERIES = 200


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure() -> list[Result]:
    site = Site.objects.create(name="Bench", slug="bench")
    build(site, FLOORS)
    built = timed(lambda: renew_walks(site.pk))
    started = timed(lambda: walk_graph(site.pk))
    room = Zone.objects.get(floor__level=3, code="n1-7")
    room.name = "Renamed"
    room.save()
    changed = timed(lambda: renew_walks(site.pk))
    after = timed(lambda: walk_graph(site.pk))
    zones = list(Zone.objects.order_by("pk").values_list("pk", flat=True))
    asked = zones[:: len(zones) // QUERIES][:QUERIES]
    taken = sorted(timed(lambda pk=pk: walk_graph(site.pk).walks_from(pk)) * 1000 for pk in asked)  # type: ignore[misc]
    pairs = sorted(timed(lambda pk=pk: walk_graph(site.pk).walk(pk, zones[-9])) * 1000 for pk in asked)  # type: ignore[misc]
    return [
        Result("walking.build_s", round(built, 2), "s"),
        Result("walking.start_s", round(started, 2), "s"),
        Result("walking.floor_changed_s", round(changed, 3), "s"),
        Result("walking.after_change_s", round(after, 3), "s"),
        Result("walking.query_ms", round(statistics.median(taken), 2), "ms"),
        Result("walking.query_p99_ms", round(taken[int(len(taken) * 0.99)], 2), "ms"),
        Result("walking.again_ms", round(statistics.median(pairs), 2), "ms"),
        *peer(site, asked[:20]),
    ]


def peer(site: Site, asked: list[int]) -> list[Result]:
    """The whole hospital as one graph of labels and doors, every two of a zone joined; and the same answers."""
    begun = time.perf_counter()
    zones = list(Zone.objects.order_by("pk"))
    node = {zone.pk: number for number, zone in enumerate(zones)}
    ways = list(Passage.objects.order_by("pk"))
    doors: dict[int, list[tuple[int, Passage]]] = {}
    for number, way in enumerate(ways, len(node)):
        for end in (way.zone_a_id, way.zone_b_id):
            doors.setdefault(end, []).append((number, way))
    least: dict[tuple[int, int], float] = {}
    for zone in zones:
        own = doors.get(zone.pk, [])
        table = interior_table(
            polygon_of(zone.polygon), [*((w.x, w.y) for _, w in own), (zone.label_x, zone.label_y)]
        )
        nodes = [*(number for number, _ in own), node[zone.pk]]
        halves = [*(w.length_m / 2 for _, w in own), 0.0]
        for i, a in enumerate(nodes):
            for j, b in enumerate(nodes[:i]):
                metres = float(table[i, j]) + halves[i] + halves[j]
                least[a, b] = min(metres, least.get((a, b), metres))
    rows, columns = zip(*least, strict=True)
    size = len(node) + len(ways)
    graph = csr_array((list(least.values()), (rows, columns)), shape=(size, size))
    built = time.perf_counter() - begun
    taken, worst = [], 0.0
    for pk in asked:
        begun = time.perf_counter()
        metres = dijkstra(graph, directed=False, indices=node[pk])
        taken.append((time.perf_counter() - begun) * 1000)
        ours = walk_graph(site.pk).walks_from(pk)
        there = np.array([ours[zone.pk].metres for zone in zones])
        worst = max(worst, float(np.abs(metres[: len(node)] - there).max()))
    return [
        Result("walking.peer.scipy_dijkstra_ms", round(statistics.median(taken), 2), "ms"),
        Result("walking.peer.graph_s", round(built, 2), "s"),
        Result("walking.peer.differs_m", worst, "m"),
    ]


def main(only: str = "") -> int:
    if not ("walking".startswith(only) or only.startswith("walking")):
        print("[]")
        return 0
    call_command("migrate", verbosity=0)
    _graphs.clear()
    print(json.dumps([result.as_dict() for result in measure() if result.name.startswith(only)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
