"""What a rule would have raised in the last week, by the very evaluation that raises alerts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from assets.alerts.conditions import Watch, evaluate
from assets.alerts.episodes import Episode
from assets.alerts.histories import histories, things
from assets.alerts.models import Rule
from assets.alerts.sayings import say
from assets.alerts.scope import Scope
from assets.alerts.sentences import saying_of
from assets.alerts.words import TOLD
from assets.models import Asset

DAYS = 7
BATCH = 200
MOST_ROWS = 100
LONGEST_S = 8.0


@dataclass(frozen=True, slots=True)
class Row:
    """An alert that there would have been."""

    asset: Asset
    episode: Episode
    words: str


@dataclass(slots=True)
class DryRun:
    """``days``: each day of the time with its count, the days without any included.

    ``count``: alerts, of so many ``pieces``. ``is_partial``: it took too long, and only ``looked_at`` of ``assets``
    were looked at.
    """

    days: list[tuple[date, int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    pieces: int = 0
    assets: int = 0
    looked_at: int = 0

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.assets

    @property
    def most(self) -> int:
        return max((count for _, count in self.days), default=0)


def dry_run(
    *, rule: Rule, scope: Scope, until: datetime, zone: ZoneInfo, assets: Sequence[int] | None = None
) -> DryRun:
    """The alerts that ``rule`` (saved or not) would have raised in the :data:`DAYS` days before ``until``.

    ``assets`` bounds it to those that somebody may see. Days are those of ``zone``.
    """
    run = DryRun()
    begin = until - timedelta(days=DAYS)
    watch = Watch(rule.pk or 0, rule.kind, rule.parameters, scope)
    found: list[tuple[int, Episode]] = []
    if rule.kind not in TOLD:
        found = list(_episodes(watch, begin, until, run, assets))
    counts = Counter(episode.raised_at.astimezone(zone).date() for _, episode in found)
    first, last = begin.astimezone(zone).date(), until.astimezone(zone).date()
    run.days = [(day, counts[day]) for day in _days(first, last)]
    run.count, run.pieces = len(found), len({asset_id for asset_id, _ in found})
    newest = sorted(found, key=lambda each: each[1].raised_at, reverse=True)[:MOST_ROWS]
    known = Asset.objects.select_related("model__category").in_bulk({asset_id for asset_id, _ in newest})
    run.rows = [
        Row(known[asset_id], episode, say(saying_of(rule, episode)) or rule.name)
        for asset_id, episode in newest
    ]
    return run


def _episodes(
    watch: Watch, begin: datetime, until: datetime, run: DryRun, assets: Sequence[int] | None
) -> Iterator[tuple[int, Episode]]:
    """Those raised in the time, of one batch of equipment after the other until the time is over."""
    candidates = _candidates(watch.scope, assets)
    run.assets = len(candidates)
    ends = time.monotonic() + LONGEST_S
    for start in range(0, len(candidates), BATCH):
        if time.monotonic() > ends:
            return
        about = {
            asset_id: thing
            for asset_id, thing in things(candidates[start : start + BATCH]).items()
            if watch.is_about(thing)
        }
        told = histories({asset_id: [watch] for asset_id in about}, since=begin, end=until)
        for asset_id, thing in about.items():
            for episode in evaluate(watch, thing, told[asset_id], until=until).episodes:
                if begin <= episode.raised_at <= until:
                    yield asset_id, episode
        run.looked_at += len(candidates[start : start + BATCH])


def _candidates(scope: Scope, assets: Sequence[int] | None) -> list[int]:
    owned = Asset.objects.in_service().order_by("pk")
    if scope.categories:
        owned = owned.filter(model__category__in=scope.categories)
    if scope.sites:
        owned = owned.filter(site__in=scope.sites)
    if scope.departments:
        owned = owned.filter(department__in=scope.departments)
    if scope.ownerships:
        owned = owned.filter(ownership__in=scope.ownerships)
    if assets is not None:
        owned = owned.filter(pk__in=assets)
    return list(owned.values_list("pk", flat=True))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
