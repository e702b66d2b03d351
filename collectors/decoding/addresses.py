"""MAC addresses in tables: whose they are, and which row to believe where several speak of one."""

from __future__ import annotations

from assets.identifiers import canonical
from assets.words import Quality
from collectors.requests import Failure

OCTETS = 6

NOBODYS = Failure(Quality.NO_VALUE, "the address of a group or of nobody")
RANDOM = Failure(Quality.NO_VALUE, "an address made up by its device, which belongs to no network card")
NO_ADDRESS = Failure(Quality.MALFORMED, "this is no MAC address")
MASK = "··"


def plain_address(octets: bytes) -> str | Failure:
    """Six octets, or the text of them, as ``aa:bb:cc:dd:ee:ff``; all zeros stand for none."""
    digits = octets.hex() if len(octets) == OCTETS else _digits(octets)
    if digits is None:
        return NO_ADDRESS
    if digits == "0" * 12:
        return NOBODYS
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def network_card(octets: bytes) -> str | Failure:
    """The address of one network card in its one spelling.

    Addresses of groups and those that a device made up for itself, as the telephones of people do, are nobody's.
    """
    plain = plain_address(octets)
    if isinstance(plain, Failure):
        return plain
    try:
        address = canonical("mac", plain)
    except ValueError:
        return NOBODYS
    return RANDOM if int(address[:2], 16) & 2 else address


def octets_of(numbers: list[str] | None) -> bytes | Failure:
    """Six numbers of a row's index as octets."""
    try:
        return bytes(map(int, numbers or ()))
    except ValueError:
        return NO_ADDRESS


def masked(address: str) -> str:
    """The maker's half of an address: enough to see that a table is read, too little to know whose it is."""
    return ":".join([*address.split(":")[:3], MASK, MASK, MASK])


def _digits(octets: bytes) -> str | None:
    try:
        text = octets.rstrip(b"\0").decode("ascii").strip().lower()
    except UnicodeDecodeError:
        return None
    digits = text.translate(str.maketrans("", "", ":-. "))
    return (
        digits if len(digits) == 2 * OCTETS and all(digit in "0123456789abcdef" for digit in digits) else None
    )
