"""Moments as people on a site say them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from locations.models import Site


def clock_words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Hour and minute; with the day when that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if abs(today - local.date()) < timedelta(days=6):
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b %Y, %H:%M}"


def zone_for(user: Any) -> ZoneInfo:
    """The zone of what concerns several sites: that of the first that the person may see."""
    site = Site.objects.visible_to(user).first()
    return ZoneInfo(site.timezone if site else "UTC")
