"""What one row of a table came to, on its way to an observation."""

from __future__ import annotations

from dataclasses import dataclass, field

from assets.observation import Evidence, Position, ReadingValue, Sighting
from collectors.decoding.values import Decoded
from collectors.requests import Failure


@dataclass(slots=True)
class Row:
    """What one row came to. ``key`` is ``None`` when the row does not name its device."""

    index: str
    key: str | None
    failure: Failure | None = None
    readings: tuple[ReadingValue, ...] = ()
    decoded: tuple[Decoded, ...] = ()
    activity: Evidence | None = None
    position: Position | None = None
    sighting: Sighting | None = None
    age_s: float | None = None
    notes: list[str] = field(default_factory=list)
