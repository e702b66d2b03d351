"""The words of recalls for templates."""

from __future__ import annotations

from typing import Any

from django import template

from assets.recalls.transitions import TRANSITIONS
from assets.recalls.words import Certainty, State, reason_words
from assets.transitions import open_to

register = template.Library()

_STATES = {
    State.TODO: "dirty",
    State.LOCATED: "moving",
    State.QUARANTINED: "down",
    State.CORRECTED: "ready",
    State.RETURNED: "unheard",
    State.EXEMPT: "unheard",
}
"""How a state is coloured; its word stands beside it always."""
_CERTAINTIES = {
    Certainty.CERTAIN: "down",
    Certainty.LIKELY: "dirty",
    Certainty.REVIEW: "moving",
    Certainty.OUTSIDE: "unheard",
}


@register.filter
def item_token(state: str) -> str:
    return _STATES[State(state)]


@register.filter
def certainty_token(certainty: int) -> str:
    return _CERTAINTIES[Certainty(certainty)]


@register.filter
def in_words(reason: dict[str, str]) -> str:
    return reason_words(reason)


@register.simple_tag(takes_context=True)
def item_steps(context: dict[str, Any], item: Any) -> list[Any]:
    """What the person may do with a piece of a campaign in one tap: what needs no note."""
    steps = open_to(TRANSITIONS, item, context["request"].user)
    return [step for step in steps if not step.needs_note]
