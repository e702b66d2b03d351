"""What is kept of one tag between sightings, and what is told of it. Both hold plain numbers and strings alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REACH_OF_68 = 1.51
"""The circle that holds 68 % of a round normal distribution, in standard deviations of one axis."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A position of ``at``, the time of the last sighting that it rests on.

    The tag is within ``error_m`` of ``x``, ``y`` 68 times in a hundred; along one axis the standard deviation is
    ``error_m / REACH_OF_68``. ``is_anchored``: it is merely the place of the receiver that hears the tag, so that
    hearing it again makes it no more exact. ``zone``: the receiver stands for that zone. ``moving`` is how likely
    the tag is on the move, and ``anchors`` how many receivers told of it lately.
    """

    x: float
    y: float
    error_m: float
    at: float
    anchors: int
    moving: float
    is_anchored: bool = False
    zone: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A normal distribution over the floor. Variances in m²."""

    x: float
    y: float
    xx: float
    xy: float
    yy: float


@dataclass(frozen=True, slots=True)
class Walk:
    """A normal distribution of position and velocity. ``turn`` is the covariance of position (rows) and velocity."""

    spot: Spot
    vx: float
    vy: float
    turn: tuple[float, float, float, float]
    speed: tuple[float, float, float]  # of velocity: xx, xy, yy in m²/s²


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag is if it rests, where and how fast if it is carried, and how likely that is.

    ``doubt``: how much better, added up, a place elsewhere on the floor would explain what was heard; and for how
    many windows that has not been looked at.
    """

    rest: Spot
    walk: Walk
    moving: float
    doubt: tuple[float, int] = (0.0, 0)

    def spot(self) -> Spot:
        """Both together."""
        a, b, share = self.rest, self.walk.spot, self.moving
        x, y = a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)
        dx, dy, apart = b.x - a.x, b.y - a.y, share * (1 - share)
        return Spot(
            x,
            y,
            a.xx + share * (b.xx - a.xx) + apart * dx * dx,
            a.xy + share * (b.xy - a.xy) + apart * dx * dy,
            a.yy + share * (b.yy - a.yy) + apart * dy * dy,
        )

    def pack(self) -> list[float]:
        walk = self.walk
        rows = (self.rest, walk.spot)
        spots = [value for s in rows for value in (s.x, s.y, s.xx, s.xy, s.yy)]
        return [*spots, walk.vx, walk.vy, *walk.turn, *walk.speed, self.moving, *self.doubt]


def unpack_place(packed: list[float]) -> Place:
    """The inverse of :meth:`Place.pack`."""
    vx, vy, a, b, c, d, xx, xy, yy, moving, doubt, windows = packed[10:]
    walk = Walk(Spot(*packed[5:10]), vx, vy, (a, b, c, d), (xx, xy, yy))
    return Place(Spot(*packed[:5]), walk, moving, (doubt, int(windows)))


@dataclass(slots=True)
class Reports:
    """What one anchor said within a window: mean power of ``count`` strengths, and the latest range."""

    at: float
    count: int = 0
    rssi_dbm: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A window that has become part of a belief: where the tag was at its end, and the seconds since the one before."""

    place: Place
    elapsed: float
    window: dict[str, Reports]


@dataclass(slots=True)
class Belief:
    """Where a tag is believed to be at ``at``, and the window of sightings since that are not part of it yet.

    orjson packs it; ``Belief(**document)`` unpacks. What begins with an underscore is merely remembered: it is
    not packed, and is worked out again.
    """

    at: float | None = None
    packed: list[float] | None = None  # a Place
    sole: str | None = None  # the only anchor that has heard it lately
    anchors: int = 0  # how many heard it in the window that was settled last
    since: float = 0.0
    window: dict[str, Reports] = field(default_factory=dict)
    _known: tuple[float, Place] | None = field(default=None, compare=False, repr=False)
    _settled: Settled | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.window = {name: as_reports(report) for name, report in self.window.items()}

    @property
    def place(self) -> Place | None:
        return None if self.packed is None else unpack_place(self.packed)

    @property
    def known(self) -> tuple[float, Place] | None:
        """When the window ended and where the tag was then, once that has been worked out."""
        return self._known

    @property
    def settled(self) -> Settled | None:
        """The window that was settled last, as long as the belief has not been packed."""
        return self._settled

    def remember(self, at: float, place: Place) -> None:
        self._known = at, place

    def forget(self) -> None:
        """The window has changed: what was known of it holds no longer."""
        self._known = None

    def settle(self, at: float, place: Place, *, sole: str | None) -> None:
        """The window becomes part of the belief."""
        elapsed = 0.0 if self.at is None else at - self.at
        self._settled = Settled(place, elapsed, self.window)
        self.at, self.packed, self.sole, self.anchors = at, place.pack(), sole, len(self.window)


def as_reports(report: Reports | dict[str, Any]) -> Reports:
    return report if isinstance(report, Reports) else Reports(**report)
