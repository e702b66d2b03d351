"""What hears tags, where it is, and what it said."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Anchor:
    """A fixed receiver. ``z`` is metres above the floor, where known.

    ``zone``: it stands for that zone (a choke point, an infrared eye), so that whatever it hears is there.
    ``reach_m``: within this distance equipment is typically heard best here; all that one sighting alone can say.
    """

    identifier: str
    x: float
    y: float
    z: float | None = None
    reach_m: float = 6.0
    zone: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One sighting. At most one of strength and range is told; neither, where a receiver only says that it hears.

    ``range_error_m`` is one standard deviation of a range, where the technology tells it.
    """

    anchor: str
    at: float
    rssi_dbm: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What a survey recorded of one receiver at one point: mean and spread (dB) over ``count`` sightings."""

    mean_dbm: float
    spread_db: float = 0.0
    count: int = 1


@dataclass(frozen=True, slots=True)
class SurveyPoint:
    """A place where somebody stood still and recorded. A receiver that is not in ``signals`` was not heard there."""

    x: float
    y: float
    signals: dict[str, Signal] = field(default_factory=dict)
