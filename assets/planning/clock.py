"""Whose day it is, and what a person plans for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from assets.models import Asset, EquipmentModel
from assets.planning.calendar import day_at
from locations.models import Site


def zone_for(user: Any, site: Site | None = None) -> str:
    """The clock of the site, or of the only one that the person sees; UTC where several go by different ones."""
    if site is not None:
        return str(site.timezone)
    zones = list(Site.objects.visible_to(user).order_by().values_list("timezone", flat=True).distinct()[:2])
    return str(zones[0]) if len(zones) == 1 else "UTC"


def models_of(user: Any) -> Any:
    """Models of which the person's sites have a piece."""
    mine = Asset.objects.visible_to(user).filter(model=OuterRef("pk"))
    return EquipmentModel.objects.filter(Exists(mine.order_by()))


def today_for(user: Any, now: datetime) -> date:
    return day_at(now, zone_for(user))
