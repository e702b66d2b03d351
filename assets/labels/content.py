"""What stands on a label: the code's text, the name that people read, and two lines below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assets.labels.fonts import is_printable
from assets.labels.symbols import Symbology
from assets.models import Asset
from assets.scanning.addresses import address_of_room, name_of_room
from locations.models import Zone

MODEL_ON_ITS_PAGE = "(model: see its page)"
"""In English, as the letters that every printer has."""


@dataclass(frozen=True, slots=True)
class Label:
    """``address`` is in the QR code, ``name`` in the others; ``title`` is what people read first."""

    name: str
    title: str
    lines: tuple[str, ...]
    address: str
    left_out: tuple[str, ...] = ()
    """Words in a script that cannot be printed, for which the label says something in Latin letters instead."""

    def coded(self, symbology: Symbology) -> str:
        return self.address if symbology is Symbology.QR else self.name


def labels_of_assets(assets: Iterable[Asset], addresses: Mapping[int, str]) -> list[Label]:
    """``addresses``: what the QR code of each holds, by primary key. Ask for model and site beforehand."""
    return [
        _label(
            asset.asset_tag,
            (asset.asset_tag, asset.asset_tag),
            ((str(asset.model), MODEL_ON_ITS_PAGE), (asset.site.name, asset.site.slug)),
            addresses[asset.pk],
        )
        for asset in assets
    ]


def labels_of_rooms(zones: Iterable[Zone]) -> list[Label]:
    """Ask for floor and building beforehand."""
    return [
        _label(
            name_of_room(zone),
            (zone.name, zone.code),
            (
                (f"{zone.floor.name}, {zone.floor.building.name}", zone.floor.slug),
                (name_of_room(zone), name_of_room(zone)),
            ),
            address_of_room(zone),
        )
        for zone in zones
    ]


Words = tuple[str, str]
"""What people call it, and what stands there if that cannot be printed."""


def _label(name: str, title: Words, lines: Sequence[Words], address: str) -> Label:
    return Label(
        name,
        _printed(title),
        tuple(map(_printed, lines)),
        address,
        tuple(words for words, _otherwise in (title, *lines) if not is_printable(words)),
    )


def _printed(words: Words) -> str:
    said, otherwise = words
    return said if is_printable(said) else otherwise
