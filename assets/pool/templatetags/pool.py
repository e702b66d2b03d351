"""``{% next_reservation asset as reservation %}``: what is kept for somebody within a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone

from assets.pool.queries import reserved_between

register = template.Library()

AHEAD = timedelta(hours=24)


@register.simple_tag(takes_context=True)
def next_reservation(context: dict[str, Any], asset: Any) -> Any:
    """The reservation of an asset that is under way or begins within a day, for those who may see it."""
    if not context["request"].user.has_perm("pool.view_reservation"):
        return None
    now = timezone.now()
    return reserved_between(assets=[asset.pk], begin=now, end=now + AHEAD).get(asset.pk)
