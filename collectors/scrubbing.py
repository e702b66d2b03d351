"""What may be kept of a device's answers: numbers, and texts that are known to name nobody and nothing.

Names, addresses, serial numbers, contacts, places and users become stand-ins: the same one for the same text, by a key
of this installation, so that a recording still shows which two were alike but not what they were.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac

from collectors.profiles.model import Cell, Column, Profile, Registers, Scalar
from collectors.profiles.recordings import Registers as Recorded
from collectors.requests import SnmpValue

HARMLESS = frozenset(
    {"model_name", "firmware_version", "part_number", "hardware_version", "device_description", "alarm_text"}
)
"""Texts of the vocabulary that say what a device is, not whose or where."""
_SYSTEM = ("1.3.6.1.2.1.1.1.0",)
"""sysDescr; sysContact, sysName and sysLocation are not harmless."""
_INSIDE = (
    re.compile(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"),
    re.compile(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b"),
    re.compile(r"\b(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}\b"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"),
    re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:local|lan|internal|intern|corp|home)\b", re.IGNORECASE),
    re.compile(r"(?i)(?<=s/n)[:= ]*\S+|(?<=serial)[:= ]+\S+"),
)
"""Addresses, names of hosts and serial numbers inside a text that is harmless otherwise."""
_MAC_OCTETS, _ADDRESS_OCTETS = 6, (4, 16)


@dataclass(slots=True)
class Scrubbed:
    """What may be saved, and in words what may not: by its place, never by its value."""

    values: dict[str, SnmpValue] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def stand_in(text: str | bytes, kind: str) -> str:
    """The same for the same text of this installation, whatever the kind."""
    digest = salted_hmac("collectors.scrubbing", text, algorithm="sha256").hexdigest()
    match kind:
        case "ip":
            return f"192.0.2.{int(digest[:8], 16) % 254 + 1}"
        case "mac":
            return f"02:00:00:{digest[:2]}:{digest[2:4]}:{digest[4:6]}"
        case _:
            return f"{kind}-{digest[:10]}"


def scrub_snmp(
    values: Mapping[str, SnmpValue], profile: Profile | None, keep: Collection[str] = ()
) -> Scrubbed:
    """``keep``: objects and columns whose texts somebody looked at and found harmless."""
    harmless = (*_SYSTEM, *keep, *_harmless_places(profile))
    scrubbed = Scrubbed()
    addresses = {value.value for value in values.values() if value.type == "ipaddress"}
    for oid, value in values.items():
        if _holds_address(oid, addresses):
            scrubbed.refused.append(f"{oid.rsplit('.', 4)[0]}.…: its identifier holds an address")
        elif (kept := _scrubbed(value, _is_below_any(oid, harmless))) is None:
            scrubbed.refused.append(
                f"{oid}: {value.type} that is no text, of which nobody knows what it says"
            )
        else:
            scrubbed.values[oid] = kept
    return scrubbed


def _scrubbed(value: SnmpValue, is_harmless: bool) -> SnmpValue | None:  # noqa: FBT001 - private, called once
    if value.type == "ipaddress":
        return SnmpValue("ipaddress", stand_in(str(value.value), "ip"))
    if not isinstance(value.value, bytes):
        return value
    if value.type != "octets":
        return None
    text = _text(value.value)
    if text is None:
        return _binary(value.value)
    if not text or _is_number(text):
        return value
    kept = scrub_text(text) if is_harmless else stand_in(text, "text")
    return SnmpValue("octets", kept.encode())


def scrub_text(text: str) -> str:
    """A harmless text without the addresses, hosts and serial numbers in it."""
    for pattern in _INSIDE:
        text = pattern.sub(lambda found: stand_in(found[0].strip(":= "), "hidden"), text)
    return text


def _binary(octets: bytes) -> SnmpValue | None:
    """A MAC address has six octets; what else is no text cannot be told."""
    if len(octets) == _MAC_OCTETS:
        return SnmpValue("octets", bytes.fromhex(stand_in(octets, "mac").replace(":", "")))
    return None


def _text(octets: bytes) -> str | None:
    try:
        text = octets.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.replace("\r", "").replace("\n", "").replace("\t", "").isprintable() else None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]{1,6}(?:\.[0-9]{1,4})?", text) is not None


def _harmless_places(profile: Profile | None) -> Iterator[str]:
    """Where the profile reads texts that are harmless, states and numbers."""
    if profile is None:
        return
    readings = [*profile.readings, *(reading for table in profile.tables for reading in table.readings)]
    for reading in readings:
        is_said = reading.term.kind == "text" and reading.name not in HARMLESS
        if isinstance(reading.source, Scalar | Column | Cell) and not is_said:
            yield reading.source.oid
            if isinstance(reading.source, Column):
                yield from (where.column for where in reading.source.where)


def _is_below_any(oid: str, places: Collection[str]) -> bool:
    return any(oid == place or oid.startswith(f"{place}.") for place in places)


def _holds_address(oid: str, addresses: Collection[object]) -> bool:
    """Whether a row is named by an address that the device told, or by one of a private network."""
    arcs = oid.split(".")
    for start in range(8, len(arcs) - 3):
        candidate = ".".join(arcs[start : start + 4])
        if candidate in addresses or _is_private(candidate):
            return True
    return False


def _is_private(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    first = int(text.partition(".")[0])
    return first in (10, 172, 192) and address.is_private and not text.endswith(".0.0.0")


def scrub_registers(registers: Recorded, profile: Profile) -> Recorded:
    """Only what the profile reads, the rest as zero; texts that are not harmless as stand-ins of the same length."""
    kept = dict.fromkeys(registers, 0)
    places = [reading.source for reading in profile.readings] + [guard.source for guard in profile.guards]
    for source in places:
        if isinstance(source, Registers):
            first, stop = source.span
            kept |= {
                at: registers[at]
                for at in ((source.function, n) for n in range(first, stop))
                if at in registers
            }
    for reading in profile.readings:
        if reading.encoding.type == "ascii" and isinstance(reading.source, Registers):
            keep = scrub_text if reading.name in HARMLESS else (lambda text: stand_in(text, "text"))
            _rewrite(kept, reading.source, keep)
    return kept


def _rewrite(registers: Recorded, source: Registers, keep: Callable[[str], str]) -> None:
    places = [(source.function, source.address + n) for n in range(source.count)]
    octets = b"".join(registers.get(place, 0).to_bytes(2, "big") for place in places)
    text = octets.rstrip(b"\0").decode("ascii", "replace").strip()
    said = keep(text).encode("ascii", "replace")[: len(octets)].ljust(len(octets), b"\0") if text else octets
    registers |= {place: int.from_bytes(said[2 * n : 2 * n + 2], "big") for n, place in enumerate(places)}
