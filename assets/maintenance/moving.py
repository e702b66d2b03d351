"""Sending work orders on, by the declared transitions alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.checks import missing_for
from assets.maintenance.clocks import turn_clocks
from assets.maintenance.downtime import give_back, hold_back, release
from assets.maintenance.events import (
    MovedMeanwhileError,
    WorkRefusedError,
    lock_as_seen,
    note_event,
    plain_note,
)
from assets.maintenance.models import WorkOrder, WorkSignature
from assets.maintenance.signatures import Signed
from assets.maintenance.transitions import MOVE, TRANSITIONS, WorkTransition
from assets.maintenance.words import Happening, Kind, Outcome, State
from assets.models import Statement
from assets.transitions import TransitionRefusedError, declared


def move_work_order(
    *,
    order: WorkOrder,
    transition: str,
    by: Any,
    now: datetime,
    note: str = "",
    seen: str | None = None,
    version: int | None = None,
    outcome: str = "",
    signature: Signed | None = None,
    assignee: Any = None,
) -> WorkOrder:
    """Makes one declared transition of :data:`TRANSITIONS`, with what it does to clocks, downtime and activity.

    ``seen`` and ``version`` are how the person saw it: where somebody else changed it since, nothing happens and
    :class:`~assets.maintenance.events.MovedMeanwhileError` says what. ``outcome``, ``signature`` and ``note`` are for
    transitions that need them; ``assignee`` for one that takes, where it is not the person. ``now`` is when it was
    done, not before what happened last. :class:`TransitionRefusedError` where the table does not allow it. One
    transaction.
    """
    text = plain_note(note)
    with transaction.atomic():
        current = lock_as_seen(order.number, seen=seen, version=version)
        step = declared(TRANSITIONS, current, transition, by)
        _check(step, text, outcome, signature)
        if step.target == State.DONE and (missing := missing_for(current)):
            raise TransitionRefusedError(missing)
        if _moved_after(current, now):
            raise MovedMeanwhileError(
                _("Something happened to the order after that moment. Look at it again.")
            )
        if step.takes:
            check_assignee(current, assignee or by)
        if step.needs_outcome:
            current.outcome = Outcome(outcome)
        if step.needs_signature and signature is not None:
            WorkSignature.objects.create(
                order=current, at=now, by=by, name=signature.name, drawing=signature.drawing
            )
        make_step(current, step, by=by, now=now, note=text, assignee=assignee)
    return current


def _check(step: WorkTransition, note: str, outcome: str, signature: Signed | None) -> None:
    if step.needs_note and not note:
        raise TransitionRefusedError(_("Say why, in a few words, for “%s”.") % step.label)
    if step.needs_outcome and outcome not in Outcome.values:
        raise TransitionRefusedError(_("outcome: say what was the matter."))
    if step.needs_signature and signature is None:
        raise TransitionRefusedError(_("signature: sign with your name."))


def _moved_after(order: WorkOrder, moment: datetime) -> bool:
    moves = [Happening.MOVED, Happening.TAKEN_BACK, Happening.DOWN, Happening.UP]
    return bool(order.events.filter(what__in=moves, at__gt=moment).exists()) or moment < order.opened_at


def check_assignee(order: WorkOrder, person: Any) -> None:
    """Raises :class:`WorkRefusedError` for who may not work on the order."""
    may = person.is_active and person.has_perm(MOVE)
    if not may or not WorkOrder.objects.visible_to(person).filter(pk=order.pk).exists():
        raise WorkRefusedError(_("assigned_to: %s may not work on this order.") % person.get_username())


def make_step(
    order: WorkOrder,
    step: WorkTransition,
    *,
    by: Any,
    now: datetime,
    note: str = "",
    assignee: Any = None,
) -> Statement | None:
    """The transition itself, for an order that is locked; what was said of the asset with it, if anything."""
    source, was_unverified = order.state, order.is_unverified
    turn_clocks(order, source=source, target=step.target, now=now)
    order.state, order.waits_for = step.target, step.waits_for
    order.version += 1
    if step.takes:
        order.assigned_to = assignee or by
    if step.closes:
        order.closed_at = now
    if step.confirms:
        order.is_unverified = False
    order.save(
        update_fields=[
            "state", "waits_for", "version", "assigned_to", "closed_at", "is_unverified", "outcome", "responded_at",
            "due_at", "left", "done_at",
        ]
    )  # fmt: skip
    note_event(
        order,
        Happening.MOVED,
        by=by,
        now=now,
        note=note,
        transition=step.key,
        source=source,
        target=step.target,
    )
    if step.confirms:
        return hold_back(order, by=by, now=now)
    return _ended(order, step, by, now, was_unverified=was_unverified) if step.closes else None


def _ended(
    order: WorkOrder, step: WorkTransition, by: Any, now: datetime, *, was_unverified: bool
) -> Statement | None:
    """A repair and a cleaning say that the asset is ready; other work says so of what it held itself."""
    has_held = release(order, by=by, now=now)
    if not step.gives_back or was_unverified:
        return None
    is_word = has_held or order.kind in (Kind.CORRECTIVE, Kind.CLEANING)
    return give_back(order.asset, by=by, now=now) if is_word else None
