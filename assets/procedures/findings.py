"""What failed becomes work: one order for each finding, opened once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assets.maintenance.downtime import begin_downtime, end_downtime
from assets.maintenance.events import note_event
from assets.maintenance.models import NOTE_LENGTH, WorkOrder
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import DownReason, Happening, Kind, Percent
from assets.procedures.models import Finding


def open_finding(
    *, order: WorkOrder, words: str, by: Any, now: datetime, is_unsafe: bool = False, **of: Any
) -> Finding:
    """A repair for what failed in ``order``, found there; ``of`` names the step of a run, or the record.

    There is one open repair of an asset: what fails besides is added to it, and if ``order`` is that repair itself, to
    ``order``. ``is_unsafe``: it is out of service from now on, for a failed safety test. Once: asked again, it is the
    same. Within the caller's transaction, who holds the asset.
    """
    there = Finding.objects.filter(**of).select_related("order").first()
    if there is not None:
        return there
    note = words[:NOTE_LENGTH]
    if order.kind == Kind.CORRECTIVE:
        note_event(order, Happening.COMMENT, by=by, now=now, note=note)
        repair = order
    else:
        repair = open_work_order(
            asset=order.asset, kind=Kind.CORRECTIVE, by=by, now=now, note=note, cause=order
        ).order
    repair.refresh_from_db()
    if is_unsafe and repair.down_percent < Percent.ALL:
        if repair.down_percent:
            end_downtime(order=repair, by=by, now=now)
        begin_downtime(order=repair, by=by, now=now, reason=DownReason.SAFETY)
    return Finding.objects.create(order=repair, at=now, **of)
