"""What a person makes of a device that was met. Nothing is taken on without one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from assets.identifiers import canonical
from assets.models import Asset, EquipmentModel, Identifier
from collectors.endpoints import register_endpoint
from collectors.models import Endpoint, Find


class DecidedAlreadyError(Exception):
    """Somebody else was quicker; the message says what they decided."""


@transaction.atomic
def take_on(
    *,
    find: Find,
    name: str,
    profile: str,
    asset: Asset | None,
    by: Any,
    now: datetime,
    exception_reason: str = "",
) -> Endpoint:
    """Read this device from now on, as ``asset``; None: as a gateway whose table names its devices.

    ValidationError names the field that is wrong. The MAC address that it told becomes a name of the asset.
    """
    _decide(find, Find.Decision.ACCEPTED, by, now)
    endpoint = register_endpoint(
        name=name,
        segment=find.segment,
        host=find.host,
        port=find.port,
        unit_id=find.unit_id,
        protocol=find.protocol,
        profile=profile,
        credential=find.credential,
        asset=asset,
        exception_reason=exception_reason,
    )
    find.endpoint, find.asset = endpoint, asset
    find.save(update_fields=["endpoint", "asset"])
    if asset is not None:
        _name(asset, find)
    return endpoint


@transaction.atomic
def register_equipment(*, find: Find, asset_tag: str, model: EquipmentModel) -> Asset:
    """A new piece of equipment for a device that nobody has entered, with the serial number that it tells."""
    asset = Asset(
        asset_tag=asset_tag,
        model=model,
        site=find.segment.site,
        serial_number=find.facts.get("serial_number", "")[:80],
    )
    asset.full_clean()
    asset.save()
    return asset


def dismiss(*, find: Find, by: Any, now: datetime) -> None:
    """Leave it alone, and do not propose it again while it says the same of itself."""
    _decide(find, Find.Decision.DISMISSED, by, now)


@transaction.atomic
def say_same_device(*, find: Find, by: Any, now: datetime) -> None:
    """The device behind the address is the one that it was: its serial number in the register was wrong."""
    asset = _changed_asset(find)
    _decide(find, Find.Decision.ACCEPTED, by, now)
    asset.serial_number = find.facts["serial_number"][:80]
    asset.full_clean()
    asset.save(update_fields=["serial_number"])


@transaction.atomic
def say_other_device(*, find: Find, asset: Asset, by: Any, now: datetime) -> None:
    """Another device stands there now: from now on the endpoint speaks of ``asset``."""
    _changed_asset(find)
    if find.endpoint is None:
        raise ValidationError({"asset": "The endpoint is gone."})
    _decide(find, Find.Decision.ACCEPTED, by, now)
    find.asset = asset
    find.save(update_fields=["asset"])
    find.endpoint.asset = asset
    find.endpoint.full_clean()
    find.endpoint.save(update_fields=["asset"])


def _changed_asset(find: Find) -> Asset:
    asset: Asset | None = find.endpoint.asset if find.endpoint else None
    if find.kind != Find.Kind.CHANGED or asset is None:
        raise ValidationError({"asset": "The endpoint speaks of no equipment any more."})
    return asset


def _decide(find: Find, decision: Find.Decision, by: Any, now: datetime) -> None:
    """Once only, whoever else decides at the same moment."""
    mine = Find.objects.filter(pk=find.pk, decision="")
    if not mine.update(decision=decision, decided_by=by, decided_at=now):
        find.refresh_from_db()
        raise DecidedAlreadyError(f"It was decided already: {find.get_decision_display().lower()}.")
    find.decision, find.decided_by, find.decided_at = decision, by, now


def _name(asset: Asset, find: Find) -> None:
    """What it told of its network card and name, unless another asset is called so."""
    for kind, fact in ((Identifier.Kind.MAC, "mac"), (Identifier.Kind.HOSTNAME, "name")):
        try:
            value = canonical(kind, find.facts.get(fact, ""))
        except ValueError:
            continue
        Identifier.objects.get_or_create(kind=kind, value=value, defaults={"asset": asset})
