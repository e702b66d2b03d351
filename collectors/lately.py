"""What changed in collecting lately, as a list for pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from collectors.models import Disturbance, Segment

SHOWN = 8
LOOKS_BACK = timedelta(days=7)


def lately(user: Any, now: datetime, *, segment: Segment | None = None) -> list[Disturbance]:
    """What lasts, then what ended in the last week; the newest first in each."""
    seen = Disturbance.objects.visible_to(user).select_related("endpoint", "segment", "source")
    if segment is not None:
        seen = seen.filter(segment=segment)
    recent = seen.filter(Q(end__isnull=True) | Q(end__gt=now - LOOKS_BACK))
    lasting = list(recent.lasting().order_by("-begin", "-pk")[:SHOWN])
    ended = recent.filter(end__isnull=False).order_by("-end", "-pk")[: SHOWN - len(lasting)]
    return [*lasting, *ended]
