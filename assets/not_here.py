"""“Not here”: a person stood where it was shown and did not see it. That place counts for less, until news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from assets.claims import Ending, end_claim
from assets.models import Asset, LocateAttempt, NotHere, Placement
from locations.models import Zone
from locations.queries import in_sites_of

HOLDS = timedelta(minutes=15)
"""A tag that goes on reporting the same room says nothing new, and a person's eyes count for more; for so long."""
LOOKED_AT_WITHIN = timedelta(days=1)
"""How far back one looks for what still holds."""
REPEATS_WITHIN = timedelta(hours=1)
PEOPLE, TAPS = 2, 3
"""So many people, or so many times, within that: then it has to be looked for."""
UNDO_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Missed:
    """It was not seen in ``zone``; ``is_wanted`` when that was said so often that it has to be looked for."""

    mark: NotHere
    is_wanted: bool


def say_not_here(
    *, asset: Asset, zone: Zone, by: Any, unit: Zone | None = None, at: datetime | None = None
) -> Missed:
    """``by`` does not see it in this room. Ends the claim that ``by`` had on it. One transaction."""
    now = at or timezone.now()
    with transaction.atomic():
        mark = NotHere.objects.create(asset=asset, zone=zone, by=by, unit=unit, at=now)
        end_claim(asset=asset, by=by, ending=Ending.NOT_THERE, at=now)
    return Missed(mark, is_wanted=is_wanted(asset, now))


def withdraw_not_here(*, asset: Asset, by: Any, at: datetime | None = None) -> bool:
    """Takes back what ``by`` said a moment ago; whether there was anything to take back."""
    now = at or timezone.now()
    said = NotHere.objects.filter(asset=asset, by=by, at__gt=now - UNDO_WITHIN).order_by("-at").first()
    if said is None:
        return False
    said.delete()
    return True


def missed_by_asset(user: Any, now: datetime) -> dict[int, Missed]:
    """Asset → the latest “not here” that still holds of the room where it is shown."""
    marks = (
        NotHere.objects.filter(in_sites_of(user, "asset__site"), at__gt=now - LOOKED_AT_WITHIN, at__lte=now)
        .filter(_still_holds(now), ~_placed_since(), ~_found_since())
        .select_related("unit__department", "by", "zone")
        .order_by("at")
    )
    latest = {mark.asset_id: mark for mark in marks}
    wanted = _wanted(list(latest), now)
    return {asset: Missed(mark, asset in wanted) for asset, mark in latest.items()}


def missed_of(asset: Asset, user: Any, now: datetime) -> Missed | None:
    return missed_by_asset(user, now).get(asset.pk)


def is_wanted(asset: Asset, now: datetime) -> bool:
    """Whether it was said so often lately that it has to be looked for."""
    return asset.pk in _wanted([asset.pk], now)


def _still_holds(now: datetime) -> Q:
    """It is shown in the same room, without having been elsewhere since; and nothing new was heard, or only a tag
    that repeats itself."""
    in_same_room = Q(asset__now__zone=F("zone")) & (
        Q(asset__now__zone_since__isnull=True) | Q(asset__now__zone_since__lte=F("at"))
    )
    nothing_new = Q(asset__now__position_at__isnull=True) | Q(asset__now__position_at__lte=F("at"))
    return in_same_room & (nothing_new | Q(at__gt=now - HOLDS))


def _placed_since() -> Exists:
    return Exists(Placement.objects.filter(asset=OuterRef("asset"), at__gt=OuterRef("at")))


def _found_since() -> Exists:
    found = LocateAttempt.objects.filter(outcome=LocateAttempt.Outcome.FOUND)
    return Exists(found.filter(asset=OuterRef("asset"), at__gt=OuterRef("at")))


def _wanted(assets: list[int], now: datetime) -> set[int]:
    if not assets:
        return set()
    said = NotHere.objects.filter(asset__in=assets, at__gt=now - REPEATS_WITHIN, at__lte=now)
    counted = (
        said.filter(~_placed_since(), ~_found_since())
        .order_by()
        .values_list("asset")
        .annotate(people=Count("by", distinct=True), taps=Count("pk"))
        .filter(Q(people__gte=PEOPLE) | Q(taps__gte=TAPS))
    )
    return {asset for asset, _people, _taps in counted}
