"""Bringing new evidence into the timelines of many assets: in order where it comes in order, from a checkpoint where
it comes late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from assets.recording import store
from assets.recording.base import Base
from assets.recording.facts import Facts
from assets.recording.hot import take_timeline
from assets.recording.items import Item
from assets.recording.latest import Said, bring_up_to_date
from assets.recording.ledger import Ledger
from assets.recording.place import Plan
from assets.recording.plans import FloorPlans
from assets.recording.store import Head
from assets.recording.timeline import Timeline, fold_items, unpack_timeline
from assets.sql import Dialect

AT_ONCE = 10_000
"""Pieces of evidence that are held to be folded anew, of however many assets; docs/reliability.md says why."""
MOST_REFOLDED = 20_000
"""Pieces of evidence of one asset that are folded anew for a late one: 22 a second for a quarter of an hour."""


@dataclass(slots=True)
class Tally:
    """How many pieces of evidence were new, known before, and older than what can still be put right.

    ``known`` and ``late`` name those that were in the log before and those that were too late: asset, time, source.
    """

    recorded: int = 0
    duplicates: int = 0
    too_late: int = 0
    known: set[tuple[int, int, str]] = field(default_factory=set)
    late: set[tuple[int, int, str]] = field(default_factory=set)


@dataclass(slots=True)
class Told:
    """What a batch says of one asset: evidence, and readings, which failures have too."""

    items: list[Item] = field(default_factory=list)
    readings: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Folding:
    """One batch under way."""

    sql: Dialect
    facts: Mapping[int, Facts]
    now: int
    window_us: int
    plan: Plan = field(default_factory=FloorPlans)
    ledger: Ledger = field(default_factory=Ledger)
    tally: Tally = field(default_factory=Tally)

    def fold(self, told: Mapping[int, Told]) -> None:
        """Fold new evidence into each asset's timeline. The heads stay locked until the transaction ends."""
        heads = store.lock_heads(self.sql, told)
        doubtful: dict[int, list[Item]] = {}
        unfolded: list[Head] = []
        for asset_id in sorted(told):
            head, news = heads[asset_id], told[asset_id]
            if news.readings:
                head.latest = bring_up_to_date(head.latest, news.readings)
            if not news.items:
                unfolded.append(head)
                continue
            fresh = self._without_repeats(news.items)
            timeline = take_timeline(asset_id, head.state)
            if fresh[0].at > timeline.last:
                self._append(head, timeline, fresh)
            else:
                doubtful[asset_id] = fresh
        if doubtful:
            unfolded += self._settle_doubts(heads, doubtful)
        for head in unfolded:
            self.ledger.keep_latest(head)

    def touch(self, heads: Iterable[Head]) -> None:
        """Let the clock go on to now, and write the current row."""
        for head in heads:
            timeline = unpack_timeline(head.state)
            base = Base.of(timeline, timeline.last)
            trail = timeline.begin_trail()
            facts = self.facts[head.asset_id]
            is_undone = self._undo_what_the_clock_decided(head, base)
            self.ledger.enter(head, facts, timeline, trail, base, now=self.now, is_undone=is_undone)

    def _without_repeats(self, items: list[Item]) -> list[Item]:
        if len(items) == 1:
            return items
        fresh = {item.key: item for item in reversed(items)}
        self.tally.duplicates += len(items) - len(fresh)
        return [fresh[key] for key in sorted(fresh)]

    def _append(self, head: Head, timeline: Timeline, fresh: list[Item]) -> None:
        base = Base.of(timeline, timeline.last)
        is_undone = self._undo_what_the_clock_decided(head, base)
        self._enter(head, timeline, fresh, fresh, base, is_undone=is_undone)

    def _undo_what_the_clock_decided(self, head: Head, base: Base) -> bool:
        """Take back what was decided after the last evidence, if anything was: it is decided anew now.

        It need not come out the same: there is evidence now that the clock had gone on without, or the rules of the
        category have changed since.
        """
        if head.clock_us is None:
            return False
        self.ledger.undo_spells(head.asset_id, base)
        return True

    def _settle_doubts(self, heads: Mapping[int, Head], doubtful: Mapping[int, list[Item]]) -> list[Head]:
        """Fold in what is late, and leave out what is known; the heads of which that left nothing.

        Of so many assets at a time as have ``AT_ONCE`` pieces of evidence to fold anew, and what comes of them is
        written before the next are begun: however late everything is, no more than that is held.
        """
        bases = _choose_bases(store.read_checkpoint_times(self.sql, list(doubtful)), doubtful)
        counts = store.count_evidence(self.sql, list(doubtful), after_us=min(bases.values()))
        unfolded: list[Head] = []
        for group in _in_groups(sorted(doubtful), counts):
            crowded = {each for each in group if self._is_crowded(each, counts, bases)}
            for asset_id in crowded:
                unfolded += self._settle_in_a_crowd(heads[asset_id], doubtful[asset_id])
            calm = {each: doubtful[each] for each in group if each not in crowded}
            if calm:
                unfolded += self._settle(heads, calm, bases)
            self.ledger.write(self.sql)
        return unfolded

    def _is_crowded(self, asset_id: int, counts: Mapping[int, int], bases: Mapping[int, int]) -> bool:
        if counts.get(asset_id, 0) <= MOST_REFOLDED:
            return False
        exact = store.count_evidence(self.sql, [asset_id], after_us=bases[asset_id])
        return exact.get(asset_id, 0) > MOST_REFOLDED

    def _settle(
        self, heads: Mapping[int, Head], doubtful: Mapping[int, list[Item]], bases: Mapping[int, int]
    ) -> list[Head]:
        after_us = min(bases[asset_id] for asset_id in doubtful)
        states = store.read_states(self.sql, list(doubtful), from_us=after_us)
        logged = store.read_evidence(self.sql, list(doubtful), after_us=after_us)
        unfolded = []
        for asset_id, items in doubtful.items():
            base_at = bases[asset_id]
            fresh = self._without_known(asset_id, items, {item.key for item in logged[asset_id]})
            in_time = self._without_late(asset_id, fresh, after=base_at)
            if in_time:
                self._insert(heads[asset_id], logged[asset_id], in_time, base_at, states[asset_id, base_at])
            else:
                unfolded.append(heads[asset_id])
        return unfolded

    def _settle_in_a_crowd(self, head: Head, items: list[Item]) -> list[Head]:
        """More would have to be folded anew than is reasonable: what is late is too late, what is newer is taken."""
        timeline = unpack_timeline(head.state)
        known = store.read_known(self.sql, head.asset_id, [item.at for item in items])
        fresh = self._without_known(head.asset_id, items, known)
        in_time = self._without_late(head.asset_id, fresh, after=timeline.last)
        if not in_time:
            return [head]
        self._append(head, timeline, in_time)
        return []

    def _without_known(self, asset_id: int, items: list[Item], known: Set[tuple[int, str]]) -> list[Item]:
        fresh = [item for item in items if item.key not in known]
        self.tally.duplicates += len(items) - len(fresh)
        self.tally.known.update((asset_id, *item.key) for item in items if item.key in known)
        return fresh

    def _without_late(self, asset_id: int, fresh: list[Item], *, after: int) -> list[Item]:
        in_time = [item for item in fresh if item.at > after]
        self.tally.too_late += len(fresh) - len(in_time)
        self.tally.late.update((asset_id, *item.key) for item in fresh if item.at <= after)
        return in_time

    def _insert(self, head: Head, logged: list[Item], fresh: list[Item], base_at: int, state: str) -> None:
        timeline = unpack_timeline(head.state)
        if fresh[0].at > timeline.last:
            self._append(head, timeline, fresh)
            return
        timeline = unpack_timeline(state)
        base = Base.of(timeline, base_at)
        later = [item for item in logged if item.at > base_at]
        self.ledger.undo(head.asset_id, base)
        items = sorted([*later, *fresh], key=lambda item: item.key)
        self._enter(head, timeline, items, fresh, base, is_undone=True, is_refolded=True)

    def _enter(
        self,
        head: Head,
        timeline: Timeline,
        items: list[Item],
        fresh: list[Item],
        base: Base,
        *,
        is_undone: bool,
        is_refolded: bool = False,
    ) -> None:
        facts = self.facts[head.asset_id]
        trail = fold_items(
            timeline,
            items,
            facts.rules,
            self.plan,
            window_us=self.window_us,
            checkpoint=base.at if is_refolded else None,
        )
        self.ledger.note_evidence(head.asset_id, fresh)
        self.ledger.enter(head, facts, timeline, trail, base, now=self.now, is_undone=is_undone)
        self.tally.recorded += len(fresh)


def _choose_bases(times: Mapping[int, Sequence[int]], doubtful: Mapping[int, list[Item]]) -> dict[int, int]:
    """Asset → the time of the newest checkpoint before its new evidence, or of the oldest there is."""
    return {
        asset_id: next((at for at in times[asset_id] if at < fresh[0].at), times[asset_id][-1])
        for asset_id, fresh in doubtful.items()
    }


def _in_groups(asset_ids: Iterable[int], counts: Mapping[int, int]) -> Iterator[list[int]]:
    """Runs of assets that have ``AT_ONCE`` pieces of evidence together; one that has more is alone."""
    group: list[int] = []
    size = 0
    for asset_id in asset_ids:
        count = counts.get(asset_id, 0)
        if group and size + count > AT_ONCE:
            yield group
            group, size = [], 0
        group.append(asset_id)
        size += count
    if group:
        yield group
