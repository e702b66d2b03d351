"""What of the whole hospital's collecting bears on single endpoints: pauses, and silence with another's cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from assets.words import Quality
from collectors.models import Endpoint
from collectors.pauses import Pauses, pauses_in_force
from collectors.reachability import Node, Reach, causes_of
from collectors.standing import Facts, Situation

SILENCE = (Quality.NO_ANSWER, Quality.REFUSED)
NOT_POLLED = "Not polled"
"""Begins the detail of what was refused before anything was sent, which tells nothing of the device."""

_FACTS = ("pk", "segment_id", "is_enabled", "interval_s", "health__attempted_at", "health__next_poll_at",
          "health__failing_since")  # fmt: skip
_REACH = (*_FACTS, "host", "port", "behind_id", "segment__gateway_id", "health__quality", "health__detail",
          "health__answered_at", "health__recovered_at")  # fmt: skip


def situation_at(now: datetime) -> Situation:
    """As the database says now: two queries while nobody is silent, four else."""
    pauses = pauses_in_force(now)
    silent = Endpoint.objects.filter(
        is_enabled=True, health__failing_since__isnull=False, health__quality__in=SILENCE
    )
    if not silent.exists():
        return Situation(pauses)
    nodes = [_node(row, pauses, now) for row in _concerned(silent).values_list(*_REACH)]
    causes = causes_of(nodes)
    roots = {cause.pk for cause in causes.values() if cause.pk is not None}
    titles = dict(Endpoint.objects.filter(pk__in=roots).values_list("pk", "name")) if roots else {}
    return Situation(pauses, causes, titles)


def facts_of(endpoints: QuerySet[Endpoint]) -> list[Facts]:
    """In the order of ``endpoints``."""
    return [Facts(*row) for row in endpoints.values_list(*_FACTS)]


def _concerned(silent: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """Whatever may be silent for another's sake, or be that other."""
    gateways = Endpoint.objects.filter(Q(devices_behind__isnull=False) | Q(segments_behind__isnull=False))
    concerned: QuerySet[Endpoint] = Endpoint.objects.filter(
        Q(host__in=silent.values("host")) | Q(pk__in=gateways.values("pk"))
    )
    return concerned.order_by("pk")


def _node(row: tuple[Any, ...], pauses: Pauses, now: datetime) -> Node:
    facts, rest = Facts(*row[: len(_FACTS)]), row[len(_FACTS) :]
    host, port, behind, gateway, quality, detail, answered_at, recovered_at = rest
    return Node(
        pk=facts.pk,
        place=(host, port),
        reach=_reach(facts, pauses, now, quality, detail),
        behind=behind or (gateway if gateway != facts.pk else None),
        asked_at=facts.attempted_at,
        answered_at=answered_at,
        recovered_at=recovered_at,
        silent_since=facts.failing_since,
    )


def _reach(facts: Facts, pauses: Pauses, now: datetime, quality: str | None, detail: str | None) -> Reach:
    held_back = pauses.on(endpoint_id=facts.pk, segment_id=facts.segment_id) is not None
    if not facts.is_enabled or held_back or facts.is_unattended(now):
        return Reach.UNKNOWN
    if facts.failing_since is None or quality not in SILENCE:
        return Reach.ANSWERS
    return Reach.UNKNOWN if (detail or "").startswith(NOT_POLLED) else Reach.SILENT
