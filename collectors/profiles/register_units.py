"""Units that a Modbus device may be set to, where it says in a register which one it is."""

from __future__ import annotations

from assets.vocabulary import Term
from collectors.profiles.model import Conversion
from collectors.profiles.strict import Section
from collectors.profiles.units import UNITS


def read_unit(section: Section, term: Term) -> tuple[int, dict[int, Conversion]]:
    """``unit_from``: the address of the register, and what each of its values means. A value that is not named
    leaves the reading without one."""
    if term.kind != "number" or term.unit not in UNITS:
        section.fail("", f"{term.name} is nothing that may be in one of several units")
    address = section.integer("at", 0, 0xFFFF)
    means = section.section("means")
    if means is None or not means.keys():
        section.fail("means", "is missing: which raw value means which unit")
    words = UNITS[term.unit]
    units: dict[int, Conversion] = {}
    for raw in means.keys():  # noqa: SIM118 - a section, not a dict
        if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= 0xFFFF:
            means.fail(raw, "a register holds a whole number from 0 to 65535")
        units[raw] = words[means.choice(raw, words)]
    section.done()
    return address, units
