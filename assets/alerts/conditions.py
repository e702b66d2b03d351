"""What each kind of rule takes for its condition: from stays, activities and readings to stretches. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest

from assets.alerts.episodes import Outcome, RaisedAt, Stretch, after, find_episodes
from assets.alerts.parameters import Value
from assets.alerts.scope import Place, Scope, Thing
from assets.alerts.words import Kind
from assets.vocabulary import VOCABULARY
from assets.words import Activity, Basis
from locations.zones import ZoneKind

DOOR = "door_openings"
HEARTBEATS = 2
"""A kept reading is true for so many heartbeats, unless another follows: what is silent is unknown, not unchanged."""

PLACES = frozenset({Kind.ENTERS, Kind.LEAVES, Kind.STAYS, Kind.LEAVES_BUILDING, Kind.WASTE})
"""Kinds that are decided by where something stays."""
ACTIVITIES = frozenset({Kind.MISSING, Kind.FAULT})
READINGS = frozenset({Kind.READING, Kind.TEMPERATURE, Kind.BATTERY})


@dataclass(frozen=True, slots=True)
class Stayed:
    begin: datetime
    end: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class Did:
    begin: datetime
    end: datetime | None
    activity: str
    basis: str


@dataclass(slots=True)
class History:
    """Of one asset, each part in order. ``readings``: name → times and values."""

    stays: Sequence[Stayed] = ()
    activities: Sequence[Did] = ()
    readings: Mapping[str, Sequence[tuple[datetime, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule, ready to be evaluated."""

    rule: int
    kind: str
    parameters: Mapping[str, Value]
    scope: Scope

    def is_about(self, thing: Thing) -> bool:
        """Where its kind is about a place, its zones are those; else they are where the equipment belongs."""
        return self.scope.has_thing(thing) and (self.kind in PLACES or self.scope.has_place(thing.home))

    @property
    def names(self) -> tuple[str, ...]:
        """The readings that it is about."""
        if self.kind not in READINGS:
            return ()
        reading = str(self.parameters["reading"])
        return (reading, DOOR) if self.kind == Kind.TEMPERATURE else (reading,)

    @property
    def memory_s(self) -> float:
        """How far back the beginning of what is not decided yet may lie."""
        return max(self.seconds("for_s"), 2 * self.seconds("door_s")) + self.clear_s

    @property
    def clear_s(self) -> float:
        """Stays that each count for themselves are never joined."""
        is_each_for_itself = self.kind == Kind.STAYS and not self.scope.names_places
        return 0.0 if is_each_for_itself else self.seconds("clear_s")

    def seconds(self, name: str) -> float:
        value = self.parameters.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def number(self, name: str) -> float | None:
        value = self.parameters.get(name)
        return float(value) if isinstance(value, int | float) else None


def evaluate(
    watch: Watch, thing: Thing, history: History, *, until: datetime, since: datetime | None = None
) -> Outcome:
    """The episodes of ``watch`` in ``history`` as known at ``until``.

    ``since``: the condition is known to have held from then on, if that is before what ``history`` tells.
    """
    is_before = since is not None and since < _begin_of(watch, history, until)
    found = list(_stretches(watch, thing, history, is_known=is_before))
    if since is not None and (not found or since < found[0].begin):
        found.insert(0, Stretch(since, found[0].begin if found else None, holds=True))
    return find_episodes(found, until=until, clear_s=watch.clear_s, raised_at=_raised_at(watch, history))


def _begin_of(watch: Watch, history: History, until: datetime) -> datetime:
    """From when on ``history`` tells what the watch is about."""
    if watch.kind in PLACES:
        return history.stays[0].begin if history.stays else until
    if watch.kind in ACTIVITIES:
        return history.activities[0].begin if history.activities else until
    rows = history.readings.get(watch.names[0])
    return rows[0][0] if rows else until


def _stretches(watch: Watch, thing: Thing, history: History, *, is_known: bool) -> Iterator[Stretch]:
    match watch.kind:
        case Kind.ENTERS | Kind.WASTE:
            return _inside(watch.scope, history.stays)
        case Kind.STAYS:
            return _lingering(watch.scope, history.stays)
        case Kind.LEAVES:
            return _outside(watch.scope, history.stays, is_out=is_known)
        case Kind.LEAVES_BUILDING:
            return _out_of_the_building(thing, history.stays)
        case Kind.MISSING:
            return _silent(history.activities)
        case Kind.FAULT:
            return _faulty(history.activities)
        case _:
            return _beyond(watch, history, is_beyond=is_known)


def _inside(scope: Scope, stays: Iterable[Stayed]) -> Iterator[Stretch]:
    for stay in stays:
        yield Stretch(stay.begin, stay.end, scope.has_place(stay.place), stay.place.zone)


def _lingering(scope: Scope, stays: Iterable[Stayed]) -> Iterator[Stretch]:
    """Without named places, each stay counts for itself: a moment of not staying parts it from the next."""
    for stay in stays:
        if not scope.names_places:
            yield Stretch(stay.begin, stay.begin, holds=False)
        yield Stretch(stay.begin, stay.end, scope.has_place(stay.place), stay.place.zone)


def _outside(scope: Scope, stays: Sequence[Stayed], *, is_out: bool) -> Iterator[Stretch]:
    """It can only leave where it has been. What is in no zone at all has left."""
    was_inside = is_out
    left: datetime | None = None
    for stay in stays:
        if scope.has_place(stay.place):
            if was_inside and left is not None and left < stay.begin:
                yield Stretch(left, stay.begin, holds=True)
            yield Stretch(stay.begin, stay.end, holds=False)
            was_inside, left = True, stay.end
        elif was_inside:
            if left is not None and left < stay.begin:
                yield Stretch(left, stay.begin, holds=True)
            yield Stretch(stay.begin, stay.end, holds=True, what=stay.place.zone)
            left = stay.end
    if was_inside and left is not None:
        yield Stretch(left, None, holds=True)


def _out_of_the_building(thing: Thing, stays: Iterable[Stayed]) -> Iterator[Stretch]:
    """At an exit, or in another building than that it belongs to; what goes silent there has not come back."""
    for stay, following in _with_next(stays):
        is_elsewhere = thing.home is not None and stay.place.building != thing.home.building
        is_out = stay.place.kind == ZoneKind.EXIT or is_elsewhere
        end = (following.begin if following else None) if is_out else stay.end
        yield Stretch(stay.begin, end, is_out, stay.place.zone)


def _with_next(stays: Iterable[Stayed]) -> Iterator[tuple[Stayed, Stayed | None]]:
    rows = list(stays)
    yield from pairwise(rows)
    if rows:
        yield rows[-1], None


def _silent(rows: Iterable[Did]) -> Iterator[Stretch]:
    for row in rows:
        yield Stretch(row.begin, row.end, row.activity == Activity.UNKNOWN)


def _faulty(rows: Iterable[Did]) -> Iterator[Stretch]:
    """What the device itself reports; of one that is not heard nothing is known."""
    for row in rows:
        is_silent = row.activity == Activity.UNKNOWN
        is_faulty = row.activity == Activity.DOWN and row.basis == Basis.CONFIRMED
        yield Stretch(row.begin, row.end, None if is_silent else is_faulty)


def _beyond(watch: Watch, history: History, *, is_beyond: bool) -> Iterator[Stretch]:
    """Over a limit until it is back by the hysteresis."""
    name = str(watch.parameters["reading"])
    rows = history.readings.get(name, ())
    good_for = timedelta(seconds=VOCABULARY[name].heartbeat_s * HEARTBEATS)
    next_times: list[datetime | None] = [at for at, _ in rows[1:]]
    for (at, value), following in zip_longest(rows, next_times):
        is_beyond = _is_beyond(watch, value, is_beyond=is_beyond)
        end = at + good_for
        if following is not None and following <= end:
            end = following
        yield Stretch(at, end, is_beyond, value)
        if following is None or end < following:
            yield Stretch(end, following, holds=None)


def _is_beyond(watch: Watch, value: float, *, is_beyond: bool) -> bool:
    slack = (watch.number("hysteresis") or 0.0) if is_beyond else 0.0
    above, below = watch.number("above"), watch.number("below")
    return (above is not None and value > above - slack) or (below is not None and value < below + slack)


def _raised_at(watch: Watch, history: History) -> RaisedAt:
    """After the rule's time; after a longer one from the first opening of the door that explains the beginning."""
    plain = after(watch.seconds("for_s"))
    counts = history.readings.get(DOOR, ()) if watch.kind == Kind.TEMPERATURE else ()
    openings = [at for (_, before), (at, count) in pairwise(counts) if count != before]
    if not openings:
        return plain
    patience = timedelta(seconds=watch.seconds("door_s"))

    def raised_at(begin: datetime) -> datetime:
        place = bisect_left(openings, begin - patience)
        usual = plain(begin)
        if place < len(openings) and openings[place] <= usual:
            return max(usual, openings[place] + patience)
        return usual

    return raised_at
