"""One line of a file of receivers, read: what hears, and where it is; or what is wrong with it, by column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from locations.models import Floor, Receiver, Zone
from locations.receiver_kinds import ACCESS_POINT, PORT, ReceiverKind, kind_of, spoken_name

COLUMNS = (
    "identifier", "access_point", "switch", "port", "outlet", "kind", "label", "floor", "zone", "x", "y", "reach_m",
)  # fmt: skip
"""What a file may have. A line names a receiver by ``identifier``, ``access_point``, or ``switch`` and ``port``."""

LONGEST_NAME, LONGEST_LABEL = 64, 120
FARTHEST_M, LONGEST_REACH_M = 10_000.0, 200.0
USUAL_REACH_M = {ReceiverKind.ACCESS_POINT: 10.0, ReceiverKind.RADIO: 6.0}
_KINDS = {word.lower(): kind for kind in ReceiverKind for word in (kind.value, str(kind.label))}
_ADDRESS = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a column of a line; lines are counted from 1, the headings."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.words}"


class WrongError(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, words: str) -> None:
        super().__init__(words)
        self.column, self.words = column, words


@dataclass(slots=True)
class Places:
    """The floors that may be named, by slug, and their zones."""

    floors: Mapping[str, Floor]
    zones: Mapping[int, Sequence[Zone]] = field(default_factory=dict)

    def floor(self, slug: str) -> Floor:
        found = self.floors.get(slug.lower())
        if not slug:
            raise WrongError("floor", "is missing")
        if found is None:
            known = ", ".join(sorted(self.floors)[:8])
            raise WrongError("floor", f"there is no floor “{slug}”; there are {known or 'none'}")
        return found

    def zone(self, floor: Floor, name: str) -> Zone | None:
        """By its code, or by a name that only one zone of the floor has."""
        if not name:
            return None
        zones = self.zones.get(floor.pk, ())
        found = [zone for zone in zones if zone.code == name.lower()] or [
            zone for zone in zones if zone.name.lower() == name.lower()
        ]
        if len(found) != 1:
            count = "no zone" if not found else f"{len(found)} zones"
            raise WrongError("zone", f"{floor.slug} has {count} of code or name “{name}”")
        return found[0]


def read_row(cells: Mapping[str, str], places: Places) -> Receiver:
    """The receiver that a line describes, not stored; :class:`WrongError` at the first cell that is wrong."""
    identifier = _identifier(cells)
    kind = _kind(cells["kind"], identifier)
    floor = places.floor(cells["floor"])
    zone = places.zone(floor, cells["zone"])
    x, y = _point(cells, zone)
    if kind is ReceiverKind.SWITCH_PORT and zone is None:
        raise WrongError("zone", "is missing: a port is in a room")
    return Receiver(
        identifier=identifier,
        kind=kind,
        label=_label(cells, identifier),
        floor=floor,
        zone=zone,
        x=x,
        y=y,
        reach_m=_reach(cells["reach_m"], kind, zone, x, y),
    )


def _identifier(cells: Mapping[str, str]) -> str:
    ways = [
        ("identifier", cells["identifier"]),
        ("access_point", cells["access_point"] and f"{ACCESS_POINT}{_spelled(cells['access_point'])}"),
        ("switch", cells["switch"] and f"{PORT}{cells['switch']}/{cells['port']}"),
    ]
    told = [(column, name) for column, name in ways if name]
    if not told:
        raise WrongError(
            "identifier", "is missing: name an identifier, an access point, or a switch and its port"
        )
    if len(told) > 1:
        raise WrongError(told[1][0], f"{told[0][0]} names the receiver already")
    column, name = told[0]
    if column == "switch" and not cells["port"]:
        raise WrongError("port", "is missing: which port of the switch")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongError(
            column, f"must be printable, and at most {LONGEST_NAME} characters as “{name[:LONGEST_NAME]}”"
        )
    return name


def _spelled(name: str) -> str:
    """An access point that is known by its address has the spelling that reports have."""
    if not _ADDRESS.fullmatch(name.lower()):
        return name
    digits = re.sub(r"[^0-9a-f]", "", name.lower())
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _kind(word: str, identifier: str) -> ReceiverKind:
    implied = kind_of(identifier)
    if not word:
        return implied
    kind = _KINDS.get(word.lower())
    if kind is None:
        raise WrongError("kind", f"“{word}” is none of {', '.join(ReceiverKind.values)}")
    if (kind is not implied and implied is not ReceiverKind.RADIO) or (
        implied is ReceiverKind.RADIO and kind in (ReceiverKind.ACCESS_POINT, ReceiverKind.SWITCH_PORT)
    ):
        raise WrongError("kind", f"“{identifier}” is the name of: {implied.value}")
    return kind


def _label(cells: Mapping[str, str], identifier: str) -> str:
    label = cells["label"]
    if not label and cells["outlet"]:
        label = f"{spoken_name(identifier)}, outlet {cells['outlet']}"
    if len(label) > LONGEST_LABEL or not (label.isprintable() or not label):
        raise WrongError(
            "label" if cells["label"] else "outlet", f"must be printable, and at most {LONGEST_LABEL} long"
        )
    return label


def _point(cells: Mapping[str, str], zone: Zone | None) -> tuple[float, float]:
    x, y = (_number(cells, key, -FARTHEST_M, FARTHEST_M) for key in ("x", "y"))
    if x is not None and y is not None:
        return x, y
    if x is not None or y is not None:
        raise WrongError("y" if y is None else "x", "is missing: x and y are told together")
    if zone is None:
        raise WrongError("zone", "is missing: where is it? Name a zone, or x and y")
    return zone.label_x, zone.label_y


def _reach(word: str, kind: ReceiverKind, zone: Zone | None, x: float, y: float) -> float:
    """As told; else what is usual, or for what stands for its zone, as far as that reaches."""
    told = _number({"reach_m": word}, "reach_m", 0.1, LONGEST_REACH_M)
    if told is not None:
        return told
    if kind in USUAL_REACH_M or zone is None:
        return USUAL_REACH_M.get(kind, USUAL_REACH_M[ReceiverKind.RADIO])
    corners = zone.polygon[0]
    return round(min(LONGEST_REACH_M, max(math.dist((x, y), corner) for corner in corners)), 1)


def _number(cells: Mapping[str, str], key: str, low: float, high: float) -> float | None:
    word = cells[key]
    if not word:
        return None
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise WrongError(key, f"“{word}” is no number from {low:g} to {high:g}")
    return value
