"""What a batch leaves in the database, collected asset by asset and written in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import pairwise
from typing import TypeVar

from django.db import transaction

from assets import activity
from assets.live.events import Change
from assets.recording import store
from assets.recording.base import Base
from assets.recording.facts import Facts
from assets.recording.hot import keep_timelines
from assets.recording.items import Item
from assets.recording.moments import from_us, from_us_or_none
from assets.recording.shown import NOTHING, shown_place
from assets.recording.store import Head
from assets.recording.timeline import Spell, Timeline, Trail, Visit
from assets.recording.waypoints import Waypoint
from assets.sql import Dialect
from assets.sql.tables import Row
from assets.words import Activity, Basis

_Entry = TypeVar("_Entry", Spell, Visit)


@dataclass(slots=True)
class Ledger:
    heads: list[Row] = field(default_factory=list)
    latest: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    closed_intervals: list[Row] = field(default_factory=list)
    open_intervals: list[Row] = field(default_factory=list)
    closed_stays: list[Row] = field(default_factory=list)
    open_stays: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)
    waypoints: list[Row] = field(default_factory=list)
    now: list[Row] = field(default_factory=list)
    heard: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    undone_intervals: list[tuple[int, int]] = field(default_factory=list)
    undone_stays: list[tuple[int, int]] = field(default_factory=list)
    undone_readings: list[tuple[int, int]] = field(default_factory=list)
    undone_waypoints: list[tuple[int, int]] = field(default_factory=list)
    undone_checkpoints: list[tuple[int, int]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    changed: dict[int, int] = field(default_factory=dict)
    """Asset → after which moment its activity or its stays may be others than they were."""
    hot: dict[int, tuple[str, Timeline]] = field(default_factory=dict)

    def note_evidence(self, asset_id: int, items: list[Item]) -> None:
        for item in items:
            self.evidence.append((asset_id, item.at, item.origin, item.pack()))

    def undo(self, asset_id: int, base: Base) -> None:
        """Take back everything that was decided after ``base``, to decide it anew."""
        self.undo_spells(asset_id, base)
        self.undone_stays.append((asset_id, -1 if base.visit is None else base.visit.begin))
        self.undone_readings.append((asset_id, base.at))
        self.undone_waypoints.append((asset_id, base.at))
        self.undone_checkpoints.append((asset_id, base.at))

    def undo_spells(self, asset_id: int, base: Base) -> None:
        self.undone_intervals.append((asset_id, -1 if base.spell is None else base.spell.begin))

    def keep_latest(self, head: Head) -> None:
        """Nothing happened but that readings were told."""
        self.latest.append((head.asset_id, head.latest))

    def enter(
        self,
        head: Head,
        facts: Facts,
        timeline: Timeline,
        trail: Trail,
        base: Base,
        *,
        now: int,
        is_undone: bool,
    ) -> None:
        """Enter the outcome of a fold, and of the clock's going on to ``now`` after it.

        A process that waited for its turn has an older ``now`` than the one before it: the clock never goes back.
        """
        asset_id, state = head.asset_id, timeline.pack()
        settled = timeline.settled
        decide_at = timeline.run_clock(facts.rules, trail, before=max(now, head.clock_us or now) + 1)
        if timeline.settled == settled:
            self.hot[asset_id] = state, timeline
        last = trail.spells[-1].begin if trail.spells else 0
        clock_us = last if last > timeline.last else None
        self.heads.append((asset_id, state, head.latest, clock_us, head.revision + 1))
        if trail.checkpoints:
            self.checkpoints.extend((asset_id, *checkpoint) for checkpoint in trail.checkpoints)
        if trail.kept:
            self.readings.extend(
                (asset_id, name, from_us(at), value) for (name, at), value in trail.kept.items()
            )
        if trail.waypoints:
            self._enter_waypoints(asset_id, trail.waypoints)
        is_new = is_undone or len(trail.spells) > 1 or base.spell is None
        if is_new:
            self._enter_spells(asset_id, trail.spells)
        is_elsewhere = is_undone or len(trail.visits) > 1 or (base.visit is None and bool(trail.visits))
        if is_elsewhere:
            self._enter_visits(asset_id, trail.visits)
        if is_new or is_elsewhere:
            self.changed[asset_id] = base.at
        self._enter_now(
            head,
            facts,
            timeline,
            decide_at,
            is_heard_only=not is_new and timeline.placed == base.placed,
            is_moved_only=not is_new and not is_elsewhere,
        )

    def _enter_spells(self, asset_id: int, spells: list[Spell]) -> None:
        for spell, end in _with_ends(spells):
            rows = self.open_intervals if end is None else self.closed_intervals
            rows.append(
                (
                    asset_id,
                    from_us(spell.begin),
                    from_us_or_none(end),
                    spell.activity,
                    spell.basis,
                    spell.source,
                )
            )

    def _enter_visits(self, asset_id: int, visits: list[Visit]) -> None:
        for visit, end in _with_ends(visits):
            if visit.zone is not None:
                rows = self.open_stays if end is None else self.closed_stays
                rows.append((asset_id, from_us(visit.begin), from_us_or_none(end), visit.zone, visit.source))

    def _enter_waypoints(self, asset_id: int, waypoints: dict[int, Waypoint]) -> None:
        for at, waypoint in waypoints.items():
            floor, zone, x, y, error, confidence = waypoint.place
            self.waypoints.append(
                (
                    asset_id, at, floor, zone, round(x, 2), round(y, 2), round(error, 2), confidence,
                    waypoint.silent_since,
                )
            )  # fmt: skip

    def _enter_now(
        self,
        head: Head,
        facts: Facts,
        timeline: Timeline,
        decide_us: int | None,
        *,
        is_heard_only: bool,
        is_moved_only: bool,
    ) -> None:
        """The current row, or only what an unremarkable poll or report of its place changes of it."""
        known, spell = timeline.known, timeline.spell
        stale_us = activity.stale_at(known, facts.rules)
        floor, zone, x, y, position_at, error, confidence = shown_place(timeline, facts.installed)
        change = Change(
            head.asset_id,
            head.revision + 1,
            Activity.UNKNOWN.value if spell is None else spell.activity,
            Basis.SILENCE.value if spell is None else spell.basis,
            None if spell is None else from_us(spell.begin),
            floor,
            zone,
            x,
            y,
            position_at,
            error,
            confidence,
            timeline.battery,
            position_at if known.heard == timeline.placed and position_at else from_us_or_none(known.heard),
            from_us_or_none(stale_us),
        )
        decide_at = change.stale_at if decide_us == stale_us else from_us_or_none(decide_us)
        self.changes.append(change)
        is_same_room = (head.floor, head.zone) == (floor, zone)
        has_position = position_at is not None
        has_row = head.has_row and is_same_room and bool(head.has_position) is has_position
        if is_heard_only and has_row and (head.x, head.y) == (x, y):
            self.heard.append(
                (change.id, change.rev, change.battery, change.heard_at, change.stale_at, decide_at)
            )
            return
        by = (timeline.place.by or NOTHING) if facts.installed is None else NOTHING
        if is_moved_only and has_row and has_position:
            self.moved.append(
                (
                    change.id, change.rev, x, y, position_at, error, confidence, *by, change.battery,
                    change.heard_at, change.stale_at, decide_at,
                )
            )  # fmt: skip
            return
        zone_since = None
        if facts.installed is None and timeline.visit is not None and timeline.place.room.zone is not None:
            zone_since = from_us(timeline.visit.begin)
        self.now.append(
            (
                change.id, change.rev, change.activity, change.basis, change.since, floor, zone, zone_since, x, y,
                position_at, error, confidence, *by, change.battery, change.heard_at,
                change.stale_at, decide_at,
            )
        )  # fmt: skip

    def write(self, sql: Dialect) -> None:
        """Write what was entered since this was done last, and forget it all but the changes.

        In the order that the constraints ask for: take back, close, then open.
        """
        for table, column, undone in (
            (store.INTERVALS, "begin", self.undone_intervals),
            (store.STAYS, "begin", self.undone_stays),
            (store.READINGS, "at", self.undone_readings),
        ):
            if undone:
                sql.delete_after(table, column, [(asset_id, from_us(after)) for asset_id, after in undone])
        if self.undone_waypoints:
            sql.delete_after(store.WAYPOINTS, "at_us", self.undone_waypoints)
        if self.undone_checkpoints:
            sql.delete_after(store.CHECKPOINTS, "at_us", self.undone_checkpoints)
        sql.upsert(store.INTERVALS, self.closed_intervals)
        sql.upsert(store.INTERVALS, self.open_intervals)
        sql.upsert(store.STAYS, self.closed_stays)
        sql.upsert(store.STAYS, self.open_stays)
        sql.insert(store.READINGS, self.readings)
        sql.insert(store.WAYPOINTS, self.waypoints)
        sql.insert(store.EVIDENCE, self.evidence)
        sql.insert(store.CHECKPOINTS, self.checkpoints)
        sql.upsert(store.HEADS, self.heads)
        sql.update(store.LATEST, self.latest)
        sql.upsert(store.NOW, self.now)
        sql.update(store.HEARD, self.heard)
        sql.update(store.MOVED, self.moved)
        for witness in WITNESSES:
            witness(sql, self)
        transaction.on_commit(partial(keep_timelines, self.hot))
        written = Ledger(changes=self.changes)
        for each in fields(self):
            setattr(self, each.name, getattr(written, each.name))


def _with_ends(entries: list[_Entry]) -> Iterator[tuple[_Entry, int | None]]:
    for entry, following in pairwise(entries):
        yield entry, following.begin
    if entries:
        yield entries[-1], None


WITNESSES: list[Callable[[Dialect, Ledger], None]] = []
"""Who has to hear of what is written, in the same transaction; each adds itself when the program starts."""
