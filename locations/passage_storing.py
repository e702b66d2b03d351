"""Storing what one walks through: passages that a plan tells, and guesses where it tells none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from django.db.models import Q

from locations.doors import Guess, PlacedZone, by_level, guess_doors, guess_shafts
from locations.models import Building, Passage, Zone
from locations.plan_parts import PlanPassage
from locations.polygons import polygon_of
from locations.zones import ZoneKind

BATCH = 500
_SHAFT_KIND = {ZoneKind.LIFT: Passage.Kind.LIFT, ZoneKind.STAIRS: Passage.Kind.STAIRS}


def within(house: Building) -> Q:
    return Q(zone_a__floor__building=house) | Q(zone_b__floor__building=house)


def store_told(
    house: Building, passages: Iterable[PlanPassage], zones: Mapping[str, Mapping[str, Zone]]
) -> int:
    """Makes those that are not there yet; how many."""
    there = {
        (p.zone_a_id, p.zone_b_id, p.kind, p.x, p.y)
        for p in Passage.objects.filter(within(house), is_guess=False)
    }
    made = []
    for told in passages:
        a, b = zones[told.floor][told.codes[0]], zones[told.to_floor][told.codes[1]]
        key = (a.pk, b.pk, told.kind, told.x, told.y)
        if key not in there:
            there.add(key)
            made.append(
                Passage(zone_a=a, zone_b=b, kind=told.kind, x=told.x, y=told.y, length_m=told.length_m)
            )
    Passage.objects.bulk_create(made, batch_size=BATCH)
    return len(made)


@dataclass(slots=True)
class _Known:
    """Levels of a building on which a door is told, pairs of levels that a told lift or stairs joins, and pairs of
    zones that anything told joins."""

    doors: set[int] = field(default_factory=set)
    shafts: set[tuple[int, int]] = field(default_factory=set)
    pairs: set[tuple[int, int]] = field(default_factory=set)


def _known(house: Building) -> _Known:
    known = _Known()
    told = Passage.objects.current().filter(is_guess=False, zone_a__floor__building=house)
    columns = ("kind", "zone_a", "zone_b", "zone_a__floor__level", "zone_b__floor__level")
    for kind, a, b, low, high in told.values_list(*columns):
        known.pairs |= {(a, b), (b, a)}
        if kind == Passage.Kind.DOOR:
            known.doors.add(low)
        else:
            known.shafts.add((min(low, high), max(low, high)))
    return known


def renew_guesses(house: Building, *, told_levels: Set[int] = frozenset()) -> int:
    """Guessed passages of the building as they are to be now; those that stay keep their rows. How many there are.

    On a floor without a told door, doors are guessed anew. On one of ``told_levels``, for which doors were told just
    now, guesses give way. On any other floor with told doors those guesses stand that stood before, unless a told
    door joins the same zones.
    """
    known = _known(house)
    levels = dict(Zone.objects.filter(floor__building=house).values_list("pk", "floor__level"))
    stood = {
        (p.zone_a_id, p.zone_b_id, p.x, p.y): p for p in Passage.objects.filter(within(house), is_guess=True)
    }
    current = set(Zone.objects.current().filter(pk__in=levels).values_list("pk", flat=True))
    wanted = {(g.zone_a, g.zone_b, g.x, g.y): (kind, g) for kind, g in _guesses(house, known)}
    standing = 0
    gone = []
    for key, passage in stood.items():
        low, high = sorted((levels.get(key[0], 0), levels.get(key[1], 0)))
        is_current = {key[0], key[1]} <= current
        left_alone = low == high and low in known.doors - told_levels and key[:2] not in known.pairs
        if key in wanted or (is_current and left_alone):
            standing += 1
        else:
            gone.append(passage.pk)
    made = [
        Passage(
            zone_a_id=g.zone_a, zone_b_id=g.zone_b, kind=kind, x=g.x, y=g.y, length_m=g.length_m, is_guess=True
        )
        for key, (kind, g) in wanted.items()
        if key not in stood
    ]  # fmt: skip
    for start in range(0, len(gone), BATCH):
        Passage.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    Passage.objects.bulk_create(made, batch_size=BATCH)
    return standing + len(made)


def _guesses(house: Building, known: _Known) -> list[tuple[Passage.Kind, Guess]]:
    """Doors on floors where none is told, lifts and stairs between floors where none is told."""
    floors: dict[int, list[PlacedZone]] = {}
    for zone in Zone.objects.current().filter(floor__building=house).select_related("floor").order_by("pk"):
        placed = PlacedZone(zone.pk, ZoneKind(zone.kind), polygon_of(zone.polygon))
        floors.setdefault(zone.floor.level, []).append(placed)
    kinds = {zone.zone_id: zone.kind for zones in floors.values() for zone in zones}
    found = [
        (Passage.Kind.DOOR, guess)
        for level, zones in floors.items()
        if level not in known.doors
        for guess in guess_doors(zones)
    ]
    for (low, lower), (high, upper) in by_level(floors):
        if (low, high) not in known.shafts:
            found += [(_SHAFT_KIND[kinds[guess.zone_a]], guess) for guess in guess_shafts(lower, upper)]
    return found
