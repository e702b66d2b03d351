"""What else a device has to say before registers of it are believed: a condition of theirs, and their age."""

from __future__ import annotations

from dataclasses import replace

from collectors.profiles.model import Encoding, Guard, Identity, RegisterAge, Registers
from collectors.profiles.scaling import accepted
from collectors.profiles.sources import modbus_place
from collectors.profiles.strict import Section
from collectors.profiles.tables import LONGEST_AGE_S, UNITS_OF_AGE

COUNTED = ("uint16", "uint32")


def with_conditions(section: Section, place: Registers | Identity) -> Registers | Identity:
    """The place with its ``only_if``: registers of the same function, which are read at once with it."""
    if "only_if" not in section:
        return place
    if not isinstance(place, Registers):
        section.fail("only_if", "is for registers")
    conditions = tuple(_condition(item, place) for item in section.sections("only_if"))
    if not conditions:
        section.fail("only_if", "names no condition")
    return replace(place, only_if=conditions)


def _condition(section: Section, place: Registers) -> Guard:
    source, encoding = modbus_place(section, None)
    if not isinstance(source, Registers) or source.function != place.function:
        section.fail("function", f"must be {place.function}, that of the value: they are read at once")
    condition = Guard(source, encoding, accepted(section), section.text("because"))
    section.done()
    return condition


def read_age(section: Section | None, protocol: str) -> RegisterAge | None:
    """``age`` of a profile: how long ago all of its readings were true."""
    if section is None:
        return None
    if protocol != "modbus":
        section.fail("", "is for Modbus; in SNMP a table has an age")
    scale = UNITS_OF_AGE[section.choice("unit", UNITS_OF_AGE)]
    source, encoding = modbus_place(section, None)
    if not isinstance(source, Registers) or encoding.type not in COUNTED:
        section.fail("type", f"must be one of {', '.join(COUNTED)}")
    section.done()
    written = Encoding(encoding.type, scale, 0.0, 0.0, LONGEST_AGE_S, encoding.missing, order=encoding.order)
    return RegisterAge(source, written)
