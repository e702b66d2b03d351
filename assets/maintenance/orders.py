"""Opening work orders, and what is decided of them besides their moves: who has it, how soon, what is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.clocks import change_target, start_clocks
from assets.maintenance.downtime import hold_back, holding, is_held_down
from assets.maintenance.events import (
    MovedMeanwhileError,
    WorkRefusedError,
    lock_as_seen,
    lock_order,
    note_event,
    plain_note,
)
from assets.maintenance.models import WorkEvent, WorkOrder
from assets.maintenance.moving import check_assignee, make_step, move_work_order
from assets.maintenance.priority import suggested_priority
from assets.maintenance.words import CLOCKED, ONE_AT_A_TIME, TEAMS, Happening, Kind, Priority, State, Team
from assets.models import Asset

__all__ = [
    "MovedMeanwhileError", "Opened", "WorkRefusedError", "assign_order", "comment_on", "hold_back", "holding",
    "is_held_down", "lock_order", "make_step", "move_work_order", "note_event", "open_work_order", "set_priority",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """The order, and whether it is new: a second report of the same is added to the open one."""

    order: WorkOrder
    is_new: bool
    was_unverified: bool = False


def open_work_order(
    *,
    asset: Asset,
    kind: Kind,
    by: Any,
    now: datetime,
    note: str = "",
    priority: Priority | None = None,
    impact: str = "",
    due_at: datetime | None = None,
    cause: WorkOrder | None = None,
    is_down: bool = False,
    is_by_device: bool = False,
    team: Team | None = None,
) -> Opened:
    """Asks the team of that kind, or ``team``, for work on an asset. ``by`` nobody: reported without an account, and
    unverified, but where ``is_by_device`` says that a rule opens it from what the equipment reported.

    Without a ``priority``, it follows from the category's risk and the ``impact``. ``due_at`` is for planned
    kinds; those somebody waits for have clocks. ``is_down``: the order holds the asset out of service from now on.

    There is one open repair, and one open cleaning, of an asset: what is reported again is added to it, and counts from
    then on if staff says so. One transaction.
    """
    text = plain_note(note)
    with transaction.atomic():
        # Whoever reports the same at the same time waits here, and finds the order.
        Asset.objects.select_for_update(no_key=True).get(pk=asset.pk)
        there = (
            WorkOrder.objects.open().filter(asset=asset, kind=kind).select_for_update(of=("self",)).first()
        )
        if there is not None and kind in ONE_AT_A_TIME:
            opened = _report_again(there, by, now, text, is_by_device=is_by_device)
        else:
            order = WorkOrder(
                asset=asset,
                kind=kind,
                team=team or TEAMS[kind],
                priority=priority or suggested_priority(asset, impact),
                asked_by=by,
                is_unverified=by is None and not is_by_device,
                is_by_device=is_by_device,
                opened_at=now,
                note=text,
                impact=impact,
                due_at=None if kind in CLOCKED else due_at,
                cause=cause,
            )
            start_clocks(order)
            order.save()
            note_event(
                order,
                Happening.OPENED,
                by=by,
                now=now,
                note=text,
                target=State.REQUEST,
                is_by_device=is_by_device,
            )
            opened = Opened(order, is_new=True)
        if is_down and by is not None:
            hold_back(opened.order, by=by, now=now)
        return opened


def _report_again(order: WorkOrder, by: Any, now: datetime, text: str, *, is_by_device: bool) -> Opened:
    was_unverified = order.is_unverified
    if was_unverified and by is not None:
        order.is_unverified = False
        order.version += 1
        order.save(update_fields=["is_unverified", "version"])
    what = Happening.DEVICE if is_by_device else Happening.REPORTED_AGAIN
    note_event(order, what, by=by, now=now, note=text, is_by_device=is_by_device)
    return Opened(order, is_new=False, was_unverified=was_unverified)


def comment_on(*, order: WorkOrder, by: Any, now: datetime, note: str) -> WorkEvent:
    """Adds a line to what happened to the order; who is named in it with an @ is told."""
    text = plain_note(note)
    if not text:
        raise WorkRefusedError(_("Write something first."))
    with transaction.atomic():
        return note_event(order, Happening.COMMENT, by=by, now=now, note=text)


@transaction.atomic
def set_priority(
    *, order: WorkOrder, by: Any, now: datetime, priority: Priority, version: int | None = None
) -> None:
    """Says how soon it has to be done, and sets its clocks so; noted where it is another than before."""
    current = lock_as_seen(order.number, version=version)
    if not current.is_open:
        raise WorkRefusedError(_("The order is closed."))
    if current.priority == priority:
        return
    before, words = current.priority, current.get_priority_display()
    current.priority = priority
    current.version += 1
    change_target(current, before)
    current.save(update_fields=["priority", "version", "respond_by", "due_at", "left"])
    note_event(current, Happening.PRIORITY, by=by, now=now, note=f"{words} → {priority.label}")


@transaction.atomic
def assign_order(
    *, order: WorkOrder, to: Any, by: Any, now: datetime, version: int | None = None
) -> WorkOrder:
    """Gives it to somebody: by the transition while nobody has it, else from hand to hand in the state it is in.

    Raises :class:`WorkRefusedError` for who may not work on it, and for orders that are done. One transaction.
    """
    current = lock_as_seen(order.number, version=version)
    if current.state in (State.REQUEST, State.TRIAGE):
        return move_work_order(order=current, transition="assign", by=by, now=now, assignee=to)
    if current.state not in (State.ASSIGNED, State.IN_PROGRESS, State.WAITING):
        raise WorkRefusedError(_("It is “%s”: nobody has to do it any more.") % current.get_state_display())
    check_assignee(current, to)
    if current.assigned_to_id != to.pk:
        current.assigned_to = to
        current.version += 1
        current.save(update_fields=["assigned_to", "version"])
        name = to.get_full_name() or to.get_username()
        note_event(current, Happening.ASSIGNED, by=by, now=now, note=name)
    return current
