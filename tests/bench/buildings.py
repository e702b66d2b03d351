"""A hospital drawn by rule: as many floors as wanted, four corridors around a court on each, rooms on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from locations.models import Building, Floor, Passage, Site, Zone
from locations.zones import ZoneKind

ROOM_M = 4.0
PER_SIDE = 36
"""Rooms on one side of a corridor; eight sides make 288 rooms, with corridors and shafts 300 zones."""
WIDTH_M = 3.0
SHAFTS = 8
LENGTH_M = PER_SIDE * ROOM_M


@dataclass(frozen=True, slots=True)
class DrawnZone:
    code: str
    kind: ZoneKind
    corners: tuple[tuple[float, float], ...]

    @property
    def rings(self) -> list[list[list[float]]]:
        return [[list(corner) for corner in (*self.corners, self.corners[0])]]

    @property
    def label(self) -> tuple[float, float]:
        xs, ys = [x for x, _ in self.corners[:4]], [y for _, y in self.corners[:4]]
        return (sum(xs) / 4, sum(ys) / 4)


def _box(x: float, y: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def corridors() -> list[DrawnZone]:
    """One above the other; each has a niche, so that it is not convex, and the first is joined to all by a cross."""
    return [
        DrawnZone(
            f"c{n}",
            ZoneKind.CORRIDOR,
            (
                (0, n * 20.0), (LENGTH_M, n * 20.0), (LENGTH_M, n * 20 + WIDTH_M), (LENGTH_M / 2 + 1, n * 20 + WIDTH_M),
                (LENGTH_M / 2 + 1, n * 20 + WIDTH_M + 1), (LENGTH_M / 2 - 1, n * 20 + WIDTH_M + 1),
                (LENGTH_M / 2 - 1, n * 20 + WIDTH_M), (0, n * 20 + WIDTH_M),
            ),
        )
        for n in range(4)
    ]  # fmt: skip


def zones() -> list[DrawnZone]:
    found = corridors()
    for n in range(4):
        for side in range(PER_SIDE):
            x = side * ROOM_M
            found.append(
                DrawnZone(f"n{n}-{side}", ZoneKind.PATIENT_ROOM, _box(x, n * 20 + WIDTH_M, ROOM_M, 5))
            )
            found.append(DrawnZone(f"s{n}-{side}", ZoneKind.PATIENT_ROOM, _box(x, n * 20 - 5, ROOM_M, 5)))
    for shaft in range(SHAFTS):
        kind = ZoneKind.LIFT if shaft % 2 else ZoneKind.STAIRS
        x = -3.0 if shaft < SHAFTS / 2 else LENGTH_M
        found.append(DrawnZone(f"l{shaft}", kind, _box(x, shaft % 4 * 20, 3, 3)))
    return found


def doors() -> Iterator[tuple[str, str, float, float]]:
    """One for each room, a second one for each ninth, and those at the ends of the corridors."""
    for n in range(4):
        for side in range(PER_SIDE):
            x = side * ROOM_M + ROOM_M / 2
            yield f"n{n}-{side}", f"c{n}", x, n * 20 + WIDTH_M
            yield f"s{n}-{side}", f"c{n}", x, n * 20.0
            if side % 9 == 8 and n < 3:
                yield f"n{n}-{side}", f"s{n + 1}-{side}", x, n * 20 + 11.5
    for shaft in range(SHAFTS):
        yield f"l{shaft}", f"c{shaft % 4}", 0.0 if shaft < SHAFTS / 2 else LENGTH_M, shaft % 4 * 20 + 1.5


def build(site: Site, floors: int) -> Building:
    """Stores it: zones and passages, lifts and stairs from floor to floor."""
    building = Building.objects.create(site=site, name="Tower", slug="tower")
    below: dict[str, Zone] = {}
    for level in range(floors):
        floor = Floor.objects.create(building=building, name=f"L{level}", slug=f"tower-{level}", level=level)
        made = Zone.objects.bulk_create(
            Zone(
                floor=floor, code=zone.code, name=zone.code, kind=zone.kind, polygon=zone.rings,
                label_x=zone.label[0], label_y=zone.label[1],
            )
            for zone in zones()
        )  # fmt: skip
        here = {zone.code: zone for zone in made}
        ways = [Passage(zone_a=here[a], zone_b=here[b], x=x, y=y) for a, b, x, y in doors()]
        ways += [
            Passage(
                zone_a=zone, zone_b=here[code], kind=zone.kind, x=zone.label_x, y=zone.label_y, length_m=15
            )
            for code, zone in below.items()
        ]
        Passage.objects.bulk_create(ways)
        below = {code: zone for code, zone in here.items() if zone.kind in (ZoneKind.LIFT, ZoneKind.STAIRS)}
    return building
