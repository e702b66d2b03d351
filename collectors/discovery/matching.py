"""Which piece of equipment a device seems to be: by what it says of itself and what the register knows. Blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assets.identifiers import canonical
from assets.models import Asset
from collectors.serials import plain_serial
from locations.models import Site


def asset_of(*, site: Site, facts: Mapping[str, str], macs: Sequence[str]) -> tuple[Asset | None, str]:
    """The one asset of the site that all this can mean, and by what it is known; None, "" for nobody or several."""
    in_service = Asset.objects.in_service().filter(site=site)
    if serial := plain_serial(facts.get("serial_number", "")):
        same = [
            asset
            for asset in in_service.filter(serial_number__gt="").only("pk", "serial_number")
            if plain_serial(asset.serial_number) == serial
        ]
        if len(same) == 1:
            return in_service.get(pk=same[0].pk), "serial number"
        if same:
            return None, ""
    for kind, values, words in (
        ("mac", list(macs), "MAC address"),
        ("hostname", _hostnames(facts.get("name", "")), "host name"),
    ):
        found = list(in_service.filter(identifiers__kind=kind, identifiers__value__in=values).distinct()[:2])
        if len(found) == 1:
            return found[0], words
    return None, ""


def _hostnames(name: str) -> list[str]:
    try:
        return [canonical("hostname", name)]
    except ValueError:
        return []
