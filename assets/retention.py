"""What is let go of: evidence that nothing late can refer to any more, and old readings."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Subquery

from assets.models import Checkpoint, EvidenceLog, Reading, Search, Waypoint
from assets.recording.moments import to_us

NEARBY = timedelta(minutes=5)
"""How long the checkpoints of every minute are kept; most late evidence is late by seconds."""


def trim_evidence(*, now: datetime) -> int:
    """Drop evidence and checkpoints that lie wholly before the window; how many pieces of evidence went.

    The newest checkpoint before the window stays: it is the past of everything after it.
    """
    cutoff = to_us(now - timedelta(seconds=settings.EVIDENCE_WINDOW_S))
    Checkpoint.objects.filter(is_lasting=False, at_us__lt=to_us(now - NEARBY)).delete()
    newer = Checkpoint.objects.filter(asset=OuterRef("asset"), at_us__gt=OuterRef("at_us"), at_us__lte=cutoff)
    Checkpoint.objects.filter(Exists(newer), at_us__lte=cutoff).delete()
    oldest = (
        Checkpoint.objects.filter(asset=OuterRef("asset"))
        .values("asset")
        .annotate(at=Min("at_us"))
        .values("at")
    )
    count, _ = EvidenceLog.objects.filter(at_us__lte=cutoff).filter(at_us__lte=Subquery(oldest)).delete()
    return count


def trim_readings(*, now: datetime) -> int:
    """Drop readings older than ``settings.READINGS_KEPT_DAYS``; how many went."""
    count, _ = Reading.objects.filter(at__lt=now - timedelta(days=settings.READINGS_KEPT_DAYS)).delete()
    return count


def trim_searches(*, now: datetime) -> int:
    """Drop what was looked for longer ago than ``settings.SEARCHES_KEPT_DAYS``; how many went."""
    count, _ = Search.objects.filter(at__lt=now - timedelta(days=settings.SEARCHES_KEPT_DAYS)).delete()
    return count


def trim_waypoints(*, now: datetime) -> int:
    """Drop points of ways older than ``settings.TRAIL_KEPT_DAYS``; how many went.

    The latest before that stays: it says where the asset was when the time that is kept began.
    """
    cutoff = to_us(now - timedelta(days=settings.TRAIL_KEPT_DAYS))
    newer = Waypoint.objects.filter(asset=OuterRef("asset"), at_us__gt=OuterRef("at_us"), at_us__lte=cutoff)
    count, _ = Waypoint.objects.filter(Exists(newer), at_us__lt=cutoff).delete()
    return count
