"""Planned maintenance that was due: the three figures, for life support and high risk, and for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q

from assets.maintenance.words import Risk
from assets.measures.figures import ATTEMPTS, Completion
from assets.measures.scope import Scope
from assets.planning.models import Attempt, Occurrence

RISKY = (Risk.LIFE_SUPPORT, Risk.HIGH)
GROUPS = ("high", "other")
_RISK = "asset__model__category__risk_class__risk"
IN_TIME = Q(done_on__gte=F("opens_on"), done_on__lte=F("closes_on"))


def occurrences_of(scope: Scope, risk: str = "") -> Any:
    """What fell due in the period; ``risk`` high: life support and high risk, other: the rest."""
    rows = Occurrence.objects.visible_to(scope.user).counted().due_between(scope.begin, scope.end)
    rows = rows.filter(scope.of_assets("asset__"))
    if risk == "high":
        return rows.filter(**{f"{_RISK}__in": RISKY})
    is_risky = Q(**{f"{_RISK}__in": RISKY, f"{_RISK}__isnull": False})
    return rows.exclude(is_risky) if risk == "other" else rows


def still_open(scope: Scope) -> Q:
    return Q(done_on__isnull=True, closes_on__gte=scope.today)


def tried_in_vain(scope: Scope) -> Any:
    """Occurrences with attempts enough inside their windows, as a subquery."""
    inside = Q(day__gte=F("occurrence__opens_on"), day__lte=F("occurrence__closes_on"))
    due = Q(occurrence__due_on__gte=scope.begin, occurrence__due_on__lte=scope.end)
    often = Attempt.objects.filter(inside, due).order_by().values("occurrence").annotate(times=Count("pk"))
    return often.filter(times__gte=ATTEMPTS).values("occurrence")


def completion_of(scope: Scope) -> Mapping[str, Completion]:
    """``high`` and ``other``; together they are all."""
    rows = occurrences_of(scope).order_by()
    found = {group: Completion() for group in GROUPS}
    is_open = still_open(scope)
    for risk, due, in_time, opened in rows.values_list(_RISK).annotate(
        due=Count("pk", filter=~is_open),
        in_time=Count("pk", filter=IN_TIME),
        opened=Count("pk", filter=is_open),
    ):
        found[_group(risk)] += Completion(due, in_time, 0, opened)
    missed = (
        rows.exclude(IN_TIME & Q(done_on__isnull=False)).exclude(is_open).filter(pk__in=tried_in_vain(scope))
    )
    for risk, tried in missed.values_list(_RISK).annotate(tried=Count("pk")):
        found[_group(risk)] += Completion(tried=tried)
    return found


def _group(risk: str | None) -> str:
    return "high" if risk in RISKY else "other"
