"""Where one asset is, as the recorder keeps it: whatever tells of a place, fused into one estimate and one room."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Protocol

from assets.activity import SECOND
from assets.recording.items import Heard, Item
from assets.words import PlaceSource
from locations.estimation.anchors import Heard as Signal
from locations.estimation.belief import Belief, Estimate
from locations.estimation.locating import estimate, hear
from locations.estimation.radio_map import RadioMap
from locations.hearing import Heard as HeardLately
from locations.hearing import Hearing, locate
from locations.movement import Streak
from locations.pace import Pace
from locations.positioning import Fix, Track, follow, gives_way
from locations.presence import RoomFilter, Zones

READ_AT = (2, 4, 7, 11)
"""An estimate costs more than taking in a sighting: it is made at these sightings of a window."""
FEWEST = 2
"""Receivers that hear a tag together without which no more is said than which of them hears it best."""
ESTIMATED_S = 60.0
"""So long after several heard it, one receiver alone does not move it to its own place."""
AXIS = 1.51
"""Radius that holds the truth 68 times in a hundred, over one axis' standard deviation."""

By = tuple[str | None, float | None, str | None, int | None]
"""What said so: a receiver, its strength, the kind of source where it is not that receiver alone, how many heard."""


class Plan(Protocol):
    """What the fold asks about places."""

    def zones(self, floor_id: int) -> Zones: ...

    def kind(self, floor_id: int, zone_id: int) -> str: ...

    def radio_map(self, floor_id: int, *, is_ranged: bool) -> RadioMap | None:
        """None where it would say nothing: nobody has surveyed the floor, and no distance was measured."""


@dataclass(slots=True)
class Place:
    """The estimate, the room, and what is needed to go on. ``belief`` is about ``belief_floor`` alone."""

    track: Track = field(default_factory=Track)
    room: RoomFilter = field(default_factory=RoomFilter)
    hearing: Hearing = field(default_factory=Hearing)
    by: By | None = None
    belief: Belief | None = None
    belief_floor: int | None = None
    is_estimated: bool = False
    estimated_at: float | None = None
    in_window: int = 0  # sightings of the belief's latest window
    least_error: float = 0.0  # metres: one receiver says no more than its reach, however often it says so
    pace: Pace = field(default_factory=Pace)

    @property
    def is_known(self) -> bool:
        return self.track.floor is not None or bool(self.hearing.receivers)

    @property
    def error_m(self) -> float:
        """How far off it may be, as it is shown."""
        return max(self.track.error, self.least_error)

    def take(self, item: Item, plan: Plan) -> bool | None:
        """Take in a report; whether the equipment moves. None where the report says nothing that counts."""
        seconds = item.at / SECOND
        in_motion = self.pace.moves(seconds, said=item.in_motion)
        found = self._choose(item, plan, seconds, in_motion=in_motion)
        if found is None:
            return None
        fix, self.by = found
        is_lone = self.by[0] is not None and self.by[2] is None
        self.least_error = fix.error if is_lone else 0.0
        return follow(self.track, fix, seconds, in_motion=in_motion)

    def enter(self, item: Item, plan: Plan) -> bool:
        """Bring the room up to the estimate; whether it changed."""
        floor = self.track.floor
        return floor is not None and self.room.update(plan.zones(floor), self.track, item.at / SECOND)

    def _choose(self, item: Item, plan: Plan, at: float, *, in_motion: bool | None) -> tuple[Fix, By] | None:
        if item.fix is not None:
            by = _TOLD if item.fix.is_told else _SYSTEM
            return None if gives_way(self.track, item.fix, at) else (item.fix, by)
        heard = item.heard
        if heard is None:
            return None
        level, is_anchor = level_of(heard), heard.fix.is_anchored
        is_chosen = locate(self.hearing, heard.receiver, level, at, in_motion=in_motion, is_anchor=is_anchor)
        if level is not None and not heard.fix.is_anchored:
            found = self._estimate(heard, plan, at, is_chosen=is_chosen)
            if self.is_estimated:
                return found
        if not is_chosen or gives_way(self.track, heard.fix, at):
            return None
        return heard.fix, (heard.receiver, heard.rssi_dbm, None, 1)

    def _estimate(self, heard: Heard, plan: Plan, at: float, *, is_chosen: bool) -> tuple[Fix, By] | None:
        """From all receivers of the floor that hear it. ``is_estimated``: there are enough of them to say more
        than where the best one stands."""
        floor = heard.fix.floor
        if self.belief is None or (self.belief_floor != floor and is_chosen):
            self.belief, self.belief_floor, self.is_estimated = Belief(), floor, False
        self.is_estimated = self.is_estimated and self._is_lately_estimated(at)
        is_ranged = heard.range_m is not None
        radio_map = plan.radio_map(floor, is_ranged=is_ranged) if floor == self.belief_floor else None
        if radio_map is None or not (radio_map.is_surveyed or is_ranged):
            # Without a survey the law of distance is a guess, by which a room may be ten metres off: the receiver
            # that hears it best says less, and says it truly.
            return None
        signal = Signal(heard.receiver, at, heard.rssi_dbm, heard.range_m, heard.range_error_m)
        is_new = hear(radio_map, self.belief, signal)
        self.in_window = 1 if is_new else self.in_window + 1
        if self.in_window not in READ_AT:
            return None
        found = estimate(radio_map, self.belief, at)
        is_enough = found is not None and not found.is_anchored and found.anchors >= FEWEST
        self.estimated_at = at if is_enough else self.estimated_at
        self.is_estimated = self._is_lately_estimated(at)
        if found is None or not is_enough:
            return None
        fix = _fix_of(found, floor)
        if gives_way(self.track, fix, at):
            return None
        return fix, (heard.receiver, heard.rssi_dbm, PlaceSource.RECEIVERS.value, found.anchors)

    def _is_lately_estimated(self, at: float) -> bool:
        return self.estimated_at is not None and at - self.estimated_at < ESTIMATED_S

    def pack(self) -> tuple[Any, ...]:
        """As plain values in a fixed order."""
        return (
            _track_values(self.track),
            _room_values(self.room),
            _hearing_values(self.hearing),
            self.by,
            self.belief,
            self.belief_floor,
            self.is_estimated,
            self.estimated_at,
            self.in_window,
            self.least_error,
            _pace_values(self.pace),
        )


def unpack_place(packed: Any) -> Place:
    """The inverse of :meth:`Place.pack`; what was packed by earlier versions tells where it was, and no more."""
    if not packed:
        return Place()
    if isinstance(packed[0], dict):
        return _unpack_old(*packed)
    track, room, hearing, by, belief, *rest, pace = packed
    if not isinstance(pace, list | tuple):
        track, hearing = (*track[:-1], None, track[-1]), (None, hearing[1])
        rest, pace = [*rest[:4], pace], ()
    *track, streak = track
    return Place(
        Track(**dict(zip(_TRACK, track, strict=True)), streak=Streak(*streak)),
        RoomFilter(*room),
        Hearing(hearing[0] or {}, *hearing[1:]),
        None if by is None else (by[0], by[1], by[2], by[3]),
        None if belief is None else Belief(**belief),
        *(*rest, Pace(*pace)),
    )


def level_of(heard: Heard) -> float | None:
    """By which receivers are compared: strength, or that nearer is stronger; none where neither is told."""
    if heard.rssi_dbm is not None or heard.range_m is None:
        return heard.rssi_dbm
    return -20 * math.log10(max(heard.range_m, 0.1))


def _fix_of(found: Estimate, floor: int) -> Fix:
    return Fix(floor, found.x, found.y, found.error_m / AXIS, found.zone)


def _unpack_old(
    track: dict[str, Any], room: dict[str, Any], hearing: dict[str, Any], by: Any = None
) -> Place:
    return Place(
        Track(**_known(Track, track)),
        RoomFilter(**_known(RoomFilter, room)),
        Hearing(chosen=hearing.get("chosen")),
        (by[0], by[1], None, None) if by else None,
    )


def _known(kind: Any, said: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in said.items() if name in names}


def _values(kind: Any) -> Any:
    return attrgetter(*(each.name for each in fields(kind)))


_HEARING = tuple(each.name for each in fields(Hearing))
_streak_values, _room_values, _pace_values = _values(Streak), _values(RoomFilter), _values(Pace)
_heard_values, _plain_hearing_values = _values(HeardLately), attrgetter(*_HEARING[1:])
_TRACK = tuple(each.name for each in fields(Track) if each.name != "streak")
_plain_track_values = attrgetter(*_TRACK)


def _track_values(track: Track) -> tuple[Any, ...]:
    return (*_plain_track_values(track), _streak_values(track.streak))


def _hearing_values(hearing: Hearing) -> tuple[Any, ...]:
    if not hearing.receivers and hearing.chosen is None:
        return _HEARD_BY_NOBODY  # tags that are told by coordinates
    heard = {name: _heard_values(each) for name, each in hearing.receivers.items()}
    return (heard, *_plain_hearing_values(hearing))


_TOLD: By = (None, None, PlaceSource.PERSON.value, None)
_SYSTEM: By = (None, None, None, None)
_HEARD_BY_NOBODY = ({}, *_plain_hearing_values(Hearing()))
