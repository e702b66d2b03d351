"""Working out a site's scores and plan: once a week, and when weights or budgets are others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from assets.replacement.allotting import Allotted, Wanted, allot
from assets.replacement.facts import Piece, pieces_of
from assets.replacement.models import Budget, Score, ScoringRun, Weights
from assets.replacement.points import Points, Scored, points_of, score_of, wanted_in
from assets.replacement.words import USUAL, Part, Why
from locations.models import Site

EVERY = timedelta(days=7)
GIVEN_UP = timedelta(hours=1)
"""A run that is busy for so long died; another one may begin."""
BATCH = 2000
_COLUMNS = [
    "at", "value", "known", "rank", "points", "facts", "price", "wanted_year", "why", "planned_year", "passed",
]  # fmt: skip


def score_what_is_due(*, now: datetime) -> int:
    """Each site whose scores are a week old, or of which it was asked; how many sites that were."""
    for site in Site.objects.exclude(pk__in=ScoringRun.objects.values("pk")):
        ScoringRun.objects.get_or_create(site=site)
    is_due = Q(scored_at__isnull=True) | Q(scored_at__lte=now - EVERY) | Q(asked_at__gt=F("scored_at"))
    due = ScoringRun.objects.filter(is_due).select_related("site")
    return sum(score_site(run.site, now=now) for run in due)


def score_site(site: Site, *, now: datetime) -> bool:
    """Whether it was done: not where another process is at it. What is asked meanwhile is done by the next run."""
    ScoringRun.objects.get_or_create(site=site)
    free = Q(busy_since__isnull=True) | Q(busy_since__lte=now - GIVEN_UP)
    if not ScoringRun.objects.filter(free, site=site).update(busy_since=now):
        return False
    try:
        _write(site, worked_out(site, now=now))
        ScoringRun.objects.filter(site=site).update(scored_at=now)
    finally:
        ScoringRun.objects.filter(site=site).update(busy_since=None)
    return True


def ask_anew(site: Site, *, now: datetime) -> None:
    """Weights or budgets are others: the clock works it out within a minute."""
    ScoringRun.objects.update_or_create(site=site, defaults={"asked_at": now})


def weights_of(site: Site) -> dict[Part, int]:
    row = Weights.objects.filter(site=site).first()
    return dict(USUAL) if row is None else row.by_part()


def worked_out(site: Site, *, now: datetime) -> list[Score]:
    """Every piece of the site that is in service, unsaved."""
    weights = weights_of(site)
    budgets = dict(Budget.objects.filter(site=site).values_list("year", "amount"))
    rows: list[Score] = []
    wanted: list[Wanted] = []
    first = now.year
    for piece in pieces_of(site, now):
        first = piece.facts.today.year
        points = points_of(piece.facts)
        scored = score_of(points, weights)
        when = wanted_in(piece.facts, scored) if piece.is_owned else None
        rows.append(_row(piece, points, scored, when, now))
        if when is not None:
            wanted.append(Wanted(piece.pk, when[0], scored.rank, piece.price, piece.tag))
    allotted = allot(wanted, budgets, first=first)
    for row in rows:
        _place(row, allotted.get(row.asset_id))
    return rows


def _row(piece: Piece, points: Points, scored: Scored, when: tuple[int, Why] | None, now: datetime) -> Score:
    return Score(
        asset_id=piece.pk,
        at=now,
        value=scored.value,
        known=scored.known,
        rank=scored.rank,
        points={part.value: value for part, value in points.items()},
        facts=facts_kept(piece),
        price=piece.price,
        wanted_year=when and when[0],
        why=when[1] if when else "",
    )


def facts_kept(piece: Piece) -> dict[str, Any]:
    """As they are stored, each by its name; what is unknown is nothing."""
    facts = piece.facts
    return {
        "as_of": facts.today.isoformat(),
        "bought_on": facts.bought_on and facts.bought_on.isoformat(),
        "age_years": facts.age_years,
        "life_years": facts.life_years,
        "support_ends_on": facts.support_ends_on and facts.support_ends_on.isoformat(),
        "operating_h": facts.operating_h,
        "failures": facts.failures,
        "rate": facts.rate,
        "peers_rate": facts.peers_rate,
        "ratio": facts.ratio,
        "open_recalls": facts.open_recalls,
        "undecided": facts.undecided,
        "risk": facts.risk,
        "is_owned": piece.is_owned,
    }


def _place(row: Score, placed: Allotted | None) -> None:
    if placed is not None:
        row.planned_year = placed.year
        row.passed = [[year, str(_plain(left))] for year, left in placed.passed]


def _plain(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _write(site: Site, rows: Sequence[Score]) -> None:
    """In batches, each a transaction of its own, so that nobody waits long; what is gone from the site goes."""
    for begin in range(0, len(rows), BATCH):
        with transaction.atomic():
            Score.objects.bulk_create(
                rows[begin : begin + BATCH], update_conflicts=True, unique_fields=["asset"],
                update_fields=_COLUMNS,
            )  # fmt: skip
    Score.objects.filter(asset__site=site, asset__retired_at__isnull=False).delete()
