"""Opening many orders at once that nobody asked for: what plans make due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assets.maintenance.models import RiskClass, WorkEvent, WorkOrder
from assets.maintenance.priority import MATRIX
from assets.maintenance.words import TEAMS, Happening, Impact, Kind, Priority, Risk, State

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Ahead:
    """An order to be opened. ``category`` is that of the asset: its risk decides how soon, as no care waits for it."""

    asset_id: int
    category_id: int
    kind: Kind
    due_at: datetime
    note: str


def open_ahead(wanted: Sequence[Ahead], *, now: datetime) -> list[WorkOrder]:
    """The orders, in the same sequence, by a few statements. Within the caller's transaction."""
    priorities = _priorities()
    usual = MATRIX[Risk.MEDIUM][Impact.NONE]
    orders = WorkOrder.objects.bulk_create(
        [
            WorkOrder(
                asset_id=each.asset_id,
                kind=each.kind,
                team=TEAMS[each.kind],
                priority=priorities.get(each.category_id, usual),
                opened_at=now,
                due_at=each.due_at,
                note=each.note,
            )
            for each in wanted
        ],
        batch_size=BATCH,
    )
    WorkEvent.objects.bulk_create(
        [
            WorkEvent(
                order=order, at=now, what=Happening.OPENED, target=State.REQUEST, version=1, note=order.note
            )
            for order in orders
        ],
        batch_size=BATCH,
    )
    return list(orders)


def _priorities() -> Mapping[int, Priority]:
    rows = RiskClass.objects.values_list("category_id", "risk")
    return {category: MATRIX[Risk(risk)][Impact.NONE] for category, risk in rows}
