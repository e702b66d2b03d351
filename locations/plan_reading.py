"""A floor plan as a GeoJSON file tells it, checked before anything is stored; see docs/floor-plans.md."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify

from locations.kinds_from_text import kind_from_text
from locations.models import Passage
from locations.plan_parts import Plan, PlanFloor, PlanPassage, PlanRefused, PlanZone
from locations.polygons import PlanError, check_rings
from locations.zones import ZoneKind

MAX_BYTES = 50_000_000
MAX_FEATURES = 20_000
MAX_PROBLEMS = 20
"""After so many, the rest is likely the same mistake again."""


@dataclass(slots=True)
class _Reading:
    """What was read so far, and what was wrong with it."""

    zones: dict[str, dict[str, PlanZone]] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    passages: list[PlanPassage] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_plan(content: bytes) -> Plan:
    """The plan in a GeoJSON FeatureCollection, in metres. Raises :class:`PlanRefused` with what is wrong."""
    features = _features(content)
    reading = _Reading()
    for number, feature in enumerate(features):
        try:
            _read_feature(reading, number, feature)
        except PlanError as error:
            reading.problems.append(str(error))
        if len(reading.problems) >= MAX_PROBLEMS:
            reading.problems.append("… and perhaps more")
            break
    _check_passages(reading)
    if reading.problems:
        raise PlanRefused(reading.problems)
    if not reading.zones:
        raise PlanRefused(["the file holds no room: no feature is a polygon"])
    levels = _levels(reading)
    floors = [PlanFloor(name, levels[name], zones) for name, zones in reading.zones.items()]
    return Plan(sorted(floors, key=lambda floor: floor.level), reading.passages)


def _features(content: bytes) -> list[Any]:
    if len(content) > MAX_BYTES:
        raise PlanRefused([f"the file has {len(content)} bytes; at most {MAX_BYTES} are read"])
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PlanRefused([f"the file is not JSON: {error}"]) from error
    features = told.get("features") if isinstance(told, dict) else None
    if (
        not isinstance(told, dict)
        or told.get("type") != "FeatureCollection"
        or not isinstance(features, list)
    ):
        raise PlanRefused(["the file is not a GeoJSON FeatureCollection: it needs type and features"])
    if len(features) > MAX_FEATURES:
        raise PlanRefused([f"features: {len(features)} entries; at most {MAX_FEATURES} are read"])
    return features


def _read_feature(reading: _Reading, number: int, feature: Any) -> None:
    where = f"features[{number}]"
    if not isinstance(feature, dict):
        raise PlanError(where, "is not a feature")
    told, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(told, dict):
        raise PlanError(f"{where}.properties", "is missing")
    if not isinstance(geometry, dict):
        raise PlanError(f"{where}.geometry", "is missing")
    where = f"{where} ({_text(told, 'space', where, '') or _text(told, 'name', where, 'unnamed')})"
    if geometry.get("type") == "Point":
        reading.passages.append(_passage(told, geometry, where))
    elif geometry.get("type") == "Polygon":
        _add_zone(reading, told, geometry, where)
    else:
        raise PlanError(f"{where} geometry.type", f"is {geometry.get('type')!r}; a room is one Polygon")


def _add_zone(reading: _Reading, told: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> None:
    floor = _text(told, "floor", where)
    rings = _flat(geometry.get("coordinates"))
    polygon = check_rings(rings, f"{where} geometry.coordinates")
    space = _text(told, "space", where)
    code = slugify(space, allow_unicode=True)[:50]
    if not code:
        raise PlanError(f"{where} properties.space", "has no letter or digit")
    zones = reading.zones.setdefault(floor, {})
    if code in zones:
        raise PlanError(f"{where} properties.space", f"“{code}” names two zones of {floor}")
    name = _text(told, "name", where, space)[:120]
    zones[code] = PlanZone(code, name, _kind(told, name, where), rings, polygon, _number(told, "z0", where))
    level = _number(told, "level", where)
    if level is not None and reading.levels.setdefault(floor, int(level)) != level:
        raise PlanError(
            f"{where} properties.level", f"is {level:g}, while {floor} is at {reading.levels[floor]}"
        )


def _passage(told: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> PlanPassage:
    joins = told.get("joins")
    if not isinstance(joins, list) or len(joins) != 2 or not all(isinstance(code, str) for code in joins):
        raise PlanError(f"{where} properties.joins", "is not a list of two zones' codes")
    kind = _text(told, "passage", where, Passage.Kind.DOOR)
    if kind not in Passage.Kind.values:
        raise PlanError(
            f"{where} properties.passage", f"is “{kind}”; it is one of {', '.join(Passage.Kind.values)}"
        )
    spot = geometry.get("coordinates")
    if not isinstance(spot, list) or len(spot) < 2 or not all(_is_number(value) for value in spot[:2]):
        raise PlanError(f"{where} geometry.coordinates", "is not a point [x, y]")
    floor = _text(told, "floor", where)
    a, b = (slugify(code, allow_unicode=True)[:50] for code in joins)
    length_m = _number(told, "length_m", where) or 0.0
    return PlanPassage(
        floor,
        _text(told, "to_floor", where, floor),
        (a, b),
        kind,
        float(spot[0]),
        float(spot[1]),
        max(length_m, 0.0),
    )


def _check_passages(reading: _Reading) -> None:
    for passage in reading.passages:
        for floor, code in zip((passage.floor, passage.to_floor), passage.codes, strict=True):
            if code not in reading.zones.get(floor, {}) and not reading.problems:
                reading.problems.append(
                    f"a {passage.kind} at ({passage.x:g}, {passage.y:g}) joins “{code}”"
                    f" of {floor}, which has no such zone"
                )


def _kind(told: Mapping[str, Any], name: str, where: str) -> ZoneKind:
    kind = _text(told, "kind", where, "")
    if not kind:
        return kind_from_text(_text(told, "category", where, ""), name)
    if kind not in ZoneKind.values:
        raise PlanError(f"{where} properties.kind", f"is “{kind}”; it is one of {', '.join(ZoneKind.values)}")
    return ZoneKind(kind)


def _text(told: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = told.get(key)
    if value is None or value == "":
        if default is None:
            raise PlanError(f"{where} properties.{key}", "is missing")
        return default
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise PlanError(f"{where} properties.{key}", f"is not a text: {value!r}")
    return " ".join(str(value).replace("\x00", " ").split())


def _number(told: Mapping[str, Any], key: str, where: str) -> float | None:
    value = told.get(key)
    if value is not None and not _is_number(value):
        raise PlanError(f"{where} properties.{key}", f"is not a number: {value!r}")
    return None if value is None else float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _flat(coordinates: Any) -> Any:
    """Coordinates without heights, which GeoJSON allows as a third number."""
    if not isinstance(coordinates, list):
        return coordinates
    return [
        [point[:2] if isinstance(point, list) and len(point) == 3 else point for point in ring]
        if isinstance(ring, list)
        else ring
        for ring in coordinates
    ]


def _levels(reading: _Reading) -> dict[str, int]:
    """Floor → level. As told, else counted: by height where every floor tells one, else as they come.

    The lowest floor that is not below the ground is 0.
    """
    names = list(reading.zones)
    if all(name in reading.levels for name in names):
        return reading.levels
    heights = {name: _height(reading.zones[name].values()) for name in names}
    known = {name: height for name, height in heights.items() if height is not None}
    order = sorted(names, key=lambda name: known[name]) if len(known) == len(names) else names
    below = sum(1 for height in known.values() if height < -1.0) if len(known) == len(names) else 0
    return {name: place - below for place, name in enumerate(order)}


def _height(zones: Iterable[PlanZone]) -> float | None:
    told = [zone.base_m for zone in zones if zone.base_m is not None]
    return statistics.median(told) if told else None
