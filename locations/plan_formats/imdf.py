"""A building's floors out of an IMDF archive: levels, units and openings, from degrees to metres."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry import LineString, Polygon

from locations.faults import rings_of
from locations.models import Passage
from locations.plan_draft import PlanDraft, TooMuchError, code_of
from locations.plan_formats.archive import unpacked
from locations.plan_formats.geography import LocalFrame, line_of, position
from locations.plan_formats.geojson import features_of
from locations.plan_formats.imdf_words import NO_ROOMS, RISING, unit_kind, words_of
from locations.plan_formats.options import DEFAULT, PlanOptions
from locations.plan_parts import Plan, PlanPassage, PlanRefused
from locations.polygons import PlanError

NO_ROOM = "the archive holds no room: no unit lies on a level of the building"
_FILES = ("venue", "building", "footprint", "level", "unit", "opening", "occupant", "anchor", "relationship")

Features = dict[str, dict[str, Any]]


def read_imdf(content: bytes, options: PlanOptions = DEFAULT) -> Plan:
    """The building that an IMDF archive holds. Raises :class:`PlanRefused`."""
    files = unpacked(content, ".geojson")
    if missing := [name for name in ("level", "unit") if f"{name}.geojson" not in files]:
        raise PlanRefused([f"the archive is no IMDF: {missing[0]}.geojson is missing"])
    told = {name: _by_id(files.get(f"{name}.geojson"), name) for name in _FILES}
    building = _building(told["building"], options.building)
    reading = _Reading(told, _frame(told, building, options), building)
    try:
        for step in (
            reading.read_levels,
            reading.read_units,
            reading.read_openings,
            reading.read_relationships,
        ):
            step()
    except TooMuchError:
        pass
    return reading.draft.finish(NO_ROOM)


def _by_id(content: bytes | None, name: str) -> Features:
    if content is None:
        return {}
    features = features_of(content, f"{name}.geojson")
    found = {str(feature.get("id")): feature for feature in features if isinstance(feature, dict)}
    if len(found) != len(features):
        raise PlanRefused([f"{name}.geojson: a feature has no id, or one that another has"])
    return found


def properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    told = feature.get("properties")
    return told if isinstance(told, dict) else {}


def geometry(feature: Mapping[str, Any]) -> tuple[str, Any]:
    told = feature.get("geometry")
    return (str(told.get("type")), told.get("coordinates")) if isinstance(told, dict) else ("", None)


def _building(buildings: Features, wanted: str) -> str:
    """Id of the building to read; empty where the archive tells none."""
    named = {key: words_of(properties(feature).get("name")) or key for key, feature in buildings.items()}
    found = [key for key, name in named.items() if not wanted or wanted in (key, name)]
    if len(found) == 1 or not named:
        return found[0] if found else ""
    listed = ", ".join(sorted(named.values()))
    words = (
        f"no building is called “{wanted}”"
        if not found
        else "the archive holds several buildings: choose one"
    )
    raise PlanRefused([f"{words}; there are: {listed}"])


def _frame(told: Mapping[str, Features], building: str, options: PlanOptions) -> LocalFrame:
    """Around the origin that was given, else the building's display point, its footprint, or the venue's point."""
    if options.origin:
        return LocalFrame(*options.origin, options.rotation)
    of_building = [told["building"][building]] if building else []
    points = [properties(feature).get("display_point") for feature in [*of_building, *told["venue"].values()]]
    for point in points:
        if isinstance(point, dict) and point.get("coordinates"):
            longitude, latitude = position(point["coordinates"], "display_point")
            return LocalFrame(latitude, longitude, options.rotation)
    for feature in [*told["footprint"].values(), *told["level"].values()]:
        kind, coordinates = geometry(feature)
        if kind in ("Polygon", "MultiPolygon"):
            corner = coordinates[0][0] if kind == "Polygon" else coordinates[0][0][0]
            longitude, latitude = position(corner, "footprint")
            return LocalFrame(latitude, longitude, options.rotation)
    raise PlanRefused(["the archive tells no point to measure from: give an origin"])


class _Reading:
    """One building's levels, then their units, then what joins these."""

    def __init__(self, told: Mapping[str, Features], frame: LocalFrame, building: str) -> None:
        self.draft = PlanDraft()
        self._told, self._frame, self._building = told, frame, building
        self._floors: dict[str, str] = {}
        self._units: dict[str, tuple[str, str]] = {}
        self._occupants = _occupants(told)

    def _each(self, name: str) -> Iterable[tuple[str, dict[str, Any], str]]:
        for key, feature in self._told[name].items():
            yield key, feature, f"{name} {words_of(properties(feature).get('name')) or key}"

    def read_levels(self) -> None:
        levels = [
            (key, feature, where)
            for key, feature, where in self._each("level")
            if not self._building
            or self._building in (properties(feature).get("building_ids") or [self._building])
        ]
        for key, feature, where in sorted(levels, key=lambda level: str(properties(level[1]).get("ordinal"))):
            try:
                self._read_level(key, feature, where)
            except PlanError as error:
                self.draft.refuse(error)

    def _read_level(self, key: str, feature: Mapping[str, Any], where: str) -> None:
        told = properties(feature)
        ordinal = told.get("ordinal")
        if not isinstance(ordinal, int) or isinstance(ordinal, bool) or abs(ordinal) > 200:
            raise PlanError(where, f"has no ordinal that is a whole number: {ordinal!r}")
        name = (words_of(told.get("name")) or f"Level {ordinal}")[:60]
        if name in self.draft.levels:
            name = f"{name[:50]} ({ordinal})"
        self.draft.add_level(name, ordinal, where)
        self._floors[key] = name
        kind, coordinates = geometry(feature)
        parts = coordinates if kind == "MultiPolygon" else [coordinates] if kind == "Polygon" else []
        polygons = [
            Polygon(rings[0], rings[1:]) for rings in (self._frame.rings(part, where) for part in parts)
        ]
        if len(polygons) == 1 and polygons[0].is_valid:
            self.draft.outlines[name] = [
                [[round(x, 3), round(y, 3)] for x, y in r] for r in rings_of(polygons[0])
            ]

    def read_units(self) -> None:
        skipped: Counter[str] = Counter()
        for key, feature, where in self._each("unit"):
            floor = self._floors.get(str(properties(feature).get("level_id")))
            category = str(properties(feature).get("category") or "unspecified")
            if floor is None:
                continue
            if category in NO_ROOMS:
                skipped[category] += 1
                continue
            try:
                self._read_unit(key, feature, where, floor, category)
            except PlanError as error:
                self.draft.refuse(error)
        self.draft.notes += [
            f"{count} units are no rooms and are left out: {name}" for name, count in skipped.items()
        ]

    def _read_unit(self, key: str, feature: Mapping[str, Any], where: str, floor: str, category: str) -> None:
        told = properties(feature)
        kind, coordinates = geometry(feature)
        if kind == "MultiPolygon" and isinstance(coordinates, list) and len(coordinates) == 1:
            kind, coordinates = "Polygon", coordinates[0]
        if kind != "Polygon":
            raise PlanError(where, f"is a {kind or 'feature without geometry'}; a room is one Polygon")
        name = words_of(told.get("name")) or words_of(told.get("alt_name")) or self._occupants.get(key, "")
        code = self._code(floor, category, key)
        rings = self._frame.rings(coordinates, where)
        self.draft.add_zone(
            floor, code, rings, name=name or _spoken(category), kind=unit_kind(category, name), where=where
        )
        self._units[key] = (floor, code)

    def _code(self, floor: str, category: str, key: str) -> str:
        """From the unit's id, which stays when its name changes."""
        short = code_of(f"{category.split('.')[0]}-{key[:8]}")
        return short if short not in self.draft.zones.get(floor, {}) else code_of(key)

    def read_openings(self) -> None:
        found = 0
        for _, feature, where in self._each("opening"):
            floor = self._floors.get(str(properties(feature).get("level_id")))
            kind, coordinates = geometry(feature)
            if floor is None or kind != "LineString" or floor not in self.draft.zones:
                continue
            try:
                line = LineString([self._frame.point(point, where) for point in line_of(coordinates, where)])
            except (PlanError, ValueError, shapely.errors.GEOSException) as error:
                wrong = error if isinstance(error, PlanError) else PlanError(where, "is not a line")
                self.draft.refuse(wrong)
                continue
            middle = line.interpolate(0.5, normalized=True)
            found += not self.draft.add_door_at(floor, middle.x, middle.y)
        if found:
            self.draft.notes.append(
                f"{found} openings lie between no two rooms (ways out of the building, mostly)"
            )

    def read_relationships(self) -> None:
        for _, feature, _where in self._each("relationship"):
            told = properties(feature)
            rising = RISING.get(str(told.get("category")))
            if rising is None:
                continue
            ends = [told.get("origin"), *(told.get("intermediary") or []), told.get("destination")]
            units = [self._units[key] for end in ends if (key := _reference(end)) in self._units]
            units.sort(key=lambda unit: self.draft.levels[unit[0]])
            for (floor, code), (above, code_above) in itertools.pairwise(units):
                if floor != above:
                    self._add_shaft(rising, (floor, code), (above, code_above))

    def _add_shaft(
        self, rising: tuple[Passage.Kind, float], low: tuple[str, str], high: tuple[str, str]
    ) -> None:
        storeys = abs(self.draft.levels[high[0]] - self.draft.levels[low[0]])
        spot = self.draft.zones[low[0]][low[1]].polygon.representative_point()
        self.draft.passages.append(
            PlanPassage(
                low[0], high[0], (low[1], high[1]), rising[0].value, round(spot.x, 3), round(spot.y, 3),
                rising[1] * storeys,
            )
        )  # fmt: skip


def _reference(told: Any) -> str:
    return str(told.get("id")) if isinstance(told, dict) else ""


def _spoken(category: str) -> str:
    return category.replace(".", ", ").capitalize()


def _occupants(told: Mapping[str, Features]) -> dict[str, str]:
    """Unit → name of who has it, through the anchors."""
    unit_of = {key: str(properties(feature).get("unit_id")) for key, feature in told["anchor"].items()}
    names: dict[str, str] = {}
    for feature in told["occupant"].values():
        unit = unit_of.get(str(properties(feature).get("anchor_id")))
        if unit and (name := words_of(properties(feature).get("name"))):
            names.setdefault(unit, name)
    return names
