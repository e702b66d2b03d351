"""Further names of equipment: what its messages and its network card call it. None is of a maker's."""

from __future__ import annotations

from hospital.demo.fleet import Item

_OURS = "02A1E0"  # administered locally (IEEE 802), so that no card of the world has it
MAC_PREFIX = bytes.fromhex("00005e0053")  # for documentation (RFC 7042)


def eui64(item: Item) -> str:
    """By which a pump calls itself in HL7, as :mod:`assets.identifiers` writes it."""
    return f"{_OURS}FFFE{int(item.asset_tag.rsplit('-', 1)[1]):06X}"


def mac(item: Item) -> str:
    """The address of its network card, as :mod:`assets.identifiers` writes it."""
    return (MAC_PREFIX + bytes([int(item.asset_tag.rsplit("-", 1)[1])])).hex(":")


def further_names(item: Item) -> tuple[tuple[str, str], ...]:
    """Kind and value of each, as :class:`assets.models.Identifier` keeps them."""
    if item.reports_by_hl7:
        return (("eui64", eui64(item)),)
    return (("mac", mac(item)),) if item.has_wifi else ()
