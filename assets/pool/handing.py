"""Handing equipment over from unit to unit, recorded with both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from assets.models import Asset, AssetNow
from assets.placing import place_asset
from assets.pool.models import DeliveryRequest, HandOver
from assets.pool.words import NOTE_LENGTH
from locations.models import Zone


def hand_over(
    *, asset: Asset, to: Zone, by: Any, now: datetime, note: str = "", request: DeliveryRequest | None = None
) -> HandOver:
    """A person brings it there: it is placed in that room, and both ends are kept.

    Raises :class:`~assets.placing.PlacingRefusedError`. One transaction.
    """
    with transaction.atomic():
        before = AssetNow.objects.filter(asset=asset).values_list("zone", flat=True).first()
        place_asset(asset=asset, zone=to, by=by, at=now)
        return HandOver.objects.create(
            asset=asset,
            from_zone_id=before,
            to_zone=to,
            at=now,
            by=by,
            note=" ".join(note.replace("\0", "").split())[:NOTE_LENGTH],
            request=request,
        )
