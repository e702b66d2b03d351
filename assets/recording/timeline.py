"""Folding evidence about one asset into its activity, its stays and its kept readings: pure but for the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from assets import activity
from assets.activity import Known, Rules
from assets.ages import SURE_ABOVE
from assets.observation import Evidence
from assets.recording.items import Item
from assets.recording.place import Place, Plan, unpack_place
from assets.recording.waypoints import Mark, Waypoint, keep_waypoint
from assets.vocabulary import VOCABULARY
from assets.words import Activity, Basis

CLOCK = "clock"
"""Source of what time alone decided."""
CHECKPOINT_US = 60 * activity.SECOND


@dataclass(slots=True)
class Spell:
    """One activity from ``begin`` on."""

    begin: int
    activity: str
    basis: str
    source: str


@dataclass(slots=True)
class Visit:
    """Presence in one zone (or in none) from ``begin`` on."""

    begin: int
    zone: int | None
    source: str


@dataclass(slots=True)
class Trail:
    """What a fold leaves behind: spells and visits in order, the first of each the one that was open before."""

    spells: list[Spell] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    kept: dict[tuple[str, int], float] = field(default_factory=dict)
    checkpoints: list[tuple[int, str, bool]] = field(default_factory=list)
    waypoints: dict[int, Waypoint] | None = (
        None  # by time; made when first needed, for most polls tell no place
    )

    def change_activity(self, at: int, verdict: activity.Verdict, source: str) -> Spell:
        """Open a spell. What lasted no time at all leaves no trace."""
        spells = self.spells
        if spells and spells[-1].begin == at:
            spells.pop()
        if not spells or (spells[-1].activity, spells[-1].basis) != verdict:
            spells.append(Spell(at, verdict[0].value, verdict[1].value, source))
        return spells[-1]

    def change_zone(self, at: int, zone: int | None, source: str) -> Visit:
        visits = self.visits
        if visits and visits[-1].begin == at:
            visits.pop()
        if not visits or visits[-1].zone != zone:
            visits.append(Visit(at, zone, source))
        return visits[-1]


@dataclass(slots=True)
class Timeline:
    """Everything known of one asset up to its last evidence."""

    known: Known = field(default_factory=Known)
    place: Place = field(default_factory=Place)
    spell: Spell | None = None
    visit: Visit | None = None
    kept: dict[str, tuple[float, int]] = field(default_factory=dict)
    battery: float | None = None
    placed: int | None = None  # time of the last report of its place
    last: int = 0  # time of the last evidence
    settled: int = 0  # up to when the clock has been looked at
    mark: Mark | None = None  # the point of its way that was kept last

    def pack(self) -> str:
        """As JSON; of its movements only where it was ever placed."""
        known, spell, visit, mark = self.known, self.spell, self.visit, self.mark
        return orjson.dumps(
            (
                (
                    known.heard, known.telemetry, known.idle_at, known.kind, known.entered, known.moved,
                    known.soiled, known.stated, known.stated_at,
                ),
                spell and (spell.begin, spell.activity, spell.basis, spell.source),
                visit and (visit.begin, visit.zone, visit.source),
                self.kept,
                self.battery,
                self.placed,
                self.last,
                self.settled,
                self.place.pack() if self.place.is_known else None,
                mark and (mark.at, mark.floor, mark.zone, mark.x, mark.y, mark.error),
            )
        ).decode()  # fmt: skip

    def begin_trail(self) -> Trail:
        return Trail([self.spell] if self.spell else [], [self.visit] if self.visit else [])

    def take(self, item: Item, rules: Rules, plan: Plan, trail: Trail) -> None:
        """Fold in one piece of evidence; it is not older than what was folded in before."""
        self.run_clock(rules, trail, before=item.at)
        known, at = self.known, item.at
        if item.is_alive:
            if self.spell is not None and self.spell.basis == Basis.SILENCE.value:
                self.kept.clear()  # what is told after a silence begins a line of its own
            activity.hear(known, at)
        if item.telemetry is not None:
            activity.note_telemetry(known, item.source, Evidence(item.telemetry), at)
        if item.fix is not None or item.heard is not None:
            self._place(item, rules, plan, trail)
        if item.in_motion:
            activity.note_movement(known, at)
        if item.stated is not None:
            activity.note_statement(known, Activity(item.stated), at)
        if item.withdrawn is not None:
            activity.note_withdrawal(known, *item.withdrawn)
        if item.numbers:
            self._keep(item.numbers, at, trail)
        if item.has_battery:
            self.battery = item.battery
        self.last = at
        self._settle(rules, at, item.source, trail)

    def run_clock(self, rules: Rules, trail: Trail, *, before: int) -> int | None:
        """Let pass the time up to but not including ``before``: each change comes at its exact moment.

        The next such moment, if nothing more is heard.
        """
        while True:
            moment = activity.next_decision(self.known, rules, self.settled)
            if moment is None or moment >= before:
                return moment
            self._settle(rules, moment, CLOCK, trail)

    def _settle(self, rules: Rules, at: int, source: str, trail: Trail) -> None:
        verdict = activity.settle(self.known, rules, at)
        self.settled = at
        spell = self.spell
        if spell is None or (spell.activity, spell.basis) != verdict:
            self.spell = trail.change_activity(at, verdict, source)

    def _place(self, item: Item, rules: Rules, plan: Plan, trail: Trail) -> None:
        is_moving = self.place.take(item, plan)
        if is_moving is None:
            return
        at, before, room, track = item.at, self.placed, self.place.room, self.place.track
        self.placed = at
        had_zone = room.zone is not None
        if self.place.enter(item, plan):
            zone = room.zone
            self.visit = trail.change_zone(at, zone, item.source)
            kind = None if zone is None or self._is_guess() else plan.kind(track.floor or 0, zone)
            activity.note_zone(self.known, rules, kind, at)
            is_moving = is_moving or (had_zone and not track.is_coarse)
        if is_moving and item.in_motion is not False:
            activity.note_movement(self.known, at)
        if track.floor is not None:
            self._keep_point(trail, track.floor, at, before, rules)

    def _keep_point(self, trail: Trail, floor: int, at: int, before: int | None, rules: Rules) -> None:
        """A point of its way, where it has gone on; ``before`` is when its place was last told."""
        room, track = self.place.room, self.place.track
        place = (floor, room.zone, *(room.beside or (track.x, track.y)), self.place.error_m, room.confidence)
        if trail.waypoints is None:
            trail.waypoints = {}
        self.mark = keep_waypoint(
            trail.waypoints, self.mark, at, place, before=before, stale_us=rules.stale_us
        )

    def _is_guess(self) -> bool:
        """Whether its room is so unsure that it must not decide what the equipment does."""
        return self.place.track.is_coarse and self.place.room.confidence < SURE_ABOVE

    def _keep(self, numbers: dict[str, float], at: int, trail: Trail) -> None:
        """Readings that moved beyond their deadband, or whose heartbeat is due, go into the history."""
        for name, value in numbers.items():
            term = VOCABULARY[name]
            before = self.kept.get(name)
            if before is not None:
                is_same = abs(value - before[0]) <= term.deadband
                if is_same and at - before[1] < term.heartbeat_s * activity.SECOND:
                    continue
            self.kept[name] = (value, at)
            trail.kept[name, at] = value


def unpack_timeline(state: str) -> Timeline:
    """The inverse of :meth:`Timeline.pack`; an empty text is an asset never heard of."""
    if not state:
        return Timeline()
    known, spell, visit, kept, battery, placed, last, settled, place, *mark = orjson.loads(state)
    return Timeline(
        Known(*known),
        unpack_place(place),
        spell and Spell(*spell),
        visit and Visit(*visit),
        kept,
        battery,
        placed,
        last,
        settled,
        Mark(*mark[0]) if mark and mark[0] else None,
    )


def fold_items(
    timeline: Timeline,
    items: list[Item],
    rules: Rules,
    plan: Plan,
    *,
    window_us: int,
    checkpoint: int | None = None,
) -> Trail:
    """Fold in ``items``, sorted and newer than the timeline, laying down checkpoints as the minutes pass.

    Most late evidence is late by seconds and finds a checkpoint close by; those that divide the window in four
    are kept for as long as the window lasts. ``checkpoint`` is the time of one that is there already.
    """
    trail = timeline.begin_trail()
    for item in items:
        last = timeline.last
        if last and last != checkpoint and item.at // CHECKPOINT_US != last // CHECKPOINT_US:
            quarter = window_us // 4
            trail.checkpoints.append((last, timeline.pack(), item.at // quarter != last // quarter))
        timeline.take(item, rules, plan, trail)
    return trail
