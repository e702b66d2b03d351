"""Plans that somebody is looking over: kept in the database for two hours, so that any web process has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hospital.models import PlanUpload, User

KEPT = timedelta(hours=2)
MOST_BYTES = 50_000_000
MOST_AT_A_TIME = 3
"""Of one person: an older one gives way to the next."""


def keep_upload(*, user: User, content: bytes, told: dict[str, Any], now: datetime) -> PlanUpload:
    """``told``: site, building, building_name, file_name."""
    mine = PlanUpload.objects.filter(uploaded_by=user).order_by("-uploaded_at").values_list("pk", flat=True)
    PlanUpload.objects.filter(pk__in=list(mine[MOST_AT_A_TIME - 1 :])).delete()
    return PlanUpload.objects.create(uploaded_by=user, uploaded_at=now, content=content, **told)


def forget_uploads(now: datetime) -> int:
    """Those that nobody took in time; how many."""
    count, _ = PlanUpload.objects.filter(uploaded_at__lt=now - KEPT).delete()
    return count
