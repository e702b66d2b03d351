"""Unable to locate: where to look for what is not where it is shown, and what came of looking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from assets.models import Asset, AssetNow, EvidenceLog, LocateAttempt, Stay
from assets.placing import place_asset
from assets.recording.items import unpack
from assets.recording.moments import from_us
from locations.models import Receiver, Zone

Outcome = LocateAttempt.Outcome

MOST_PLACES = 6
MOST_RECEIVERS = 6
MOST_EVIDENCE = 500
UNABLE_AFTER = 2
"""Attempts without success, after which it counts as not to be located (definitions, 4)."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A receiver that heard it, last at ``at``; ``zone`` is where that receiver hangs, if it is known."""

    receiver: str
    at: datetime
    zone: Zone | None


@dataclass(frozen=True, slots=True)
class Pile:
    """How many of its category are in a zone now."""

    zone: Zone
    count: int


def last_places(asset: Asset) -> list[Stay]:
    """Its last rooms, the latest first, each once: one query."""
    latest = Stay.objects.filter(asset=asset).order_by().values("zone").annotate(last=Max("begin"))
    begins = latest.order_by("-last").values("last")[:MOST_PLACES]
    stays = Stay.objects.filter(asset=asset, begin__in=begins).order_by("-begin")
    return list(stays.select_related("zone__floor"))


def heard_by(asset: Asset) -> list[Passed]:
    """Who heard it last, the latest first, as far back as evidence is kept. Three queries."""
    latest: dict[str, datetime] = {}
    now = AssetNow.objects.filter(asset=asset).first()
    if now is not None and now.position_receiver and now.position_at:
        latest[now.position_receiver] = now.position_at
    rows = EvidenceLog.objects.filter(asset=asset).order_by("-at_us")
    for at_us, payload in rows.values_list("at_us", "payload")[:MOST_EVIDENCE]:
        heard = unpack(payload).heard
        if heard is not None:
            latest[heard.receiver] = max(from_us(at_us), latest.get(heard.receiver, from_us(at_us)))
    names = sorted(latest, key=lambda name: latest[name], reverse=True)[:MOST_RECEIVERS]
    placed = {
        receiver.identifier: receiver
        for receiver in Receiver.objects.filter(identifier__in=names).select_related("zone__floor")
    }
    return [_passed(name, latest[name], placed.get(name)) for name in names]


def _passed(name: str, at: datetime, receiver: Receiver | None) -> Passed:
    return Passed(str(receiver) if receiver else name, at, receiver.zone if receiver else None)


def where_its_like_are(asset: Asset, user: Any) -> list[Pile]:
    """Zones with most of its category now, at its site: where somebody may have put it too. Two queries."""
    alike = (
        Asset.objects.visible_to(user)
        .in_service()
        .filter(model__category=asset.model.category_id, site=asset.site_id, now__zone__isnull=False)
    )
    counted = alike.exclude(pk=asset.pk).order_by().values_list("now__zone").annotate(count=Count("pk"))
    rows = list(counted.order_by("-count", "now__zone")[:MOST_PLACES])
    zones = Zone.objects.select_related("floor").in_bulk([zone for zone, _ in rows])
    return [Pile(zones[zone], count) for zone, count in rows if zone in zones]


def log_attempt(
    *,
    asset: Asset,
    by: Any,
    outcome: Outcome,
    looked_in: Collection[Zone] = (),
    found_in: Zone | None = None,
    at: datetime | None = None,
) -> LocateAttempt:
    """``by`` has looked for it in these rooms, and found it in one, or not at all.

    What was found is placed there, as by a scan. One transaction. Raises
    :class:`assets.placing.PlacingRefusedError` where it cannot be.
    """
    if (outcome == Outcome.FOUND) != (found_in is not None):
        raise ValueError("What was found was found in a room; what was not, in none.")
    moment = at or timezone.now()
    with transaction.atomic():
        attempt = LocateAttempt.objects.create(asset=asset, by=by, at=moment, outcome=outcome, zone=found_in)
        attempt.looked_in.set(looked_in)
        if found_in is not None:
            place_asset(asset=asset, zone=found_in, by=by, at=moment)
    return attempt


def attempts_since_found(asset: Asset) -> list[LocateAttempt]:
    """Who looked for it in vain since it was last found, the latest first."""
    attempts = LocateAttempt.objects.filter(asset=asset).select_related("by", "zone")
    found = attempts.filter(outcome=Outcome.FOUND).order_by("-at").first()
    if found is not None:
        attempts = attempts.filter(at__gt=found.at)
    return list(attempts.filter(outcome=Outcome.NOT_FOUND).prefetch_related("looked_in").order_by("-at"))


def is_unable_to_locate(asset: Asset) -> bool:
    """Whether it was looked for in vain so often that it counts as not to be located."""
    return len(attempts_since_found(asset)) >= UNABLE_AFTER
