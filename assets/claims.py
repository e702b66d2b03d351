"""Claims: for some minutes a piece of equipment is somebody's who is on the way to fetch it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from assets.models import Asset, Claim, NotHere
from assets.units import unit_name
from locations.models import Zone
from locations.queries import in_sites_of

Ending = Claim.Ending


class ClaimRefusedError(ValueError):
    """It cannot be claimed; the text says why, for whoever tried. ``held`` is the claim that stands in the way."""

    def __init__(self, words: str, held: Claim | None = None) -> None:
        super().__init__(words)
        self.held = held


def claim_asset(*, asset: Asset, by: Any, unit: Zone | None = None, at: datetime | None = None) -> Claim:
    """Keeps it for ``by`` for ``settings.CLAIM_MINUTES``; claiming one's own again begins the minutes anew.

    Of several who claim at once, the database lets one win; the others get :class:`ClaimRefusedError` with the
    claim that holds. One transaction.
    """
    now = at or timezone.now()
    if asset.retired_at is not None:
        raise ClaimRefusedError(gettext("It is no longer in service."))
    until = now + timedelta(minutes=settings.CLAIM_MINUTES)
    with transaction.atomic():
        _close_those_run_out(asset, now)
        own = Claim.objects.filter(asset=asset, by=by, ended_at__isnull=True).first()
        if own is not None:
            own.until, own.unit = until, unit or own.unit
            own.save(update_fields=["until", "unit"])
            return own
        try:
            with transaction.atomic():
                return Claim.objects.create(asset=asset, by=by, unit=unit, at=now, until=until)
        except IntegrityError:
            pass
    held = Claim.objects.holding(now).filter(asset=asset).select_related("unit__department", "by").first()
    raise ClaimRefusedError(gettext("Somebody has claimed it already."), held)


def end_claim(*, asset: Asset, by: Any, ending: Ending = Ending.RELEASED, at: datetime | None = None) -> bool:
    """Ends the claim that ``by`` has on it; whether there was one that held."""
    now = at or timezone.now()
    with transaction.atomic():
        own = Claim.objects.holding(now).filter(asset=asset, by=by).select_for_update().first()
        if own is None:
            return False
        own.ended_at, own.ending = now, ending
        own.save(update_fields=["ended_at", "ending"])
        return True


def claims_of(user: Any, now: datetime) -> list[Claim]:
    """What ``user`` holds, that which runs out next first; with all that a row shows, in one query."""
    held = Claim.objects.holding(now).filter(in_sites_of(user, "asset__site"), by=user.pk)
    return list(
        held.select_related(
            "asset__model__category",
            "asset__site",
            "asset__now__zone",
            "asset__now__floor",
            "asset__home_zone",
        ).order_by("until", "pk")
    )


def claims_by_asset(user: Any, now: datetime) -> dict[int, Claim]:
    """Asset → the claim that holds, at the sites that ``user`` may see: there are only ever a few."""
    held = Claim.objects.holding(now).filter(in_sites_of(user, "asset__site"))
    return {claim.asset_id: claim for claim in held.select_related("unit__department", "by")}


def holder_name(said: Claim | NotHere) -> str:
    """Who said so: the unit, as people call it, else the person."""
    if said.unit is not None:
        return unit_name(said.unit)
    return str(said.by.get_full_name() or said.by) if said.by else gettext("somebody")


def _close_those_run_out(asset: Asset, now: datetime) -> None:
    run_out = Claim.objects.filter(asset=asset, ended_at__isnull=True, until__lte=now)
    run_out.update(ended_at=F("until"), ending=Ending.RAN_OUT)
