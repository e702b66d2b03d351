"""What somebody did at the equipment, told at once: sent from a phone, perhaps hours later, and done wholly or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.entries import add_labour, add_part
from assets.maintenance.events import WorkRefusedError, lock_as_seen
from assets.maintenance.models import WorkOrder
from assets.maintenance.moving import move_work_order
from assets.maintenance.orders import comment_on
from assets.maintenance.signatures import Signed

MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Used:
    """A part that was built in."""

    name: str
    quantity: int = 1


@transaction.atomic
def record_work(
    *,
    order: WorkOrder,
    by: Any,
    at: datetime,
    transition: str = "",
    note: str = "",
    minutes: int | None = None,
    parts: Sequence[Used] = (),
    outcome: str = "",
    signature: Signed | None = None,
    seen: str | None = None,
    version: int | None = None,
) -> WorkOrder:
    """Work time and parts, then the transition with the note, else the note alone; ``at`` is when it was done.

    Refused as :func:`~assets.maintenance.moving.move_work_order` and :func:`~assets.maintenance.entries.add_part`
    refuse, and where there is nothing to record; then nothing of it is. One transaction.
    """
    current = lock_as_seen(order.number, seen=seen, version=version)
    if at < current.opened_at:
        raise WorkRefusedError(_("at: the order was opened after that."))
    if not (transition or note.strip() or minutes or parts):
        raise WorkRefusedError(_("note: tell what was done."))
    if len(parts) > MOST_PARTS:
        raise WorkRefusedError(_("parts: at most %s at once.") % MOST_PARTS)
    if minutes:
        add_labour(order=current, by=by, now=at, minutes=minutes)
    for part in parts:
        add_part(order=current, by=by, now=at, name=part.name, quantity=part.quantity)
    if transition:
        return move_work_order(
            order=current,
            transition=transition,
            by=by,
            now=at,
            note=note,
            outcome=outcome,
            signature=signature,
        )
    if note.strip():
        comment_on(order=current, by=by, now=at, note=note)
    return current
