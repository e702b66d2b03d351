"""State changes of collecting as data: one sweep compares what is not well now with what was noted before.

What begins and what ends is written once, here, for pages now and for whoever has to be told. A single missed
answer is no disturbance; and where a gateway is the cause, it alone is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from assets.words import Quality
from collectors.models import CollectorState, Disturbance, Endpoint, EndpointHealth, Source
from collectors.segment_health import LOST_AFTER, segments_at_a_glance
from collectors.situation import situation_at
from collectors.source_standing import SourceState, silent_since, source_state, unserved_since
from collectors.standing import FAILURES, Facts, Situation, State, state_of

Kind = Disturbance.Kind
SURE_AFTER = timedelta(seconds=60)
SURE_TRIES = 2
LOST_FOR = timedelta(hours=1)
"""A collector that did not come back by then is nobody's concern any more: others hold its chunks."""
_TOLD = (
    "name", "segment_id", "is_enabled", "interval_s", "health__attempted_at", "health__next_poll_at",
    "health__failing_since", "health__failures_in_a_row", "health__quality",
)  # fmt: skip
MARK_EVERY = timedelta(hours=24)
FORGET_COLLECTORS_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, as of now."""

    kind: str
    subject: str
    title: str
    words: str
    since: datetime
    endpoint_id: int | None = None
    segment_id: int | None = None
    source_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Changes:
    """What one sweep wrote."""

    begun: list[Disturbance]
    ended: list[Disturbance]


@transaction.atomic
def note_disturbances(now: datetime) -> Changes:
    """Writes what began and what ended since the sweep before."""
    situation = situation_at(now)
    lasting = {(each.kind, each.subject): each for each in Disturbance.objects.lasting()}
    found, undecided = _endpoints(now, situation)
    for finding in (*_segments(now), *_collectors(now)):
        found[finding.key] = finding
    of_sources, doubtful = _sources(now)
    found |= of_sources
    undecided |= doubtful
    begun = [
        Disturbance(
            kind=finding.kind, subject=finding.subject, title=finding.title[:160], words=finding.words[:300],
            begin=finding.since, endpoint_id=finding.endpoint_id, segment_id=finding.segment_id,
            source_id=finding.source_id,
        )
        for key, finding in found.items()
        if key not in lasting
    ]  # fmt: skip
    ended = [each for key, each in lasting.items() if key not in found and key not in undecided]
    for each, at in zip(ended, _ends(ended, now), strict=True):
        each.end = max(at, each.begin)
    Disturbance.objects.bulk_create(begun, ignore_conflicts=True)
    Disturbance.objects.bulk_update(ended, ["end"], batch_size=500)
    return Changes(begun, ended)


def _endpoints(
    now: datetime, situation: Situation
) -> tuple[dict[tuple[str, str], Finding], set[tuple[str, str]]]:
    """Those that fail by themselves; and those of which it cannot be said now, so that nothing begins or ends."""
    found, undecided = {}, set()
    failing = Endpoint.objects.filter(is_enabled=True, health__failing_since__isnull=False)
    behind = Counter(cause.pk for cause in situation.causes.values())
    for endpoint in failing.select_related("health").only(*_TOLD):
        state = state_of(Facts.of(endpoint), now, situation)
        finding = _of_endpoint(endpoint, behind[endpoint.pk])
        if state in {State.BEHIND, State.UNATTENDED}:
            undecided.add(finding.key)
        elif state is State.FAILING:
            tries, since = endpoint.health.failures_in_a_row, endpoint.health.failing_since
            if tries >= SURE_TRIES or now - since >= SURE_AFTER:
                found[finding.key] = finding
            else:
                undecided.add(finding.key)
    return found, undecided


def _of_endpoint(endpoint: Endpoint, behind: int) -> Finding:
    health: EndpointHealth = endpoint.health
    words = FAILURES.get(Quality(health.quality or Quality.NO_ANSWER), FAILURES[Quality.NO_ANSWER])
    more = f"; {behind} more behind it cannot be reached" if behind else ""
    assert health.failing_since is not None  # noqa: S101  for the type checker: only failing ones come here
    return Finding(
        Kind.ENDPOINT, f"endpoint:{endpoint.pk}", endpoint.name, words + more, health.failing_since,
        endpoint.pk, endpoint.segment_id,
    )  # fmt: skip


def _segments(now: datetime) -> Iterator[Finding]:
    for segment in segments_at_a_glance(now):
        about = (f"segment:{segment.pk}", segment.name)
        if segment.silent >= SURE_TRIES and segment.silent == segment.to_poll:
            words = f"None of its {segment.silent} endpoints answers"
            yield Finding(Kind.SEGMENT, *about, words, now, segment_id=segment.pk)
        if segment.late and segment.late == segment.to_poll - segment.waiting:
            words = f"Nobody polls its {segment.to_poll} endpoint{'s' if segment.to_poll > 1 else ''}"
            since = segment.last_asked_at or now
            yield Finding(Kind.UNSERVED, *about, words, since, segment_id=segment.pk)


def _collectors(now: datetime) -> Iterator[Finding]:
    for state in CollectorState.objects.filter(at__gt=now - LOST_FOR, stopped_at__isnull=True):
        about = (f"collector:{state.holder}", state.holder)
        if now - state.at > LOST_AFTER:
            yield Finding(Kind.WORKER, *about, "It has not told anything of itself", state.at)
            continue
        if state.spool_records:
            words = f"{state.spool_records} records wait on its disk to be recorded"
            yield Finding(Kind.SPOOL, *about, words, state.spool_oldest_at or now)
        if state.spool_records and state.dropped:
            words = f"Its spool is full: {state.dropped} records were given up"
            yield Finding(Kind.SPOOL_FULL, *about, words, now)


def _sources(now: datetime) -> tuple[dict[tuple[str, str], Finding], set[tuple[str, str]]]:
    """Ways in that are not open, once that is no mere hiccup, or are silent for too long; and the hiccups."""
    found, undecided = {}, set()
    for source in Source.objects.filter(is_enabled=True, health__isnull=False).select_related("health"):
        finding = _of_source(source, now)
        if finding is None:
            continue
        if finding.kind == Kind.SOURCE and now - finding.since < SURE_AFTER:
            undecided.add(finding.key)
        else:
            found[finding.key] = finding
    return found, undecided


def _of_source(source: Source, now: datetime) -> Finding | None:
    about, health = (f"source:{source.pk}", source.name), source.health
    match source_state(source, now):
        case SourceState.TROUBLED:
            since = health.since or now
            return Finding(Kind.SOURCE, *about, health.detail or "It is not open", since, source_id=source.pk)
        case SourceState.UNSERVED:
            return Finding(
                Kind.SOURCE, *about, "Nobody serves it", unserved_since(source) or now, source_id=source.pk
            )
        case SourceState.QUIET:
            since = silent_since(source, now) or now
            return Finding(Kind.QUIET, *about, "Nothing comes any more", since, source_id=source.pk)
    return None


def _ends(ended: list[Disturbance], now: datetime) -> list[datetime]:
    """An endpoint's end is when it answered again; of everything else, now."""
    answered = dict(
        EndpointHealth.objects.filter(
            endpoint__in=[each.endpoint_id for each in ended if each.endpoint_id], failing_since__isnull=True
        ).values_list("endpoint_id", "recovered_at")
    )
    return [(answered.get(each.endpoint_id) if each.endpoint_id else None) or now for each in ended]


def mark_polls(now: datetime) -> int:
    """Notes each endpoint's counts once a day, so that success can be told of the last day or two; how many."""
    due = EndpointHealth.objects.filter(Q(marked_at__isnull=True) | Q(marked_at__lte=now - MARK_EVERY))
    return due.update(
        earlier_at=F("marked_at"),
        earlier_polls=F("marked_polls"),
        earlier_answers=F("marked_answers"),
        marked_at=now,
        marked_polls=F("polls"),
        marked_answers=F("answers"),
    )


def forget_old(now: datetime) -> None:
    """What ended long ago goes, and so do collectors that have not been heard of for a week."""
    kept = timedelta(days=settings.DISTURBANCES_KEPT_DAYS)
    Disturbance.objects.filter(end__lt=now - kept).delete()
    CollectorState.objects.filter(at__lt=now - FORGET_COLLECTORS_AFTER).delete()
