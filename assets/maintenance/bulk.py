"""The same act on many orders: each is done wholly or not at all, and each is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.maintenance.moving import move_work_order
from assets.maintenance.orders import assign_order, set_priority
from assets.maintenance.words import Priority
from assets.transitions import TransitionRefusedError

MOST = 500


@dataclass(frozen=True, slots=True)
class Row:
    """``reason`` is empty where it was done."""

    number: int
    reason: str = ""

    @property
    def is_done(self) -> bool:
        return not self.reason


def assign_all(*, numbers: Sequence[int], to: Any, by: Any, now: datetime) -> list[Row]:
    return _each(numbers, by, lambda order: assign_order(order=order, to=to, by=by, now=now))


def prioritise_all(*, numbers: Sequence[int], priority: Priority, by: Any, now: datetime) -> list[Row]:
    return _each(numbers, by, lambda order: set_priority(order=order, by=by, now=now, priority=priority))


def cancel_all(*, numbers: Sequence[int], note: str, by: Any, now: datetime) -> list[Row]:
    return _each(
        numbers,
        by,
        lambda order: move_work_order(order=order, transition="cancel", by=by, now=now, note=note),
    )


def _each(numbers: Sequence[int], by: Any, do: Callable[[WorkOrder], Any]) -> list[Row]:
    """Raises :class:`WorkRefusedError` for no rows and for too many; then nothing is done."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted or len(wanted) > MOST:
        raise WorkRefusedError(_("orders: choose 1 to %s of them.") % MOST)
    found = {order.number: order for order in WorkOrder.objects.visible_to(by).filter(number__in=wanted)}
    rows = []
    for number in wanted:
        order = found.get(number)
        if order is None:
            rows.append(Row(number, _("There is no such order.")))
            continue
        try:
            with transaction.atomic():
                do(order)
        except (WorkRefusedError, TransitionRefusedError) as refused:
            rows.append(Row(number, str(refused)))
        else:
            rows.append(Row(number))
    return rows
