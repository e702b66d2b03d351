"""A second reading of numbers of which the device says beside them how they are written, apart from the product's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from collectors.profiles.model import SNMP_TYPES, Beside, Encoding, Scaling
from collectors.requests import SnmpValue

_SIZES = {
    "millivolt": 0.001, "kilovolt": 1000.0, "milliampere": 0.001, "kilowatt": 1000.0, "kilovolt-ampere": 1000.0,
    "kilowatt-hour": 1000.0, "kilopascal": 1000.0, "bar": 100_000.0, "psi": 6894.757293168361,
}  # fmt: skip
"""Of what is not the plain unit."""
_WANTED = {"kWh": 1000.0, "kPa": 1000.0}


def scaled_says(
    encoding: Encoding, scaling: Scaling, cells: Mapping[str, SnmpValue], oid: str, row: str, claimed: Any
) -> bool:
    """Whether the number in this row (empty: an object in no table) and what stands beside it say so."""
    said = cells.get(oid + row)
    if said is None or said.type not in SNMP_TYPES[encoding.type] or not isinstance(said.value, int):
        return False
    if said.value in encoding.missing or (
        scaling.state is not None and _beside(cells, scaling.state, row) not in scaling.accepted
    ):
        return False
    number = said.value * encoding.scale
    if scaling.digits is not None:
        digits = _beside(cells, scaling.digits, row)
        if not isinstance(digits, int) or not 0 <= digits <= 12:
            return False
        number /= 10.0**digits
    if scaling.power is not None:
        number *= 10.0 ** scaling.powers.get(_beside(cells, scaling.power, row), math.nan)
    number += encoding.offset
    if scaling.unit is not None:
        number = _in_unit(number, scaling.units.get(_beside(cells, scaling.unit, row), ""), scaling.into)
    return math.isclose(number, claimed, rel_tol=1e-9, abs_tol=1e-9)


def _beside(cells: Mapping[str, SnmpValue], beside: Beside, row: str) -> Any:
    if row and beside.shared is not None:
        row = "." + (".".join(row[1:].split(".")[: beside.shared]) or "0")
    said = cells.get(beside.oid + row)
    if said is None or said.type.startswith(("no_such", "end_of", "null")):
        return None
    octets = said.value
    return " ".join(octets.decode("utf-8", "replace").split()) if isinstance(octets, bytes) else octets


def _in_unit(number: float, word: str, into: str) -> float:
    if word in ("", "other"):
        return math.nan
    if word == "fahrenheit":
        return (number - 32) / 1.8
    if word == "kelvin":
        return number - 273.15
    return number * _SIZES.get(word, 1.0) / _WANTED.get(into, 1.0)
