"""What is kept of one tag between sightings, and what is told of it. Both hold plain numbers and strings alone."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Estimate:
    """A position of ``at``, the time of the last sighting that it rests on.

    The tag is within ``error_m`` of ``x``, ``y`` 68 times in a hundred; along one axis the standard deviation is
    ``error_m / 1.51``. ``is_anchored``: it is merely the place of the receiver that hears the tag, so that hearing
    it again makes it no more exact. ``zone``: the receiver stands for that zone.
    """

    x: float
    y: float
    error_m: float
    at: float
    anchors: int
    is_anchored: bool = False
    zone: int | None = None


@dataclass(slots=True)
class Belief:
    """The position of a tag as a normal distribution at ``at``, and the sightings since that are not part of it yet.

    Goes to JSON as ``dataclasses.asdict`` or orjson write it and comes back as ``Belief(**document)``.
    """

    at: float | None = None
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0
    since: float = 0.0
    heard: dict[str, list[float | None]] = field(default_factory=dict)
