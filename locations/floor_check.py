"""What is wrong with a drawn floor as a whole: shapes that overlap, leave the building or name what is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from locations.floor_draft import OUTLINE, Draft, DraftPassage, DraftZone, Fault, Spot
from locations.polygons import OUTSIDE_TOLERANCE_M, outside_m, overlaps, polygon_of

DOOR_WITHIN_M = 1.0
"""How far a door may stand from the zones that it joins: a thick wall."""


def faults_of(
    draft: Draft, *, kept: set[str], elsewhere: Mapping[str, Polygon], taken: set[str]
) -> list[Fault]:
    """Every fault, worst first.

    ``kept`` are keys of shapes that are as they were: two such zones may overlap, because imported plans do.
    ``elsewhere`` are zones of other floors that a passage may lead to; ``taken`` identifiers of receivers that
    stand on other floors.
    """
    return [
        *_overlaps(draft.zones, kept),
        *_outside(draft, kept),
        *_twice(draft),
        *_passages(draft, kept, elsewhere),
        *_receivers(draft, taken),
    ]


def _overlaps(zones: Sequence[DraftZone], kept: set[str]) -> Iterator[Fault]:
    for a, b, shared in sorted(overlaps([zone.polygon for zone in zones]), key=lambda pair: -pair[2]):
        one, other = zones[a], zones[b]
        if one.key in kept and other.key in kept:
            continue
        words = f"{one.name} overlaps {other.name} by {shared:.1f} m²"
        yield Fault((one.key, other.key), words, _middle(one.polygon.intersection(other.polygon)))


def _outside(draft: Draft, kept: set[str]) -> Iterator[Fault]:
    """Zones that reach over the outer walls; all of them where the walls themselves were moved."""
    if not draft.outline:
        return
    walls = polygon_of(draft.outline)
    for zone in draft.zones:
        beyond = outside_m(zone.polygon, walls)
        if beyond > OUTSIDE_TOLERANCE_M and not (zone.key in kept and OUTLINE in kept):
            words = f"{zone.name} reaches {beyond:.1f} m over the outer wall"
            yield Fault((zone.key,), words, _middle(zone.polygon.difference(walls)))


def _twice(draft: Draft) -> Iterator[Fault]:
    codes = Counter(zone.code for zone in draft.zones)
    for code in (code for code, count in codes.items() if count > 1):
        both = [zone for zone in draft.zones if zone.code == code]
        words = f"{' and '.join(zone.name for zone in both)} have the same short name, {code}"
        yield Fault(tuple(zone.key for zone in both), words)


def _passages(draft: Draft, kept: set[str], elsewhere: Mapping[str, Polygon]) -> Iterator[Fault]:
    here = {zone.key: zone.polygon for zone in draft.zones}
    for passage in draft.passages:
        if passage.key in kept:
            continue
        words = _wrong_with(passage, here, elsewhere)
        if words:
            yield Fault((passage.key,), f"{passage.kind.label}: {words}", (passage.x, passage.y))


def _wrong_with(
    passage: DraftPassage, here: Mapping[str, Polygon], elsewhere: Mapping[str, Polygon]
) -> str | None:
    a, b = passage.ends
    if a == b:
        return "it joins a zone with itself"
    if not (here.keys() & {a, b}) or not {a, b} <= here.keys() | elsewhere.keys():
        return "one of its zones is not there any more"
    spots = ((passage.x, passage.y), _far_end(passage))
    for key, spot in zip((a, b), spots, strict=True):
        away = here[key].distance(Point(spot)) if key in here else 0.0
        if away > DOOR_WITHIN_M:
            return f"it stands {away:.1f} m away from a zone that it joins"
    return None


def _far_end(passage: DraftPassage) -> Spot:
    if passage.x_b is None or passage.y_b is None:
        return (passage.x, passage.y)
    return (passage.x_b, passage.y_b)


def _receivers(draft: Draft, taken: set[str]) -> Iterator[Fault]:
    names = Counter(receiver.identifier for receiver in draft.receivers)
    for receiver in draft.receivers:
        spot = (receiver.x, receiver.y)
        if names[receiver.identifier] > 1:
            yield Fault((receiver.key,), f"Receiver {receiver.identifier} stands here twice", spot)
        elif receiver.identifier in taken:
            yield Fault(
                (receiver.key,), f"Receiver {receiver.identifier} stands on another floor already", spot
            )


def _middle(shape: BaseGeometry) -> Spot:
    point = shape.representative_point()
    return (round(point.x, 2), round(point.y, 2))
