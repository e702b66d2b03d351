"""From noisy reports to one steady position: pure arithmetic, in metres and seconds.

One estimate with its variance per tag. A tag at rest is averaged longer and longer, so that jitter dies out; when
several reports in a row lie to the same side, it is on the move and the estimate follows quickly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

LEAST_ERROR_M = 0.3
REST_NOISE = 0.0003  # square metres a second by which a tag at rest may creep
WALK_NOISE = 2.0  # the same for one that is carried or pushed
LEAN = 0.35  # weight of the newest deviation in the running mean of deviations
LEAN_SPREAD = math.sqrt(LEAN / (2 - LEAN))  # spread of that mean under pure noise, in errors
STARTS = 5.0  # spreads at which a tag counts as moving: by chance once in some 300,000 reports
STOPS = 2.0
OUTLIER = 4.0  # errors beyond which a report pulls no harder; of a tag on the move, spreads of where it may be by now

SIGHTING_WINDOW_S = 15.0
STRONGER_DB = 5.0
FLOOR_HOLD_S = 8.0
FINER_S = 120.0  # this long a position, or a port, counts for more than an access point


@dataclass(frozen=True, slots=True)
class Fix:
    """One report of a place. ``zone`` where the receiver itself stands for a zone (a choke point, a port).

    ``is_anchored``: it is the place of what heard the tag, so that hearing it again makes it no more exact.
    """

    floor: int
    x: float
    y: float
    error: float
    zone: int | None = None
    is_anchored: bool = False


@dataclass(slots=True)
class Track:
    """The estimate for one tag, and what it needs to go on. ``at`` is in seconds."""

    floor: int | None = None
    x: float = 0.0
    y: float = 0.0
    at: float = 0.0
    variance: float = 0.0
    lean_x: float = 0.0
    lean_y: float = 0.0
    is_moving: bool = False
    moved_at: float | None = None
    zone: int | None = None
    other_floor: int | None = None
    other_since: float = 0.0
    is_anchored: bool = False

    @property
    def error(self) -> float:
        """One standard deviation of the estimate, metres."""
        return math.sqrt(self.variance)

    @property
    def is_coarse(self) -> bool:
        """Near an access point, which may be in another room than the tag."""
        return self.is_anchored and self.zone is None


@dataclass(slots=True)
class Hearing:
    """Which receivers heard a tag lately: identifier → strength in dBm (``None`` if not told) and when."""

    receivers: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    chosen: str | None = None


def locate(hearing: Hearing, receiver: str, rssi_dbm: float | None, at: float) -> bool:
    """Take in a sighting; whether the tag is now to be placed at this receiver.

    The strongest receiver of the last seconds wins, another one only when clearly stronger. A receiver that tells no
    strength is a choke point: the latest one wins.
    """
    hearing.receivers = {r: s for r, s in hearing.receivers.items() if at - s[1] <= SIGHTING_WINDOW_S}
    hearing.receivers[receiver] = (rssi_dbm, at)
    held = hearing.receivers.get(hearing.chosen) if hearing.chosen is not None else None
    if held is None or hearing.chosen == receiver or rssi_dbm is None or held[0] is None:
        hearing.chosen = receiver
        return True
    if rssi_dbm >= held[0] + STRONGER_DB:
        hearing.chosen = receiver
        return True
    return False


def follow(track: Track, fix: Fix, at: float, *, in_motion: bool | None = None) -> bool:
    """Take a report into the estimate; whether the tag is moving. Another floor wins only when it holds.

    ``in_motion`` is what the tag's own motion sensor says, where it has one. Where a tag is only said to be near what
    hears it, another receiver is another place at once, and no movement.
    """
    if track.floor is None or (fix.is_anchored and (fix.zone is not None or fix.floor == track.floor)):
        _start(track, fix, at)
        return False
    if fix.floor != track.floor:
        return _change_floor(track, fix, at)
    track.other_floor = None
    elapsed = max(at - track.at, 0.0)
    error = max(fix.error, LEAST_ERROR_M)
    dx, dy = _off(track, fix, OUTLIER * error)
    _judge_movement(track, dx, dy, error, in_motion=in_motion)
    track.variance += elapsed * (WALK_NOISE if track.is_moving else REST_NOISE)
    if track.is_moving:
        dx, dy = _off(track, fix, OUTLIER * math.hypot(track.error, error))
    gain = track.variance / (track.variance + error * error)
    track.x += gain * dx
    track.y += gain * dy
    track.variance *= 1 - gain
    track.at, track.zone, track.is_anchored = at, fix.zone, False
    if track.is_moving:
        track.moved_at = at
    return track.is_moving


def _off(track: Track, fix: Fix, limit: float) -> tuple[float, float]:
    """How far a report lies from the estimate along each axis, no more than ``limit``."""
    return (
        min(max(fix.x - track.x, -limit), limit),
        min(max(fix.y - track.y, -limit), limit),
    )


def _start(track: Track, fix: Fix, at: float) -> None:
    track.floor, track.x, track.y, track.at, track.zone = fix.floor, fix.x, fix.y, at, fix.zone
    track.variance = max(fix.error, LEAST_ERROR_M) ** 2
    track.lean_x = track.lean_y = 0.0
    track.is_moving = False
    track.other_floor = None
    track.is_anchored = fix.is_anchored


def gives_way(track: Track, fix: Fix, at: float) -> bool:
    """Whether a report of what hears the tag says less than is known anyway: a position, or a port, lately."""
    if not fix.is_anchored or track.floor is None or at - track.at > FINER_S:
        return False
    return not track.is_anchored or (fix.zone is None and track.zone is not None)


def _change_floor(track: Track, fix: Fix, at: float) -> bool:
    if track.other_floor != fix.floor:
        track.other_floor, track.other_since = fix.floor, at
        return False
    if at - track.other_since < FLOOR_HOLD_S:
        return False
    _start(track, fix, at)
    track.moved_at = at
    return True


def _judge_movement(track: Track, dx: float, dy: float, error: float, *, in_motion: bool | None) -> None:
    """Noise leans to no side for long; movement does. A tag's own word that it moves is taken at once."""
    track.lean_x += LEAN * (dx - track.lean_x)
    track.lean_y += LEAN * (dy - track.lean_y)
    spreads = math.hypot(track.lean_x, track.lean_y) / (LEAN_SPREAD * error)
    is_moving = in_motion or spreads > STARTS or (track.is_moving and in_motion is None and spreads >= STOPS)
    if is_moving and not track.is_moving:
        track.variance = max(track.variance, error * error)
    track.is_moving = is_moving
