"""A device that was swapped behind an address, as collectors notice it: proposed, and taken back when it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import transaction

from assets.models import Asset
from collectors.discovery.matching import asset_of
from collectors.models import Endpoint, Find


class Told(Protocol):
    """What a collector tells: the serial number that answers at an endpoint; empty: the right one."""

    @property
    def endpoint_id(self) -> int: ...

    @property
    def serial(self) -> str: ...


@transaction.atomic
def note_swap(told: Told, *, now: datetime) -> None:
    """Propose the change to a person, or note that it is no longer so. Blocks on the database."""
    undecided = Find.objects.undecided().filter(endpoint=told.endpoint_id, kind=Find.Kind.CHANGED)
    if not told.serial:
        undecided.update(decision=Find.Decision.RESOLVED, decided_at=now)
        return
    endpoint = Endpoint.objects.select_related("segment__site").filter(pk=told.endpoint_id).first()
    if endpoint is None:
        return
    asset, known_by = asset_of(site=endpoint.segment.site, facts={"serial_number": told.serial}, macs=())
    said = {
        "endpoint": endpoint,
        "protocol": endpoint.protocol,
        "credential_id": endpoint.credential_id,
        "facts": {"serial_number": told.serial, "expected": _expected(endpoint)},
        "profiles": [endpoint.profile],
        "asset": asset,
        "known_by": known_by,
        "seen_at": now,
    }
    Find.objects.update_or_create(
        segment=endpoint.segment,
        host=endpoint.host,
        port=endpoint.port,
        unit_id=endpoint.unit_id,
        kind=Find.Kind.CHANGED,
        decision="",
        defaults=said,
        create_defaults=said | {"first_seen_at": now},
    )


def _expected(endpoint: Endpoint) -> str:
    asset: Asset | None = endpoint.asset
    return asset.serial_number if asset else ""
