"""Units that devices name beside their values, and what each is in the unit of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assets.vocabulary import Term

Conversion = Callable[[float], float]

OTHER = "other"
"""What stands in the row is no value of this reading: it is left out, as if the device did not have it."""


def same(value: float) -> float:
    return value


def _fahrenheit(value: float) -> float:
    return (value - 32) * 5 / 9


def _kelvin(value: float) -> float:
    return round(value - 273.15, 9)  # what the binary fraction of 273.15 adds is not from the device


def _thousand(value: float) -> float:
    return value * 1000


def _thousandth(value: float) -> float:
    return value / 1000


def _bar(value: float) -> float:
    return value * 100


def _psi(value: float) -> float:
    return value * 6.894757293168361


UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "°C": {"celsius": same, "fahrenheit": _fahrenheit, "kelvin": _kelvin},
    "%": {"percent": same},
    "V": {"volt": same, "millivolt": _thousandth, "kilovolt": _thousand},
    "A": {"ampere": same, "milliampere": _thousandth},
    "W": {"watt": same, "kilowatt": _thousand},
    "VA": {"volt-ampere": same, "kilovolt-ampere": _thousand},
    "kWh": {"kilowatt-hour": same, "watt-hour": _thousandth},
    "Hz": {"hertz": same},
    "Pa": {"pascal": same, "kilopascal": _thousand},
    "kPa": {"kilopascal": same, "pascal": _thousandth, "bar": _bar, "psi": _psi},
    "ppm": {"ppm": same},
    "": {"one": same},
}
"""Unit of the vocabulary → word of a profile → conversion. ``one`` is for numbers that have no unit."""


def words_for(term: Term) -> tuple[str, ...]:
    """What a device may say that this reading is in."""
    return (*UNITS.get(term.unit, ()), OTHER)


def conversion(term_unit: str, word: str) -> Conversion:
    return UNITS[term_unit][word]
