"""A drawing of a floor as an editor sends it: strict, every fault told with the shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from locations.faults import Fault
from locations.floor_drawing import Drawing, DrawnPassage, DrawnReceiver, DrawnZone
from locations.models import Passage
from locations.plan_draft import code_of, fault_of, plain
from locations.plan_parts import PlanRefused, PlanZone
from locations.polygons import MAX_COORDINATE_M, PlanError, check_rings
from locations.receiver_kinds import ReceiverKind
from locations.zones import ZoneKind

MOST_ZONES = 3_000
MOST_OTHERS = 10_000
MOST_REACH_M = 200.0


def read_drawing(told: Any) -> Drawing:
    """The drawing, in metres to the millimetre. Raises :class:`PlanRefused` with every fault."""
    if not isinstance(told, dict):
        raise PlanRefused(["the drawing is not an object"])
    reading = _Reading()
    zones = reading.each(told, "zones", MOST_ZONES, reading.zone)
    passages = reading.each(told, "passages", MOST_OTHERS, reading.passage)
    receivers = reading.each(told, "receivers", MOST_OTHERS, reading.receiver)
    if reading.faults:
        raise PlanRefused(reading.faults)
    return Drawing(
        str(told.get("stamp") or ""),
        tuple(zones),
        tuple(passages),
        tuple(receivers),
        told.get("lets_overlaps_in") is True,
    )


class _Reading:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._codes: set[str] = set()

    def each(self, told: Mapping[str, Any], name: str, most: int, read: Any) -> list[Any]:
        rows = told.get(name, [])
        if not isinstance(rows, list) or len(rows) > most:
            self.faults.append(Fault("file", f"{name} is not a list of at most {most}"))
            return []
        if name == "zones":
            self._codes = {code_of(str(row.get("code") or "")) for row in rows if isinstance(row, dict)}
        found = []
        for number, row in enumerate(rows):
            where = f"{name}[{number}]"
            try:
                found.append(read(_object(row, where), where))
            except PlanError as error:
                self.faults.append(_fault(error, row))
        return found

    def zone(self, told: Mapping[str, Any], where: str) -> DrawnZone:
        name = plain(told.get("name") or "")
        where = f"{name or where} ({plain(told.get('code') or '') or 'new'})"
        if not name:
            raise PlanError(where, "has no name", "name")
        if len(name) > 120:
            raise PlanError(where, "has a name of more than 120 letters", "name")
        kind = told.get("kind")
        if kind not in ZoneKind.values:
            raise PlanError(where, f"has the kind {kind!r}, which there is not", "name")
        rings = _rounded(told.get("rings"))
        polygon = _polygon(rings, where)
        department = plain(told.get("department") or "")
        plan = PlanZone(
            self._code(told, name, where),
            name,
            ZoneKind(kind),
            rings,
            polygon,
            department=department,
            clears_department=not department,
        )
        drawn_from = told.get("drawn_from") or []
        if not isinstance(drawn_from, list) or not all(_is_id(pk) for pk in drawn_from):
            raise PlanError(where, "does not tell the zones that it was drawn from")
        return DrawnZone(_key(told, where), _id(told, where), plan, tuple(drawn_from))

    def _code(self, told: Mapping[str, Any], name: str, where: str) -> str:
        """As told; made from the name where none is told, with a number where another zone has it."""
        code = code_of(str(told.get("code") or ""))
        if told.get("code"):
            if not code:
                raise PlanError(where, "has a code without a letter or digit", "code")
            return code
        base = code_of(name) or "zone"
        free = (base if n == 1 else f"{base[:45]}-{n}" for n in range(1, MOST_ZONES + 2))
        code = next(candidate for candidate in free if candidate not in self._codes)
        self._codes.add(code)
        return code

    def passage(self, told: Mapping[str, Any], where: str) -> DrawnPassage:
        ends, kind = told.get("zones"), told.get("kind")
        if (
            not isinstance(ends, list)
            or len(ends) != 2
            or not all(_is_id(e) or isinstance(e, str) for e in ends)
        ):
            raise PlanError(where, "does not tell two zones", "passage")
        if kind not in Passage.Kind.values:
            raise PlanError(
                where, f"has the kind {kind!r}; it is one of {', '.join(Passage.Kind.values)}", "passage"
            )
        other = [None if told.get(key) is None else _metres(told, key, where) for key in ("x_b", "y_b")]
        length = _number(told.get("length_m", 0.0), f"{where}.length_m")
        if not 0 <= length <= 1_000:
            raise PlanError(where, f"is {length:g} m long; that is between 0 and 1000", "passage")
        return DrawnPassage(
            _id(told, where), (ends[0], ends[1]), kind, _metres(told, "x", where), _metres(told, "y", where),
            other[0], other[1], length, told.get("is_guess") is True,
        )  # fmt: skip

    def receiver(self, told: Mapping[str, Any], where: str) -> DrawnReceiver:
        identifier = plain(told.get("identifier") or "")
        if not identifier or len(identifier) > 64:
            raise PlanError(where, "has no identifier of at most 64 letters", "receiver")
        kind = told.get("kind") or ReceiverKind.RADIO
        if kind not in ReceiverKind.values:
            raise PlanError(
                where, f"has the kind {kind!r}; it is one of {', '.join(ReceiverKind.values)}", "receiver"
            )
        reach = _number(told.get("reach_m", 6.0), f"{where}.reach_m")
        if not 0 < reach <= MOST_REACH_M:
            raise PlanError(
                where, f"reaches {reach:g} m; that is more than 0 and at most {MOST_REACH_M:g}", "receiver"
            )
        return DrawnReceiver(
            _id(told, where), identifier, str(kind), plain(told.get("label") or "")[:120],
            _metres(told, "x", where), _metres(told, "y", where), reach, told.get("remove") is True,
        )  # fmt: skip


def _object(row: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise PlanError(where, "is not an object")
    return row


def _fault(error: PlanError, row: Any) -> Fault:
    fault = fault_of(error)
    key = str(row.get("key")) if isinstance(row, dict) and row.get("key") is not None else ""
    codes = (code_of(str(row.get("code") or "")),) if key else ()
    return Fault(
        error.kind, fault.words, fault.floor, tuple(filter(None, codes)), (key,) if key else (), fault.shapes,
        fault.shared, fault.spots,
    )  # fmt: skip


def _polygon(rings: Any, where: str) -> Any:
    try:
        return check_rings(rings, where)
    except PlanError as error:
        error.rings = rings
        raise


def _rounded(rings: Any) -> Any:
    """To the millimetre; what is no list of points stays as it is, for the check to name."""
    try:
        return [[[round(float(x), 3), round(float(y), 3)] for x, y in ring] for ring in rings]
    except (TypeError, ValueError, OverflowError):
        return rings


def _key(told: Mapping[str, Any], where: str) -> str:
    key = told.get("key")
    if not isinstance(key, str) or not 0 < len(key) <= 64:
        raise PlanError(where, "has no key of at most 64 letters")
    return key


def _id(told: Mapping[str, Any], where: str) -> int | None:
    found = told.get("id")
    if found is not None and not _is_id(found):
        raise PlanError(where, "has an id that is not a number")
    return found


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise PlanError(where, f"is not a number: {value!r}")
    return float(value)


def _metres(told: Mapping[str, Any], key: str, where: str) -> float:
    value = _number(told.get(key), f"{where}.{key}")
    if abs(value) > MAX_COORDINATE_M:
        raise PlanError(f"{where}.{key}", f"lies {value:.0f} m from the origin")
    return round(value, 3)
