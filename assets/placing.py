"""A person says where an asset is: a label scanned in a room, recorded on the same timeline as what devices say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from assets.activity import SECOND
from assets.live.publish import publish_changes
from assets.models import Asset, Placement
from assets.observation import AHEAD
from assets.recording.facts import facts_of
from assets.recording.folding import Folding, Told
from assets.recording.items import Item
from assets.recording.moments import to_us
from assets.sql import dialect
from locations.models import Zone
from locations.rooms import fix_in


class PlacingRefusedError(ValueError):
    """It cannot be placed there, or not at that time any more; the text says why, for whoever tried."""


def place_asset(*, asset: Asset, zone: Zone, by: Any, at: datetime | None = None) -> Placement:
    """A person has the asset before them in this room, now or at ``at``.

    Its room changes at once. What radio says less exactly than that counts again as the minutes pass; whatever shows
    that it has been moved counts at once (see :mod:`locations.positioning`). One transaction; published on commit.
    Raises :class:`PlacingRefusedError`.
    """
    now = timezone.now()
    moment = at or now
    facts = facts_of([asset.pk])
    if (words := _obstacle(asset, zone, moment, now)) or facts[asset.pk].installed is not None:
        raise PlacingRefusedError(
            words or gettext("It is installed in its room. Change its home room instead.")
        )
    item = Item(at=to_us(moment), source=f"person:{by.pk}", is_alive=False, fix=fix_in(zone))
    with transaction.atomic():
        sql = dialect()
        folding = Folding(sql, facts, item.at, settings.EVIDENCE_WINDOW_S * SECOND)
        folding.fold({asset.pk: Told([item])})
        if folding.tally.too_late:
            raise PlacingRefusedError(gettext("That moment is too long ago to be corrected."))
        folding.ledger.write(sql)
        publish_changes(folding.ledger.changes)
        return Placement.objects.create(asset=asset, zone=zone, at=moment, by=by)


def _obstacle(asset: Asset, zone: Zone, at: datetime, now: datetime) -> str:
    if asset.retired_at is not None:
        return gettext("It is no longer in service.")
    if zone.retired_at is not None:
        return gettext("The plan has changed: there is no such room any more.")
    if zone.floor.building.site_id != asset.site_id:
        return gettext("The room is in another site than the equipment.")
    if at > now + AHEAD:
        return gettext("That moment is still to come.")
    return ""
