"""What receivers heard of a carried tag, for a survey: out of recorded evidence, and out of nothing else."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from assets.models import Asset, EvidenceLog
from assets.queries import AssetQuerySet
from assets.recording.items import unpack
from assets.recording.moments import to_us
from locations.survey_models import Signals

MOST_TAGS = 8


def tagged(user: Any) -> AssetQuerySet:
    """What this person may see that wears a tag: evidence is kept of such tags only."""
    return Asset.objects.visible_to(user).in_service().filter(rtls_tag__isnull=False)


def carried_by_name(user: Any, name: str) -> Asset | None:
    """The equipment with the tag, or with the label, of this name."""
    named = Q(rtls_tag__identifier__iexact=name) | Q(asset_tag__iexact=name)
    found: Asset | None = tagged(user).filter(named).select_related("rtls_tag", "model__category").first()
    return found


def carried_like(user: Any, text: str) -> list[Asset]:
    """A few whose tag or label holds ``text``; those heard last come first."""
    alike = Q(rtls_tag__identifier__icontains=text) | Q(asset_tag__icontains=text)
    found = tagged(user).filter(alike).select_related("rtls_tag", "model__category", "now")
    return list(found.order_by(F("now__heard_at").desc(nulls_last=True), "asset_tag")[:MOST_TAGS])


def heard_signals(asset_id: int, *, begin: datetime, end: datetime) -> Signals:
    """Receiver → sightings, mean, spread, weakest, strongest of those from ``begin`` on and before ``end``.

    Times are the senders'. A sighting without a strength says nothing here.
    """
    heard: dict[str, list[float]] = defaultdict(list)
    log = EvidenceLog.objects.filter(asset=asset_id, at_us__gte=to_us(begin), at_us__lt=to_us(end))
    for payload in log.order_by("at_us", "source").values_list("payload", flat=True):
        sighting = unpack(payload).heard
        if sighting is not None and sighting.rssi_dbm is not None:
            heard[sighting.receiver].append(sighting.rssi_dbm)
    return {receiver: _summed(levels) for receiver, levels in sorted(heard.items())}


def _summed(levels: list[float]) -> list[float]:
    mean, spread = statistics.fmean(levels), statistics.pstdev(levels)
    return [len(levels), round(mean, 2), round(spread, 2), min(levels), max(levels)]
