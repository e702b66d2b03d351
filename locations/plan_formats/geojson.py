"""A floor plan as a GeoJSON file tells it, checked before anything is stored; see docs/floor-plans.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from locations.kinds_from_text import kind_from_text
from locations.models import Passage
from locations.plan_draft import MAX_FEATURES, PlanDraft, TooMuchError, code_of, plain
from locations.plan_formats.options import DEFAULT, PlanOptions
from locations.plan_parts import Plan, PlanPassage, PlanRefused
from locations.polygons import PlanError, check_rings
from locations.zones import ZoneKind

MAX_BYTES = 50_000_000


def read_geojson(content: bytes, _options: PlanOptions = DEFAULT) -> Plan:
    """The plan in a GeoJSON FeatureCollection, in metres. Raises :class:`PlanRefused` with what is wrong."""
    features = features_of(content)
    draft = PlanDraft()
    try:
        for number, feature in enumerate(features):
            try:
                _read_feature(draft, number, feature)
            except PlanError as error:
                draft.refuse(error)
    except TooMuchError:
        pass
    return draft.finish()


def features_of(content: bytes, file: str = "the file") -> list[Any]:
    """The features of a FeatureCollection. Raises :class:`PlanRefused`, which calls it ``file``."""
    if len(content) > MAX_BYTES:
        raise PlanRefused([f"{file} has {len(content)} bytes; at most {MAX_BYTES} are read"])
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PlanRefused([f"{file} is not JSON: {error}"]) from error
    features = told.get("features") if isinstance(told, dict) else None
    if (
        not isinstance(told, dict)
        or told.get("type") != "FeatureCollection"
        or not isinstance(features, list)
    ):
        raise PlanRefused([f"{file} is not a GeoJSON FeatureCollection: it needs type and features"])
    if len(features) > MAX_FEATURES:
        raise PlanRefused([f"features: {len(features)} entries; at most {MAX_FEATURES} are read"])
    return features


def _read_feature(draft: PlanDraft, number: int, feature: Any) -> None:
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
        draft.passages.append(_passage(told, geometry, where))
    elif geometry.get("type") == "Polygon":
        _add_zone(draft, told, geometry, where)
    else:
        raise PlanError(f"{where} geometry.type", f"is {geometry.get('type')!r}; a room is one Polygon")


def _add_zone(draft: PlanDraft, told: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> None:
    floor = _text(told, "floor", where)
    rings = _flat(geometry.get("coordinates"))
    if told.get("outline") is True:
        check_rings(rings, f"{where} geometry.coordinates")
        draft.outlines[floor] = rings
        return
    space = _text(told, "space", where)
    name = _text(told, "name", where, space)[:120]
    draft.add_zone(
        floor,
        space,
        rings,
        name=name,
        kind=_kind(told, name, where),
        where=where,
        base_m=_number(told, "z0", where),
        department=_text(told, "department", where, ""),
        ring_where=f"{where} geometry.coordinates",
        space_where=f"{where} properties.space",
    )
    level = _number(told, "level", where)
    if level is not None:
        draft.add_level(floor, level, f"{where} properties.level")


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
    a, b = (code_of(code) for code in joins)
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
    return plain(value)


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
