"""Where a message says that equipment is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from assets.observation import Position, Sighting
from collectors.receivers.hl7.marks import Marks, component

LONGEST = 64
_PARTS = (4, 7, 8, 1, 2)
"""Facility, building, floor, point of care, room. Not the bed: that is somebody's."""
DESCRIPTION = 9


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor of ours whose metres are those of the sender, and how far off its coordinates may be."""

    slug: str
    error_m: float


def read_sighting(field: str, marks: Marks) -> Sighting | None:
    """A place by its name, as receivers are named: ``place:facility/building/floor/point of care/room``."""
    parts = _parts(field, marks)
    if not any(parts):
        return None
    name = "place:" + "/".join(parts).rstrip("/")
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 9]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return Sighting(name)


def read_position(
    field: str, x: float, y: float, marks: Marks, floors: Mapping[str, Floor]
) -> Position | None:
    """Coordinates count only on a floor that the site has named: ``facility/building/floor``."""
    floor = floors.get("/".join(_parts(field, marks)[:3]))
    return None if floor is None else Position(floor.slug, x, y, floor.error_m)


def _parts(field: str, marks: Marks) -> list[str]:
    parts = marks.components(marks.repetitions(field)[0])  # several: the most exact stands first
    found = [_plain(component(parts, number)) for number in _PARTS]
    if not found[3] and not found[4]:
        found[4] = _plain(component(parts, DESCRIPTION))
    return found if all(part.isprintable() and "\ufffd" not in part for part in found) else [""] * len(_PARTS)


def _plain(text: str) -> str:
    return " ".join(text.replace("/", "-").split())
