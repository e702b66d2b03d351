"""A plan while a file is read: every format adds its rooms here, and the same checks hold for all of them."""

from __future__ import annotations

import hashlib
import statistics
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify
from shapely.geometry import Point

from locations.faults import Fault, outside_faults
from locations.plan_parts import Plan, PlanFloor, PlanPassage, PlanRefused, PlanZone
from locations.polygons import PlanError, check_rings
from locations.zones import ZoneKind

MAX_FEATURES = 20_000
MAX_PROBLEMS = 20
"""After so many, the rest is likely the same mistake again."""
NEAR_M = 0.5
"""How far from a room's wall a door may be drawn."""
NO_ROOM = "the file holds no room: no feature is a polygon"


def code_of(text: str) -> str:
    """A zone's code: letters and digits of any script, as in an address.

    An address has no room for vowel signs and other marks that stand on letters. What loses some gets a few digits
    that tell it apart from what differs only by them.
    """
    whole = unicodedata.normalize("NFKC", text)
    code = slugify(whole, allow_unicode=True)[:50].strip("-_")
    if code and any(unicodedata.category(letter).startswith("M") for letter in whole):
        digits = hashlib.sha256(whole.lower().encode()).hexdigest()[:4]
        return f"{code[:45]}-{digits}"
    return code


def plain(text: Any) -> str:
    """One line of text, letters and their marks joined, without what the database cannot hold."""
    return " ".join(unicodedata.normalize("NFC", str(text)).replace("\x00", " ").split())


class TooMuchError(Exception):
    """So many faults that reading on tells nothing new."""


@dataclass(slots=True)
class PlanDraft:
    """What was read so far, and what was wrong with it."""

    zones: dict[str, dict[str, PlanZone]] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    outlines: dict[str, list[list[list[float]]]] = field(default_factory=dict)
    passages: list[PlanPassage] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_zone(
        self,
        floor: str,
        space: str,
        rings: Any,
        *,
        name: str,
        kind: ZoneKind,
        where: str,
        base_m: float | None = None,
        department: str = "",
        ring_where: str = "",
        space_where: str = "",
    ) -> None:
        """Raises :class:`PlanError`. ``where`` names the feature; ``ring_where`` and ``space_where`` its keys."""
        code = code_of(space)
        polygon = self._polygon(rings, ring_where or where, floor, code)
        if not code:
            raise PlanError(space_where or where, "has no letter or digit")
        zones = self.zones.setdefault(floor, {})
        if code in zones:
            raise PlanError(space_where or where, f"“{code}” names two zones of {floor}")
        zones[code] = PlanZone(code, name[:120], kind, rings, polygon, base_m, department)

    def _polygon(self, rings: Any, where: str, floor: str, code: str) -> Any:
        try:
            return check_rings(rings, where)
        except PlanError as error:
            error.floor, error.code, error.rings = floor, code, rings
            raise

    def add_level(self, floor: str, level: float, where: str) -> None:
        if self.levels.setdefault(floor, int(level)) != level:
            raise PlanError(where, f"is {level:g}, while {floor} is at {self.levels[floor]}")

    def add_door_at(self, floor: str, x: float, y: float) -> bool:
        """A door between the two rooms of a floor that lie closest to the spot; whether there are two."""
        spot = Point(x, y)
        zones = self.zones.get(floor, {})
        near = [(zone.polygon.distance(spot), code) for code, zone in zones.items()]
        beside = sorted(pair for pair in near if pair[0] <= NEAR_M)[:2]
        if len(beside) == 2:
            codes = (min(beside[0][1], beside[1][1]), max(beside[0][1], beside[1][1]))
            self.passages.append(PlanPassage(floor, floor, codes, "door", round(x, 3), round(y, 3)))
        return len(beside) == 2

    def refuse(self, error: PlanError) -> None:
        """Notes a fault; raises :class:`TooMuchError` when there are enough of them."""
        self.faults.append(fault_of(error))
        if len(self.faults) >= MAX_PROBLEMS:
            self.faults.append(Fault("file", "… and perhaps more"))
            raise TooMuchError

    def finish(self, nothing: str = NO_ROOM) -> Plan:
        """The plan. Raises :class:`PlanRefused` with all faults; ``nothing`` is said where no room was drawn."""
        if not self.faults:
            self._check_passages()
            self._check_outlines()
        if self.faults:
            raise PlanRefused(self.faults)
        if not self.zones:
            raise PlanRefused([nothing])
        levels = _levels(self)
        floors = [
            PlanFloor(name, levels[name], zones, self.outlines.get(name))
            for name, zones in self.zones.items()
        ]
        return Plan(sorted(floors, key=lambda floor: floor.level), self.passages, self.notes)

    def _check_passages(self) -> None:
        for passage in self.passages:
            for floor, code in zip((passage.floor, passage.to_floor), passage.codes, strict=True):
                if code not in self.zones.get(floor, {}) and not self.faults:
                    words = (
                        f"a {passage.kind} at ({passage.x:g}, {passage.y:g}) joins “{code}”"
                        f" of {floor}, which has no such zone"
                    )
                    spots = ((passage.x, passage.y),)
                    self.faults.append(Fault("passage", words, passage.floor, spots=spots))

    def _check_outlines(self) -> None:
        for floor, outline in self.outlines.items():
            zones = [(zone.code, zone.name, zone.polygon) for zone in self.zones.get(floor, {}).values()]
            self.faults += outside_faults(floor, zones, outline)[:MAX_PROBLEMS]


def fault_of(error: PlanError) -> Fault:
    shapes = (error.rings,) if drawable(error.rings) else ()
    codes = (error.code,) if error.code else ()
    return Fault(error.kind, str(error), error.floor, codes, shapes=shapes, spots=tuple(error.spots))


def drawable(rings: Any) -> bool:
    """Whether faulty rings can still be shown: finite points in lists."""
    try:
        return bool(rings) and all(
            len(point) == 2 and abs(point[0]) < 1e6 and abs(point[1]) < 1e6
            for ring in rings
            for point in ring
        )
    except (TypeError, KeyError):
        return False


def _levels(draft: PlanDraft) -> dict[str, int]:
    """Floor → level. As told, else counted: by height where every floor tells one, else as they come.

    The lowest floor that is not below the ground is 0.
    """
    names = list(draft.zones)
    if all(name in draft.levels for name in names):
        return draft.levels
    heights = {name: _height(draft.zones[name].values()) for name in names}
    known = {name: height for name, height in heights.items() if height is not None}
    order = sorted(names, key=lambda name: known[name]) if len(known) == len(names) else names
    below = sum(1 for height in known.values() if height < -1.0) if len(known) == len(names) else 0
    return {name: place - below for place, name in enumerate(order)}


def _height(zones: Iterable[PlanZone]) -> float | None:
    told = [zone.base_m for zone in zones if zone.base_m is not None]
    return statistics.median(told) if told else None
