"""What an order's page tells of its equipment around it: the readings, and the orders before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.maintenance.models import WorkOrder
from assets.models import Reading
from assets.vocabulary import VOCABULARY, Term

BEFORE = timedelta(hours=24)
AFTER = timedelta(hours=24)
MOST_READINGS, MOST_ORDERS = 20_000, 10


@dataclass(frozen=True, slots=True)
class Around:
    """One measurement from a day before the order was opened to a day after it was closed.

    ``first`` and ``last`` are (moment, value); ``least`` and ``most`` are of all ``count``.
    """

    term: Term
    first: tuple[datetime, float]
    last: tuple[datetime, float]
    least: float
    most: float
    count: int


def readings_around(order: WorkOrder, *, now: datetime) -> list[Around]:
    """Of each measurement of which there is any, in the order of the vocabulary."""
    end = min(now, (order.closed_at or now) + AFTER)
    rows = Reading.objects.filter(asset=order.asset_id, at__gte=order.opened_at - BEFORE, at__lte=end)
    told: dict[str, list[tuple[datetime, float]]] = {}
    for name, at, value in rows.order_by("-at").values_list("name", "at", "value")[:MOST_READINGS]:
        told.setdefault(name, []).append((at, value))
    return [_around(term, told[name]) for name, term in VOCABULARY.items() if name in told]


def _around(term: Term, rows: Sequence[tuple[datetime, float]]) -> Around:
    values = [value for _at, value in rows]
    return Around(term, rows[-1], rows[0], min(values), max(values), len(rows))


def earlier_orders(order: WorkOrder) -> list[WorkOrder]:
    """Of the same equipment, the latest first."""
    others = WorkOrder.objects.filter(asset=order.asset_id).exclude(pk=order.pk)
    return list(others.order_by("-opened_at")[:MOST_ORDERS])
