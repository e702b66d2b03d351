"""From noisy reports to one steady position: pure arithmetic, in metres and seconds.

One estimate with its variance per tag. A tag at rest is averaged longer and longer, so that jitter dies out; when a
streak of reports lies away from there (:mod:`locations.movement`), it is on the move and the estimate follows quickly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from locations.movement import AWAY, WALK_S, Streak

LEAST_ERROR_M = 0.3
REST_NOISE = 0.00002  # square metres a second by which a tag at rest may creep
WALK_NOISE = 2.0  # the same for one that is carried or pushed
SHARED = 0.7  # share of a report's error that those of a few minutes have in common
SHARED_S = 1200.0  # so long a stay takes to halve its square
LEAST_SHARED = 0.34  # share that belongs to the place: no averaging takes it away
OUTLIER = 4.0  # spreads of where a tag on the move may be by now, beyond which a report pulls no harder

FLOOR_HOLD_S = 4.0
FINER_S = 120.0  # this long a position, or a port, counts for more than an access point
FADES_M_S = 1 / 300  # by so much a second a room that somebody saw says less of where a thing is
TOLD_HOLDS = 3.0  # errors within which a report less exact than that says nothing against it


@dataclass(frozen=True, slots=True)
class Fix:
    """One report of a place. ``zone`` where the receiver itself stands for a zone (a choke point, a port).

    ``is_anchored``: it is the place of what heard the tag, so that hearing it again makes it no more exact.
    ``is_told``: somebody has it before their eyes in ``zone``.
    """

    floor: int
    x: float
    y: float
    error: float
    zone: int | None = None
    is_anchored: bool = False
    is_told: bool = False


@dataclass(slots=True)
class Track:
    """The estimate for one tag, and what it needs to go on. ``at`` is in seconds."""

    floor: int | None = None
    x: float = 0.0
    y: float = 0.0
    at: float = 0.0
    variance: float = 0.0
    shared: float = 0.0
    is_moving: bool = False
    moved_at: float | None = None
    there_since: float | None = (
        None  # where a movement has just been noticed: the first report of the new place
    )
    zone: int | None = None
    other_floor: int | None = None
    other_since: float = 0.0
    is_anchored: bool = False
    told_at: float | None = None
    told_error: float = 0.0
    rested_at: float | None = None  # when its present stay began
    streak: Streak = field(default_factory=Streak)  # away from here at rest; where it is now, on the move

    @property
    def error(self) -> float:
        """One standard deviation of the estimate, metres."""
        return max(math.sqrt(self.variance), self.shared)

    @property
    def is_coarse(self) -> bool:
        """Near an access point, which may be in another room than the tag."""
        return self.is_anchored and self.zone is None


def follow(track: Track, fix: Fix, at: float, *, in_motion: bool | None = None) -> bool:
    """Take a report into the estimate; whether the tag is moving. Another floor wins only when it holds.

    ``in_motion`` is what the tag's own motion sensor says, where it has one. Where a tag is only said to be near what
    hears it, another receiver is another place at once, and no movement; so is what somebody sees.
    """
    if fix.is_told or track.floor is None:
        _start(track, fix, at)
        return False
    if fix.is_anchored and (fix.zone is not None or fix.floor == track.floor):
        _start(track, fix, at)
        return False
    if fix.floor != track.floor:
        return _change_floor(track, fix, at)
    track.other_floor = track.there_since = None
    elapsed, error = max(at - track.at, 0.0), max(fix.error, LEAST_ERROR_M)
    _judge_movement(track, fix, error, at, in_motion=in_motion)
    if track.is_moving:
        _follow_walk(track, fix, error, elapsed)
        track.moved_at, track.rested_at = at, None
    elif not track.streak.count:
        _average(track, fix, error, elapsed)
    track.at, track.zone, track.is_anchored = at, fix.zone, False
    track.shared = _shared(track, error, at)
    return track.is_moving


def gives_way(track: Track, fix: Fix, at: float) -> bool:
    """Whether a report says less than is known anyway: by a position, by a port lately, or by somebody who saw it."""
    if fix.is_told or track.floor is None:
        return False
    if track.told_at is not None and (fix.zone is None or not fix.is_anchored):
        fading = track.told_error + FADES_M_S * max(at - track.told_at, 0.0)
        off = math.hypot(fix.x - track.x, fix.y - track.y)
        if fix.error > fading and fix.floor == track.floor and off < TOLD_HOLDS * fix.error:
            return True
    if not fix.is_anchored or at - track.at > FINER_S:
        return False
    return not track.is_anchored or (fix.zone is None and track.zone is not None)


def _judge_movement(track: Track, fix: Fix, error: float, at: float, *, in_motion: bool | None) -> None:
    """Noise lies around the place where a tag rests; movement leads away from it, and goes on."""
    streak = track.streak
    if track.is_moving:
        if in_motion is not None and (in_motion or at - streak.at < WALK_S):
            streak.end()  # its sensor tells when it rests: what was before belongs to its way
        streak.add(fix.x, fix.y, at, error, walking=False)
        if in_motion is False or (in_motion is None and streak.is_rest):
            track.x, track.y, track.is_moving = streak.x, streak.y, False
            track.variance = error * error / streak.count
            track.rested_at = streak.since
            streak.end()
        return
    spread = math.hypot(error, max(math.sqrt(track.variance), LEAST_SHARED * error))
    if in_motion:
        track.is_moving = True
    elif math.hypot(fix.x - track.x, fix.y - track.y) < AWAY * spread:
        streak.end()
        return
    else:
        streak.add(fix.x, fix.y, at, error, walking=True)
        track.is_moving = streak.has_left(track.x, track.y, spread, sensed_still=in_motion is False)
        if track.is_moving:
            track.x, track.y, track.there_since = streak.x, streak.y, streak.since
    if track.is_moving:
        track.variance = max(track.variance, error * error)
        streak.end()


def _shared(track: Track, error: float, at: float) -> float:
    """What averaging the reports of a stay does not take away: they err together, for minutes."""
    stay = 0.0 if track.rested_at is None else max(at - track.rested_at, 0.0)
    return max(LEAST_SHARED, SHARED / math.sqrt(1 + stay / SHARED_S)) * error


def _average(track: Track, fix: Fix, error: float, elapsed: float) -> None:
    track.variance += elapsed * REST_NOISE
    _correct(track, error, fix.x - track.x, fix.y - track.y)


def _follow_walk(track: Track, fix: Fix, error: float, elapsed: float) -> None:
    track.variance += elapsed * WALK_NOISE
    limit = OUTLIER * math.hypot(math.sqrt(track.variance), error)
    dx, dy = (min(max(off, -limit), limit) for off in (fix.x - track.x, fix.y - track.y))
    _correct(track, error, dx, dy)


def _correct(track: Track, error: float, dx: float, dy: float) -> None:
    gain = track.variance / (track.variance + error * error)
    track.x += gain * dx
    track.y += gain * dy
    track.variance *= 1 - gain


def _start(track: Track, fix: Fix, at: float) -> None:
    track.floor, track.x, track.y, track.at, track.zone = fix.floor, fix.x, fix.y, at, fix.zone
    track.variance, track.shared = max(fix.error, LEAST_ERROR_M) ** 2, 0.0
    track.streak.end()
    track.is_moving, track.rested_at = False, at
    track.other_floor = None
    track.is_anchored = fix.is_anchored
    track.told_at, track.told_error = (at, fix.error) if fix.is_told else (None, 0.0)


def _change_floor(track: Track, fix: Fix, at: float) -> bool:
    if track.other_floor != fix.floor:
        track.other_floor, track.other_since = fix.floor, at
        return False
    if at - track.other_since < FLOOR_HOLD_S:
        return False
    _start(track, fix, at)
    track.moved_at = at
    return True
