"""What the workshop's home begins with: alerts and work, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from assets.alerts.models import Alert
from assets.alerts.words import Severity
from assets.maintenance.models import WorkOrder

MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class First:
    """How many there are, and the first of them."""

    count: int
    rows: Sequence[Any]


def gravest_alerts(user: Any) -> First:
    """Open ones that nothing holds back: the gravest first, of these those that last longest."""
    ranks = [When(severity=each.value, then=Value(each.rank)) for each in Severity]
    rank = Case(*ranks, default=Value(0), output_field=IntegerField())
    rows = Alert.objects.visible_to(user).open().told()
    first = rows.annotate(rank=rank).order_by("-rank", "began_at").with_subject()
    return First(rows.count(), list(first[:MOST_ROWS]))


def pressing_work(user: Any) -> First:
    """Work that is not closed: the most urgent first, of this what was asked for longest ago."""
    rows = WorkOrder.objects.visible_to(user).open()
    first = rows.order_by("priority", "opened_at").with_asset()
    return First(rows.count(), list(first[:MOST_ROWS]))
