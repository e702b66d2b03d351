"""By when an order is to be taken on, and to be done: clocks that stand still while it waits.

    to be taken on by  =  opened + response target
    to be done by      =  opened + resolution target + all the time that it waited

An order that is done and reopened was never done: its clock counts on as if nobody had said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.maintenance.models import ServiceLevel, WorkOrder
from assets.maintenance.words import CLOCKED, Priority, State


@dataclass(frozen=True, slots=True)
class Target:
    response: timedelta
    resolution: timedelta


def _target(response_h: float, resolution_h: float) -> Target:
    return Target(timedelta(hours=response_h), timedelta(hours=resolution_h))


TARGETS: Mapping[int, Target] = {
    Priority.URGENT: _target(0.5, 4),
    Priority.HIGH: _target(2, 24),
    Priority.NORMAL: _target(8, 72),
    Priority.LOW: _target(24, 240),
}
"""What holds, around the clock, where the hospital has no ``ServiceLevel`` of its own."""


def target_of(priority: int) -> Target:
    own = ServiceLevel.objects.filter(priority=priority).first()
    if own is None:
        return TARGETS[priority]
    return Target(timedelta(minutes=own.response_min), timedelta(minutes=own.resolution_min))


def start_clocks(order: WorkOrder) -> None:
    """For an order that is about to be stored; the day that one of the unclocked kinds is due stays as it was told."""
    if order.kind in CLOCKED:
        target = target_of(order.priority)
        order.respond_by = order.opened_at + target.response
        order.due_at = order.opened_at + target.resolution


def change_target(order: WorkOrder, before: int) -> None:
    """Its priority was ``before``; what it had waited stays granted."""
    if order.kind not in CLOCKED or order.respond_by is None:
        return
    old, new = target_of(before), target_of(order.priority)
    order.respond_by += new.response - old.response
    longer = new.resolution - old.resolution
    if order.due_at is not None:
        order.due_at += longer
    elif order.left is not None:
        order.left += longer


def turn_clocks(order: WorkOrder, *, source: str, target: str, now: datetime) -> None:
    """The order goes from ``source`` to ``target``. Changes the order and stores nothing."""
    if order.responded_at is None and target not in (State.REQUEST, State.TRIAGE):
        order.responded_at = now
    if order.kind in CLOCKED:
        _stand_still(order, source, target, now)
    if source == State.DONE and target in (State.IN_PROGRESS, State.WAITING):
        order.done_at = None
    elif target not in (State.REQUEST, State.TRIAGE, State.ASSIGNED, State.IN_PROGRESS, State.WAITING):
        order.done_at = order.done_at or now


def _stand_still(order: WorkOrder, source: str, target: str, now: datetime) -> None:
    if target == State.WAITING and source != State.WAITING and order.due_at is not None:
        order.left = order.due_at - now
        order.due_at = None
    elif source == State.WAITING and target != State.WAITING and order.left is not None:
        order.due_at = now + order.left
        order.left = None


def is_overdue(order: WorkOrder, now: datetime) -> bool:
    """Whether it should be done by now; while it waits, before it began to; what is done, when it was."""
    if order.left is not None:
        return order.left < timedelta(0)
    return order.due_at is not None and order.due_at < (order.done_at or now)
