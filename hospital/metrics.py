"""``/metrics`` for Prometheus: how collecting goes, from what all processes wrote into the database.

So any web process tells the whole truth of collecting; of itself each tells its own memory, time and viewers.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from assets.live.hub import viewers_here
from collectors.models import CollectorState, Disturbance, Endpoint, EndpointHealth, Segment, Source
from collectors.segment_health import LOST_AFTER, SegmentHealth, health_of_segments
from collectors.situation import situation_at
from collectors.source_standing import SourceState, health_of, source_state

QUANTILES = (0.5, 0.9, 0.99)
NOT_OPEN = (SourceState.TROUBLED, SourceState.UNSERVED)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Text for Prometheus, to the bearer of ``METRICS_TOKEN`` and to signed-in staff; 404 to everybody else."""
    if not is_allowed(request):
        raise Http404
    registry = CollectorRegistry()
    for part in (ProcessCollector, PlatformCollector, GCCollector):
        part(registry=registry)
    registry.register(Collecting(timezone.now()))
    try:
        text = generate_latest(registry)
    except DatabaseError:
        return HttpResponse("The database is away.\n", "text/plain", HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def is_allowed(request: HttpRequest) -> bool:
    """Compared in constant time, so that guessing learns nothing from how long it takes."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return True
    user: Any = request.user
    return bool(user.is_authenticated and user.is_staff)


class Collecting(Collector):
    """Asks the database once, when it is read."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def describe(self) -> list[Metric]:
        """Nothing beforehand: a registry would ask the database on registering."""
        return []

    def collect(self) -> Iterator[Metric]:
        healths = health_of_segments(Segment.objects.all(), self._now, situation_at(self._now))
        yield from _of_segments(list(healths.values()))
        yield from _of_polls()
        yield _latency()
        yield from _of_collectors(self._now)
        yield from _of_sources(self._now)
        yield _disturbances()
        yield _gauge("whereabouts_live_viewers", "Browsers that look at live pages through this process", [
            ((), viewers_here())
        ])  # fmt: skip
        if settings.METRICS_PER_ENDPOINT:
            yield from _of_endpoints()


Values = Iterable[tuple[Sequence[str], float]]


def _gauge(name: str, words: str, values: Values, labels: Sequence[str] = ()) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for named, value in values:
        family.add_metric(named, value)
    return family


def _counter(name: str, words: str, values: Values, labels: Sequence[str] = ()) -> Metric:
    family = CounterMetricFamily(name, words, labels=labels)
    for named, value in values:
        family.add_metric(named, value)
    return family


def _of_segments(healths: Sequence[SegmentHealth]) -> Iterator[Metric]:
    yield _gauge(
        "whereabouts_endpoints", "Endpoints by state; what is behind a dead gateway is not failing",
        [((h.segment.name, state), count) for h in healths for state, count in h.counts.items()],
        ["segment", "state"],
    )  # fmt: skip
    for name, words, value in (
        ("chunks_held", "Chunks of endpoints that a collector polls", lambda h: h.chunks - h.waiting),
        ("chunks_waiting", "Chunks that wait for a collector", lambda h: h.waiting),
        ("polls_planned_per_second", "Polls a second that the intervals ask for", lambda h: h.planned_per_s),
        ("segment_served", "1 while a collector serves the segment", lambda h: float(h.is_served)),
    ):
        told = [((h.segment.name,), float(value(h))) for h in healths]
        yield _gauge(f"whereabouts_{name}", words, told, ["segment"])


def _of_polls() -> Iterator[Metric]:
    by_segment = EndpointHealth.objects.order_by().values_list("endpoint__segment__name")
    sums = list(by_segment.annotate(Sum("polls"), Sum("answers")))
    polls = [((name,), polls) for name, polls, _ in sums]
    answers = [((name,), answers) for name, _, answers in sums]
    yield _counter("whereabouts_polls", "Polls of endpoints that there are", polls, ["segment"])
    yield _counter("whereabouts_answers", "Polls that were answered", answers, ["segment"])
    failing = by_segment.filter(failing_since__isnull=False).values_list("endpoint__segment__name", "quality")
    yield _gauge(
        "whereabouts_endpoints_failing", "Endpoints whose latest poll failed, by how",
        [((name, quality or ""), count) for name, quality, count in failing.annotate(Count("pk"))],
        ["segment", "quality"],
    )  # fmt: skip


def _latency() -> Metric:
    """Of the latest answer of each endpoint that answers."""
    latencies: dict[str, list[float]] = {}
    rows = EndpointHealth.objects.filter(failing_since__isnull=True, latency_ms__isnull=False).order_by()
    for name, ms in rows.values_list("endpoint__segment__name", "latency_ms"):
        latencies.setdefault(name, []).append((ms or 0.0) / 1000)
    return _gauge(
        "whereabouts_latency_seconds", "Latency of the endpoints' latest answers: quantiles over endpoints",
        [
            ((name, str(q)), sorted(values)[min(int(q * len(values)), len(values) - 1)])
            for name, values in latencies.items()
            for q in QUANTILES
        ],
        ["segment", "quantile"],
    )  # fmt: skip


_COUNTED = (
    ("recorded", "Observations recorded since the collector's start"),
    ("rejected", "Observations that can never be recorded"),
    ("dropped", "Spooled records given up because the spool was full"),
    ("torn", "Spooled records that were damaged on disk"),
)


def _of_collectors(now: datetime) -> Iterator[Metric]:
    states = list(CollectorState.objects.filter(stopped_at__isnull=True))
    here = ["collector"]
    yield _gauge(
        "whereabouts_collector_up", "1 while a collector tells how it does, 0 once it is lost",
        [((s.holder,), float(now - s.at <= LOST_AFTER)) for s in states], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_collector_told_seconds", "How long ago a collector told how it does",
        [((s.holder,), (now - s.at).total_seconds()) for s in states], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_queue_length", "Polls that wait to be recorded",
        [((s.holder,), s.queue_length) for s in states], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_lag_seconds", "From a device's reply to the commit",
        [((s.holder,), s.lag_s) for s in states if s.lag_s is not None], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_spool_bytes", "Size of what waits on disk",
        [((s.holder,), s.spool_bytes) for s in states], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_spool_records", "Records that wait on disk",
        [((s.holder,), s.spool_records) for s in states], here,
    )  # fmt: skip
    for name, words in _COUNTED:
        told = [((s.holder,), getattr(s, name)) for s in states]
        yield _counter(f"whereabouts_{name}", words, told, here)
    yield _counter(
        "whereabouts_datagrams_refused", "Datagrams that were not believed, by reason",
        [((s.holder, reason), count) for s in states for reason, count in s.refused.items()],
        ["collector", "reason"],
    )  # fmt: skip


_COUNTED_OF_SOURCES = (
    ("messages", "Messages that were taken"),
    ("observations", "What they said of equipment"),
    ("duplicates", "Messages that were there already"),
    ("stripped", "Fields about people, dropped before anything was kept"),
)


def _of_sources(now: datetime) -> Iterator[Metric]:
    """Ways in that are switched on, as whoever serves each told."""
    sources = list(Source.objects.filter(is_enabled=True).select_related("health"))
    here = ["source", "kind"]
    yield _gauge(
        "whereabouts_source_up", "1 while a way in is open, whether anything comes or not",
        [((s.name, s.kind), float(source_state(s, now) not in NOT_OPEN)) for s in sources], here,
    )  # fmt: skip
    told = [(s, health) for s in sources if (health := health_of(s)) is not None]
    yield _gauge(
        "whereabouts_source_heard_seconds", "How long ago the last message came",
        [((s.name, s.kind), (now - h.heard_at).total_seconds()) for s, h in told if h.heard_at], here,
    )  # fmt: skip
    yield _gauge(
        "whereabouts_source_senders", "Connections that are open now",
        [((s.name, s.kind), h.senders) for s, h in told], here,
    )  # fmt: skip
    for name, words in _COUNTED_OF_SOURCES:
        counts = [((s.name, s.kind), getattr(h, name)) for s, h in told]
        yield _counter(f"whereabouts_source_{name}", words, counts, here)
    yield _counter(
        "whereabouts_source_refused", "Messages that were not taken, by reason",
        [((s.name, s.kind, reason), count) for s, h in told for reason, count in h.refused.items()],
        [*here, "reason"],
    )  # fmt: skip


def _disturbances() -> Metric:
    counts = dict(Disturbance.objects.lasting().order_by().values_list("kind").annotate(Count("pk")))
    told = [((kind.value,), counts.get(kind.value, 0)) for kind in Disturbance.Kind]
    return _gauge("whereabouts_disturbances", "What is not well in collecting, by kind", told, ["kind"])


def _of_endpoints() -> Iterator[Metric]:
    """Three lines an endpoint: only where they were asked for."""
    columns = ("segment__name", "name", "health__polls", "health__answers", "health__latency_ms")
    rows = list(Endpoint.objects.filter(health__isnull=False).values_list(*columns))
    labels = ["segment", "endpoint"]
    polls = [((segment, name), polls) for segment, name, polls, _, _ in rows]
    answers = [((segment, name), answers) for segment, name, _, answers, _ in rows]
    latency = [((segment, name), ms / 1000) for segment, name, _, _, ms in rows if ms is not None]
    yield _counter("whereabouts_endpoint_polls", "Polls of one endpoint", polls, labels)
    yield _counter("whereabouts_endpoint_answers", "Answers of one endpoint", answers, labels)
    yield _gauge("whereabouts_endpoint_latency_seconds", "Its latest answer's latency", latency, labels)
