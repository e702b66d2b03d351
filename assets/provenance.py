"""By what the place of a piece of equipment is known, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assets.models import AssetNow
from assets.words import PlaceSource
from locations.models import Receiver
from locations.receiver_kinds import ReceiverKind, kind_of, spoken_name

_MINUS = "−"
_WAYS = {
    ReceiverKind.RADIO: _("by receiver"),
    ReceiverKind.CHOKE_POINT: _("by choke point"),
    ReceiverKind.ACCESS_POINT: _("by Wi-Fi, access point"),
    ReceiverKind.SWITCH_PORT: _("by switch port"),
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """``words`` as in “by Wi-Fi, access point 3-West-12, −61 dBm”; how long ago is :attr:`AssetNow.position_at`."""

    source: PlaceSource
    words: str


def place_source(now: AssetNow | None) -> PlaceSource | None:
    """None while no place is known."""
    if now is None or (now.floor_id is None and now.zone_id is None):
        return None
    if now.position_at is None:
        return PlaceSource.INSTALLED
    if now.position_means in PlaceSource.values:
        return PlaceSource(now.position_means)
    return PlaceSource.RECEIVER if now.position_receiver else PlaceSource.LOCATION_SYSTEM


def provenance_of(now: AssetNow | None) -> Provenance | None:
    """In words, with what people call the receiver: one query where there is one."""
    source = place_source(now)
    if now is None or source is None:
        return None
    if source is PlaceSource.RECEIVERS and now.position_receivers:
        count = now.position_receivers
        words = ngettext("by %(count)s receiver", "by %(count)s receivers", count) % {"count": count}
        return Provenance(source, words)
    if source is not PlaceSource.RECEIVER:
        return Provenance(source, str(source.label))
    identifier = now.position_receiver or ""
    placed = Receiver.objects.filter(identifier=identifier).first()
    way = _WAYS[ReceiverKind(placed.kind) if placed else kind_of(identifier)]
    name = (placed.label if placed else "") or spoken_name(identifier)
    strength = "" if now.position_rssi_dbm is None else f", {_dbm(now.position_rssi_dbm)}"
    return Provenance(source, f"{way} {name}{strength}")


def _dbm(value: float) -> str:
    """“−61 dBm”, with a sign and a space as people print them."""
    return f"{_MINUS if value < 0 else ''}{abs(value):.0f}\u00a0dBm"
