"""What a batch leaves in the database, collected asset by asset and written in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from assets import activity
from assets.live.events import Change
from assets.recording import store
from assets.recording.facts import Facts, Installed
from assets.recording.items import Item
from assets.recording.moments import from_us, from_us_or_none
from assets.recording.store import Head
from assets.recording.timeline import Spell, Timeline, Trail, Visit
from assets.sql import Dialect
from assets.sql.tables import Row
from assets.words import Activity, Basis

_Entry = TypeVar("_Entry", Spell, Visit)


@dataclass(frozen=True, slots=True)
class Base:
    """From where a fold began: the time of the state, and what was open in it."""

    at: int
    spell: Spell | None
    visit: Visit | None

    @classmethod
    def of(cls, timeline: Timeline, at: int) -> Base:
        return cls(at, timeline.spell, timeline.visit)


@dataclass(slots=True)
class Ledger:
    heads: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    closed_intervals: list[Row] = field(default_factory=list)
    open_intervals: list[Row] = field(default_factory=list)
    closed_stays: list[Row] = field(default_factory=list)
    open_stays: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)
    now: list[Row] = field(default_factory=list)
    undone_intervals: list[tuple[int, int]] = field(default_factory=list)
    undone_stays: list[tuple[int, int]] = field(default_factory=list)
    undone_readings: list[tuple[int, int]] = field(default_factory=list)
    undone_checkpoints: list[tuple[int, int]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def note_evidence(self, asset_id: int, items: list[Item]) -> None:
        self.evidence.extend((asset_id, item.at, item.source, item.pack()) for item in items)

    def undo(self, asset_id: int, base: Base) -> None:
        """Take back everything that was decided after ``base``, to decide it anew."""
        self.undo_spells(asset_id, base)
        self.undone_stays.append((asset_id, -1 if base.visit is None else base.visit.begin))
        self.undone_readings.append((asset_id, base.at))
        self.undone_checkpoints.append((asset_id, base.at))

    def undo_spells(self, asset_id: int, base: Base) -> None:
        self.undone_intervals.append((asset_id, -1 if base.spell is None else base.spell.begin))

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
        """Enter the outcome of a fold, and of the clock's going on to ``now`` after it."""
        asset_id, state = head.asset_id, timeline.pack()
        timeline.run_clock(facts.rules, trail, before=now + 1)
        last = trail.spells[-1].begin if trail.spells else 0
        clock_us = last if last > timeline.last else None
        self.heads.append((asset_id, state, clock_us, head.revision + 1))
        self.checkpoints.extend((asset_id, *checkpoint) for checkpoint in trail.checkpoints)
        self.readings.extend((asset_id, name, from_us(at), value) for (name, at), value in trail.kept.items())
        if is_undone or len(trail.spells) > 1 or base.spell is None:
            self._enter_spells(asset_id, trail.spells)
        if is_undone or len(trail.visits) > 1 or base.visit is None:
            self._enter_visits(asset_id, trail.visits)
        self._enter_now(head, facts, timeline)

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

    def _enter_now(self, head: Head, facts: Facts, timeline: Timeline) -> None:
        known, track, room, spell = timeline.known, timeline.track, timeline.room, timeline.spell
        zone_since = timeline.visit.begin if timeline.visit and room.zone is not None else None
        # Nothing stands in a wall or outside the building because its report was a metre off.
        x, y = room.beside or (track.x, track.y)
        change = Change(
            id=head.asset_id,
            rev=head.revision + 1,
            activity=Activity.UNKNOWN.value if spell is None else spell.activity,
            basis=Basis.SILENCE.value if spell is None else spell.basis,
            since=None if spell is None else from_us(spell.begin),
            floor=track.floor,
            zone=room.zone,
            x=None if track.floor is None else x,
            y=None if track.floor is None else y,
            position_at=from_us_or_none(timeline.placed),
            error_m=None if track.floor is None else track.error,
            confidence=None if track.floor is None else room.confidence,
            battery=timeline.battery,
            heard_at=from_us_or_none(known.heard),
            stale_at=from_us_or_none(activity.stale_at(known, facts.rules)),
        )
        if facts.installed is not None:
            change, zone_since = _install(change, facts.installed), None
        self.changes.append(change)
        self.now.append(
            (
                change.id, change.rev, change.activity, change.basis, change.since, change.floor, change.zone,
                from_us_or_none(zone_since), change.x, change.y, change.position_at, change.error_m,
                change.confidence, change.battery, change.heard_at,
                change.stale_at,
                from_us_or_none(activity.next_decision(known, facts.rules, timeline.settled)),
            )
        )  # fmt: skip

    def write(self, sql: Dialect) -> None:
        """In the order that the constraints ask for: take back, close, then open."""
        for table, column, undone in (
            (store.INTERVALS, "begin", self.undone_intervals),
            (store.STAYS, "begin", self.undone_stays),
            (store.READINGS, "at", self.undone_readings),
        ):
            if undone:
                sql.delete_after(table, column, [(asset_id, from_us(after)) for asset_id, after in undone])
        if self.undone_checkpoints:
            sql.delete_after(store.CHECKPOINTS, "at_us", self.undone_checkpoints)
        sql.upsert(store.INTERVALS, self.closed_intervals)
        sql.upsert(store.INTERVALS, self.open_intervals)
        sql.upsert(store.STAYS, self.closed_stays)
        sql.upsert(store.STAYS, self.open_stays)
        sql.insert(store.READINGS, self.readings)
        sql.insert(store.EVIDENCE, self.evidence)
        sql.insert(store.CHECKPOINTS, self.checkpoints)
        sql.upsert(store.HEADS, self.heads)
        sql.upsert(store.NOW, self.now)


def _with_ends(entries: list[_Entry]) -> Iterator[tuple[_Entry, int | None]]:
    for entry, following in pairwise(entries):
        yield entry, following.begin
    if entries:
        yield entries[-1], None


def _install(change: Change, installed: Installed) -> Change:
    """Equipment that is not moved is where it was installed; no report says so, so that has no age."""
    return replace(
        change,
        floor=installed.floor,
        zone=installed.zone,
        x=installed.x,
        y=installed.y,
        position_at=None,
        error_m=None,
        confidence=1.0,
    )
