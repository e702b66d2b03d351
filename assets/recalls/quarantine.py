"""Equipment that a recall keeps out of service: into quarantine, and out of it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assets.maintenance.downtime import give_back
from assets.models import Asset
from assets.recalls.models import Item
from assets.statements import state_activity
from assets.words import Activity


def held_items(asset: Asset) -> Any:
    """The pieces of campaigns that keep it out of service."""
    return Item.objects.filter(asset=asset, is_held=True)


def quarantine_words(asset: Asset) -> str:
    """Why it cannot be used, for whoever says that it is ready; empty if no recall keeps it."""
    number = held_items(asset).values_list("campaign__notice__number", flat=True).first()
    return _("It is in quarantine by recall %s, until it is corrected there.") % number if number else ""


def hold_asset(*, asset: Asset, by: Any, now: datetime) -> None:
    """Out of service from now on, on the map, in Find and everywhere."""
    state_activity(asset=asset, activity=Activity.DOWN, by=by, at=now)


def let_go(*, asset: Asset, by: Any, now: datetime) -> None:
    """Back in service, but for what another recall, a repair or a cleaning says of it. Its item is let go already."""
    if asset.retired_at is None:
        give_back(asset, by=by, now=now)
