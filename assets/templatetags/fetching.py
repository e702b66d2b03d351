"""Filters for what people say while they fetch equipment."""

from __future__ import annotations

from django import template

from assets.claims import holder_name
from assets.models import Claim, NotHere

register = template.Library()


@register.filter
def holder(said: Claim | NotHere) -> str:
    """Who claimed it, or did not see it, as people call them."""
    return holder_name(said)
