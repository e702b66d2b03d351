"""How a segment's polling goes as a whole: who does it, what waits, how fast it is, what piles up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from collectors.models import Chunk, CollectorState, Endpoint, Segment
from collectors.pauses import Pauses
from collectors.situation import facts_of
from collectors.standing import TITLES, UNATTENDED_AFTER, Facts, Situation, State, state_of

LOST_AFTER = timedelta(seconds=30)
"""A collector tells how it does every few seconds; after this it is gone, or cannot reach the database."""
RATE_OVER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Worker:
    """A collector process as one segment sees it; ``state`` is missing while it has told nothing."""

    holder: str
    chunks: int
    since: datetime | None
    state: CollectorState | None


@dataclass(frozen=True, slots=True)
class SegmentHealth:
    segment: Segment
    counts: Mapping[State, int]
    workers: Sequence[Worker]
    chunks: int
    waiting: int
    """Chunks that nobody holds."""
    waiting_since: datetime | None
    planned_per_s: float
    polls_per_s: float
    """Over the last half minute."""
    last_asked_at: datetime | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def to_poll(self) -> int:
        return self.total - self.counts[State.OFF] - self.counts[State.PAUSED]

    @property
    def is_served(self) -> bool:
        """Whether a collector has told so, or endpoints are asked all the same."""
        return bool(self.workers) or self.polls_per_s > 0

    @property
    def states(self) -> list[tuple[State, str, int]]:
        """Those that there are, in the order of concern."""
        return [(state, TITLES[state], count) for state, count in self.counts.items() if count]

    @property
    def lag_s(self) -> float | None:
        """The worst of its workers."""
        return max(
            (w.state.lag_s for w in self.workers if w.state and w.state.lag_s is not None), default=None
        )

    @property
    def queue_length(self) -> int:
        return sum(worker.state.queue_length for worker in self.workers if worker.state)

    @property
    def spools(self) -> list[CollectorState]:
        """Of its workers those that keep observations on disk."""
        return [worker.state for worker in self.workers if worker.state and worker.state.spool_records]


def health_of_segments(
    segments: Iterable[Segment], now: datetime, situation: Situation
) -> dict[int, SegmentHealth]:
    """By segment, in three queries however many there are."""
    wanted = list(segments)
    facts: dict[int, list[Facts]] = {segment.pk: [] for segment in wanted}
    for each in facts_of(Endpoint.objects.filter(segment__in=wanted).order_by()):
        facts[each.segment_id].append(each)
    chunks: dict[int, list[Chunk]] = {segment.pk: [] for segment in wanted}
    for chunk in Chunk.objects.filter(segment__in=wanted):
        chunks[chunk.segment_id].append(chunk)
    states = list(CollectorState.objects.filter(at__gt=now - LOST_AFTER, stopped_at__isnull=True))
    return {
        segment.pk: _health(segment, facts[segment.pk], chunks[segment.pk], states, now, situation)
        for segment in wanted
    }


def _health(
    segment: Segment,
    facts: Sequence[Facts],
    chunks: Sequence[Chunk],
    states: Sequence[CollectorState],
    now: datetime,
    situation: Situation,
) -> SegmentHealth:
    counts = dict.fromkeys(TITLES, 0)
    for each in facts:
        counts[state_of(each, now, situation)] += 1
    waiting = [chunk for chunk in chunks if not is_held(chunk, now)]
    since = [at for chunk in waiting if (at := chunk.held_until or chunk.offered_at)]
    asked = [each.attempted_at for each in facts if each.attempted_at]
    return SegmentHealth(
        segment=segment,
        counts=counts,
        workers=_workers(segment, [chunk for chunk in chunks if is_held(chunk, now)], states),
        chunks=len(chunks),
        waiting=len(waiting),
        waiting_since=min(since, default=None),
        planned_per_s=sum(1 / each.interval_s for each in facts if is_polled(each, situation.pauses)),
        polls_per_s=_rate(facts, now),
        last_asked_at=max(asked, default=None),
    )


def is_held(chunk: Chunk, now: datetime) -> bool:
    return chunk.held_until is not None and chunk.held_until > now


def is_polled(facts: Facts, pauses: Pauses) -> bool:
    """Whether it is to be asked at all."""
    return facts.is_enabled and not pauses.on(endpoint_id=facts.pk, segment_id=facts.segment_id)


def _workers(segment: Segment, held: Sequence[Chunk], states: Sequence[CollectorState]) -> list[Worker]:
    """Who holds chunks of it, and collectors that serve it without holding any now."""
    told = {state.holder: state for state in states}
    serving = {state.holder for state in states if not state.segments or segment.name in state.segments}
    found = []
    for holder in sorted({chunk.holder for chunk in held} | serving):
        own = [chunk for chunk in held if chunk.holder == holder]
        state = told.get(holder)
        since = min((chunk.held_since for chunk in own if chunk.held_since), default=None)
        found.append(Worker(holder, len(own), since or (state.started_at if state else None), state))
    return found


def _rate(facts: Sequence[Facts], now: datetime) -> float:
    """Of each endpoint the last poll is known: one that was asked lately counts as often as its interval fits."""
    span = RATE_OVER.total_seconds()
    asked = (each for each in facts if each.attempted_at and now - each.attempted_at <= RATE_OVER)
    return sum(max(1.0, span / each.interval_s) for each in asked) / span


@dataclass(frozen=True, slots=True)
class Glance:
    """A segment as the sweep sees it, counted by the database: cheap enough for every few seconds."""

    pk: int
    name: str
    to_poll: int
    waiting: int
    """Never asked."""
    late: int
    """Not asked for longer than a collector that runs would let it be."""
    silent: int
    last_asked_at: datetime | None


def segments_at_a_glance(now: datetime) -> list[Glance]:
    """Those with endpoints to poll, in one query."""
    latest = now - UNATTENDED_AFTER
    is_late = Q(health__attempted_at__lt=latest) & (
        Q(health__next_poll_at__lt=latest) | Q(health__next_poll_at__isnull=True)
    )
    is_attended = Q(health__attempted_at__gte=latest) | Q(health__next_poll_at__gte=latest)
    rows = Endpoint.objects.polled(now).order_by().values_list("segment_id", "segment__name")
    return [
        Glance(*row)
        for row in rows.annotate(
            to_poll=Count("pk"),
            waiting=Count("pk", filter=Q(health__attempted_at__isnull=True)),
            late=Count("pk", filter=is_late),
            silent=Count("pk", filter=Q(health__failing_since__isnull=False) & is_attended),
            last_asked_at=Max("health__attempted_at"),
        )
    ]
