"""``{% open_work asset as acts %}``, and the words of work orders for templates."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone

from assets.maintenance.clocks import is_overdue
from assets.maintenance.shown import CLOSED, Acts, acts_of
from assets.maintenance.words import ActKind, Priority, State
from assets.words import Activity, Basis

register = template.Library()

_TOKENS = {
    State.REQUEST: "dirty",
    State.TRIAGE: "moving",
    State.ASSIGNED: "moving",
    State.IN_PROGRESS: "in-use",
    State.WAITING: "dirty",
    State.DONE: "ready",
    State.VERIFIED: "ready",
    State.WITHDRAWN: "unheard",
    State.CANCELLED: "unheard",
}
"""How a state is coloured; its word stands beside it always."""
_ICONS = {ActKind.BROKEN: "warning", ActKind.DIRTY: "drop", ActKind.CLEANED: "check"}


@register.simple_tag(takes_context=True)
def open_work(context: dict[str, Any], asset: Any) -> Acts:
    """The open work on an asset, and what the person who looks did to it just now."""
    request = context["request"]
    return acts_of(asset, request.user, closed=request.session.get(CLOSED, ""))


@register.simple_tag
def tap_key() -> str:
    """A name for the next tap: sent twice, it counts once."""
    return str(uuid4())


@register.filter
def possible_acts(now: Any) -> list[tuple[str, str, str]]:
    """What can be said of equipment in this state: key, word and icon, the likeliest first."""
    activity, basis = getattr(now, "activity", Activity.UNKNOWN), getattr(now, "basis", None)
    kinds = [ActKind.BROKEN]
    if activity == Activity.DIRTY:
        kinds.insert(0, ActKind.CLEANED)
    else:
        kinds.append(ActKind.DIRTY)
    if activity == Activity.UNKNOWN or (activity == Activity.IN_USE and basis == Basis.PRESUMED):
        kinds.append(ActKind.CLEANED)
    return [(kind.value, str(kind.label), _ICONS[kind]) for kind in kinds]


@register.filter
def state_token(state: str) -> str:
    return _TOKENS[State(state)]


@register.filter
def is_urgent(priority: int) -> bool:
    return priority < Priority.NORMAL


@register.filter
def is_late(order: Any) -> bool:
    """Whether it should have been done by now."""
    return is_overdue(order, timezone.now())


@register.filter
def is_unanswered(order: Any) -> bool:
    """Whether nobody has taken it on who should have by now."""
    return order.respond_by is not None and order.respond_by < (order.responded_at or timezone.now())
