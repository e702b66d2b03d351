"""Which zone a tag is in, with hysteresis (definitions, 5): a tag that lies still never changes rooms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from locations.positioning import Track

MOVING_HOLD_S = 1.5
HOLD_S = 4.0
COARSE_HOLD_S = 900.0  # an access point next to the one before: signals change more often than places do
FIRST_HOLD_S = 30.0  # a tag that nobody knows is not believed as soon as one whose room is known
SETTLES_S = 45.0  # so long after its last movement a tag may be in any room; then it lies still

# By how much a position must lie outside its zone, in metres and in its own standard deviations, to leave it.
MARGIN_MOVING = (0.5, 0.5)
MARGIN_AFTER_MOVEMENT = (0.0, 0.3)
MARGIN_AT_REST = (1.5, 5.5)
MARGIN_GONE = (0.75, 1.5)
COARSE_M = 2.0  # reaches between two access points that may hear the same still tag
OUTSIDE_M = 4.0  # beyond every zone by this much: in none
GONE_M = 4.0  # beyond the margin by this much: gone, even where no other zone has held yet
NOTHING_NEW_M = 0.2  # an estimate that has moved less since it was last looked at says nothing new


class Zones(Protocol):
    """What the filter asks of a floor's plan: :class:`locations.geometry.ZoneIndex`."""

    def zone_at(self, x: float, y: float) -> int | None: ...

    def distance_to(self, zone_id: int, x: float, y: float) -> float: ...

    def nearest_point(self, zone_id: int, x: float, y: float) -> tuple[float, float]: ...

    def __contains__(self, zone_id: int) -> bool: ...


@dataclass(slots=True)
class RoomFilter:
    """The zone a tag is in, and the one that may take over. Times in seconds."""

    zone: int | None = None
    candidate: int | None = None
    candidate_since: float | None = None
    confidence: float = 0.0
    looked_at: tuple[float, float, float] | None = None  # x, y and error that the confidence is for
    beside: tuple[float, float] | None = None  # in its zone, next to an estimate that no zone covers

    def update(self, zones: Zones, track: Track, at: float) -> bool:
        """Take in the latest estimate; whether the zone changed."""
        if self.zone is not None and self.zone not in zones:
            # Another floor (which the track has already held back), or a plan that has changed under the tag.
            return self._change(self._best(zones, track), zones, track)
        if self._has_nothing_new(track):
            return False
        best = self._best(zones, track)
        if best == self.zone or not self._is_better(zones, track, best, at):
            self.candidate, self.candidate_since = None, None
            self._look(zones, track)
            return False
        if self.zone is None and _is_certain(zones, track, best):
            return self._change(best, zones, track)
        if self.candidate_since is None or (self.candidate != best and not self._is_gone(zones, track)):
            self.candidate_since = at if track.there_since is None else track.there_since
        self.candidate = best
        if at - self.candidate_since >= self._hold(zones, track, at):
            return self._change(best, zones, track)
        self._look(zones, track)
        return False

    def _hold(self, zones: Zones, track: Track, at: float) -> float:
        """How long another room has to be the better one."""
        if track.told_at == at or track.zone is not None or _is_settling(track, at):
            return 0.0
        if self.zone is None:
            return FIRST_HOLD_S
        if track.is_coarse and zones.distance_to(self.zone, track.x, track.y) < COARSE_M * track.error:
            return COARSE_HOLD_S
        return MOVING_HOLD_S if track.is_moving else HOLD_S

    def _has_nothing_new(self, track: Track) -> bool:
        """Most tags lie still most of the time: their plan is not asked again and again."""
        if (
            self.looked_at is None
            or self.zone is None
            or self.candidate_since is not None
            or track.zone is not None
        ):
            return False
        x, y, error = self.looked_at
        return (
            math.hypot(track.x - x, track.y - y) < NOTHING_NEW_M and 0.8 * error < track.error < 1.2 * error
        )

    def _is_gone(self, zones: Zones, track: Track) -> bool:
        """So far from its zone that it is not there, whichever of the zones on its way wins in the end."""
        if self.zone is None or track.zone is not None:
            return False
        metres, spreads = MARGIN_GONE
        return zones.distance_to(self.zone, track.x, track.y) > max(metres, spreads * track.error) + GONE_M

    def _look(self, zones: Zones, track: Track) -> None:
        covering = zones.zone_at(track.x, track.y)
        self.confidence = _confidence(zones, track, self.zone, covering)
        self.looked_at = (track.x, track.y, track.error)
        self.beside = None
        if covering is None and self.zone is not None and track.zone is None:
            self.beside = zones.nearest_point(self.zone, track.x, track.y)

    def _best(self, zones: Zones, track: Track) -> int | None:
        if track.zone is not None and track.zone in zones:
            return track.zone
        return zones.zone_at(track.x, track.y)

    def _is_better(self, zones: Zones, track: Track, best: int | None, at: float) -> bool:
        if self.zone is None or track.zone is not None or track.is_anchored:
            return True
        metres, spreads = _margin(track, at)
        margin = max(metres, spreads * track.error)
        if best is None:
            margin += OUTSIDE_M
        return zones.distance_to(self.zone, track.x, track.y) > margin

    def _change(self, zone: int | None, zones: Zones, track: Track) -> bool:
        changed = zone != self.zone
        self.zone, self.candidate, self.candidate_since = zone, None, None
        self._look(zones, track)
        return changed


def _margin(track: Track, at: float) -> tuple[float, float]:
    if track.is_moving:
        return MARGIN_MOVING
    return MARGIN_AFTER_MOVEMENT if _is_settling(track, at) else MARGIN_AT_REST


def _is_settling(track: Track, at: float) -> bool:
    """It has just come to rest: the room that it was in before has no claim to it."""
    return track.moved_at is not None and track.rested_at is not None and at - track.rested_at <= SETTLES_S


def _around(track: Track) -> list[tuple[float, float]]:
    reach = max(track.error, 0.1) * math.sqrt(2)
    return [
        (track.x + reach, track.y),
        (track.x - reach, track.y),
        (track.x, track.y + reach),
        (track.x, track.y - reach),
    ]


def _is_certain(zones: Zones, track: Track, zone: int | None) -> bool:
    """Whether the whole circle of error lies in the zone."""
    return zone is not None and (
        track.zone == zone or all(zones.zone_at(x, y) == zone for x, y in _around(track))
    )


def _confidence(zones: Zones, track: Track, zone: int | None, covering: int | None) -> float:
    """0 to 1: the share of the estimate's spread that lies in the zone, in sixths; the middle counts twice."""
    if zone is None:
        return 0.0
    if track.zone == zone:
        return 1.0
    inside = 2 * (covering == zone)
    inside += sum(zones.zone_at(x, y) == zone for x, y in _around(track))
    return round(inside / 6, 2)
