"""A floor as somebody drew it, on its way in: read from JSON and checked shape by shape, not stored yet."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from locations.models import Passage
from locations.polygons import MAX_COORDINATE_M, PlanError, check_rings
from locations.receiver_kinds import ReceiverKind
from locations.zones import ZoneKind

MOST_SHAPES = 3_000
OUTLINE = "outline"
"""The key of the outer walls, beside those of zones, passages and receivers."""
_CODE = re.compile(r"[-\w]+\Z")
_SPOT = re.compile(r"\[(\S+) (\S+)\]")
_T = TypeVar("_T")

Spot = tuple[float, float]
Rings = list[list[list[float]]]


class MalformedDraftError(ValueError):
    """Not a draft of the editor at all: no person can mend it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a draft is not stored: ``keys`` of the shapes that it is about, and a spot where it shows."""

    keys: tuple[str, ...]
    words: str
    at: Spot | None = None


class DraftRefusedError(ValueError):
    """Nothing was stored."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.words for fault in faults[:5]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class DraftZone:
    """``pk``: the zone that this is; ``sources``: zones out of which it was split or merged."""

    key: str
    pk: int | None
    sources: tuple[int, ...]
    code: str
    name: str
    kind: ZoneKind
    department_id: int | None
    rings: Rings
    polygon: Polygon = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DraftPassage:
    """``ends`` are keys of zones; ``z<id>`` may be one of another floor."""

    key: str
    pk: int | None
    kind: Passage.Kind
    ends: tuple[str, str]
    x: float
    y: float
    x_b: float | None
    y_b: float | None
    length_m: float


@dataclass(frozen=True, slots=True)
class DraftReceiver:
    key: str
    pk: int | None
    identifier: str
    label: str
    kind: ReceiverKind
    x: float
    y: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class Draft:
    """``outline`` is ``None`` where it is to be drawn around the zones."""

    revision: str
    outline: Rings | None
    zones: list[DraftZone]
    passages: list[DraftPassage]
    receivers: list[DraftReceiver]


def read_draft(told: Any) -> Draft:
    """Raises :class:`MalformedDraftError` for what the editor never sends, :class:`DraftRefusedError` with every
    fault of a single shape."""
    faults: list[Fault] = []
    outline = _part(told, "outline", (list, type(None)))
    draft = Draft(
        revision=_part(told, "revision", str),
        outline=_outline(outline, faults) if outline else outline,
        zones=_each(told, "zones", lambda row: _zone(row, faults)),
        passages=_each(told, "passages", _passage),
        receivers=_each(told, "receivers", lambda row: _receiver(row, faults)),
    )
    if faults:
        raise DraftRefusedError(faults)
    return draft


def _each(told: Any, name: str, read: Callable[[Any], _T | None]) -> list[_T]:
    rows = _part(told, name, list)
    if len(rows) > MOST_SHAPES:
        raise MalformedDraftError(f"{name}: more than {MOST_SHAPES}")
    return [row for row in map(read, rows) if row is not None]


def _zone(row: Any, faults: list[Fault]) -> DraftZone | None:
    key, name, code = _key(row), _text(row, "name", 120), _text(row, "code", 50)
    called = name or code or "A zone"
    before = len(faults)
    if not name:
        faults.append(Fault((key,), f"{called} has no name"))
    if not _CODE.match(code):
        faults.append(Fault((key,), f"{called}: its short name is made of letters, digits, - and _"))
    polygon = _polygon(_rounded(_part(row, "rings", list)), key, called, faults)
    if polygon is None or len(faults) > before:
        return None
    department = _part(row, "department", (int, type(None)))
    sources = tuple(_whole(source) for source in _part(row, "from", list))
    return DraftZone(
        key, _pk(row), sources, code, name, _choice(ZoneKind, row), department, _rings_of(polygon), polygon
    )


def _passage(row: Any) -> DraftPassage:
    ends = _part(row, "ends", list)
    if len(ends) != 2 or not all(isinstance(end, str) for end in ends):
        raise MalformedDraftError("ends: not two keys")
    x_b, y_b = (None if row.get(name) is None else _metres(row, name) for name in ("x_b", "y_b"))
    return DraftPassage(
        _key(row), _pk(row), _choice(Passage.Kind, row), (ends[0], ends[1]),
        _metres(row, "x"), _metres(row, "y"), x_b, y_b, max(0.0, _metres(row, "length_m")),
    )  # fmt: skip


def _receiver(row: Any, faults: list[Fault]) -> DraftReceiver:
    key, identifier, reach = _key(row), _text(row, "identifier", 64), _metres(row, "reach_m")
    if not identifier:
        faults.append(Fault((key,), "A receiver has no identifier: what it is called in reports"))
    if not 0.1 <= reach <= 200:
        words = f"Receiver {identifier}: its reach is between 0.1 and 200 m"
        faults.append(Fault((key,), words))
    return DraftReceiver(
        key, _pk(row), identifier, _text(row, "label", 120), _choice(ReceiverKind, row),
        _metres(row, "x"), _metres(row, "y"), reach,
    )  # fmt: skip


def _outline(rings: Any, faults: list[Fault]) -> Rings:
    polygon = _polygon(_rounded(rings), OUTLINE, "The outer wall", faults)
    return _rings_of(polygon) if polygon is not None else []


def _polygon(rings: Any, key: str, called: str, faults: list[Fault]) -> Polygon | None:
    try:
        return check_rings(rings, called)
    except PlanError as error:
        at = _crossing(rings)
        words = f"{called} crosses itself" if at is not None else f"{called} {error.problem}"
        faults.append(Fault((key,), words, at))
        return None


def _crossing(rings: Any) -> Spot | None:
    """Where the shape crosses itself, if that is what is wrong with it."""
    try:
        found = _SPOT.search(explain_validity(Polygon(rings[0], rings[1:])))
    except (ValueError, TypeError, IndexError):
        return None
    return (float(found[1]), float(found[2])) if found else None


def _rounded(rings: Any) -> Any:
    """To millimetres; what is no number stays, to be refused by name."""
    if isinstance(rings, list):
        return [_rounded(part) for part in rings]
    is_number = isinstance(rings, float) and math.isfinite(rings)
    return round(rings, 3) if is_number else rings


def _rings_of(polygon: Polygon) -> Rings:
    return [[[x, y] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]


def _part(row: Any, name: str, kind: type | tuple[type, ...]) -> Any:
    value = row.get(name) if isinstance(row, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise MalformedDraftError(f"{name}: {str(value)[:40]!r}")
    return value


def _key(row: Any) -> str:
    return str(_part(row, "key", str))


def _pk(row: Any) -> int | None:
    value = _part(row, "id", (int, type(None)))
    return None if value is None else _whole(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise MalformedDraftError(f"id: {str(value)[:40]!r}")
    return value


def _text(row: Any, name: str, longest: int) -> str:
    text = str(_part(row, name, str)).strip()
    if len(text) > longest or "\0" in text:
        raise MalformedDraftError(f"{name}: longer than {longest}")
    return text


def _metres(row: Any, name: str) -> float:
    value = float(_part(row, name, (int, float)))
    if not abs(value) <= MAX_COORDINATE_M:  # catches what is no number, too
        raise MalformedDraftError(f"{name}: {value}")
    return round(value, 3)


def _choice(kind: Callable[[Any], _T], row: Any) -> _T:
    try:
        return kind(_part(row, "kind", str))
    except ValueError as error:
        raise MalformedDraftError(str(error)) from error
