"""Numbers of which the device itself says how they are written: digits, a power of ten, a unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from assets.words import Quality
from collectors.decoding.snmp import EXCEPTIONS, plain_value, snmp_decoder
from collectors.decoding.values import Decoded, number_converter
from collectors.profiles.model import Beside, Encoding, Scaling
from collectors.profiles.units import OTHER, Conversion, conversion
from collectors.requests import Failure, SnmpValue

Rows = Mapping[str, Mapping[str, SnmpValue]]
"""Column OID → row index → value."""
Scaled = Callable[[SnmpValue | None, Sequence[SnmpValue | None]], Decoded]
"""Takes the value, and what stands beside it in the order of :attr:`Scaling.besides`."""

MOST_DIGITS = 12
NOT_VOUCHED_FOR = Failure(Quality.NO_VALUE, "the device does not vouch for the value")
ANOTHER_KIND = Failure(Quality.MISSING, "what stands there is a value of another kind")

_POWERS = range(-36, 25)
_Meaning = TypeVar("_Meaning")


def scaled_decoder(encoding: Encoding, scaling: Scaling) -> Scaled:
    """Where it cannot be known how the value is written, there is no value, whatever the number."""
    plain = snmp_decoder(Encoding(encoding.type, missing=encoding.missing))
    within = number_converter(Encoding(encoding.type, low=encoding.low, high=encoding.high))
    converters = {power: number_converter(_in_power(encoding, power)) for power in _POWERS}
    conversions: dict[int | str, Conversion | Failure] = {
        raw: ANOTHER_KIND if word == OTHER else conversion(scaling.into, word)
        for raw, word in scaling.units.items()
    }

    def decode(value: SnmpValue | None, besides: Sequence[SnmpValue | None]) -> Decoded:
        number, given = plain(value), iter(besides)
        doubt = _doubt(next(given), scaling.accepted) if scaling.state else None
        digits = _digits(next(given)) if scaling.digits else 0
        power = _meaning(next(given), scaling.powers, "power of ten") if scaling.power else 0
        unit = _meaning(next(given), conversions, "unit") if scaling.unit else float
        if unit is ANOTHER_KIND:
            return ANOTHER_KIND
        if isinstance(number, Failure | str):
            return number
        if doubt is not None:
            return doubt
        if isinstance(unit, Failure):
            return unit
        if isinstance(digits, Failure):
            return digits
        if isinstance(power, Failure):
            return power
        converted = converters[power - digits](number)
        return within(unit(converted)) if isinstance(converted, float) else converted

    return decode


def cell_decoder(oid: str, encoding: Encoding, scaling: Scaling) -> Callable[[Rows, str], Decoded]:
    """Reads a column in the row of that identifier."""
    decode, besides = scaled_decoder(encoding, scaling), scaling.besides

    def read(rows: Rows, index: str) -> Decoded:
        return decode(
            rows[oid].get(index), [rows[beside.oid].get(_row_of(beside, index)) for beside in besides]
        )

    return read


def object_decoder(
    oid: str, encoding: Encoding, scaling: Scaling
) -> Callable[[Mapping[str, SnmpValue]], Decoded]:
    """Reads an instance in the answer to a GET that asked for it and what stands beside it."""
    decode, oids = scaled_decoder(encoding, scaling), [beside.oid for beside in scaling.besides]
    return lambda answer: decode(answer.get(oid), [answer.get(each) for each in oids])


def _row_of(beside: Beside, index: str) -> str:
    """0: the only instance of an object that is in no table."""
    if beside.shared is None:
        return index
    return ".".join(index.split(".")[: beside.shared]) or "0"


def _in_power(encoding: Encoding, power: int) -> Encoding:
    """Without limits, which hold for the value in its own unit."""
    return replace(
        encoding, scale=encoding.scale * 10.0**power, low=-math.inf, high=math.inf, missing=frozenset()
    )


def _doubt(value: SnmpValue | None, accepted: Sequence[int | str]) -> Failure | None:
    raw = _raw(value, "state")
    if isinstance(raw, Failure):
        return raw
    return None if raw in accepted else NOT_VOUCHED_FOR


def _digits(value: SnmpValue | None) -> int | Failure:
    raw = _raw(value, "number of decimal digits")
    if isinstance(raw, Failure):
        return raw
    if isinstance(raw, int) and 0 <= raw <= MOST_DIGITS:
        return raw
    return Failure(Quality.MALFORMED, f"{raw!r} is no number of decimal digits")


def _meaning(value: SnmpValue | None, meanings: Mapping[int | str, _Meaning], of: str) -> _Meaning | Failure:
    raw = _raw(value, of)
    if isinstance(raw, Failure):
        return raw
    if raw in meanings:
        return meanings[raw]
    return Failure(Quality.MALFORMED, f"{raw!r} is no {of} that the profile knows")


def _raw(value: SnmpValue | None, what: str) -> int | str | Failure:
    raw = None if value is None or value.type in EXCEPTIONS else plain_value(value)
    return Failure(Quality.MALFORMED, f"the device does not say its {what}") if raw is None else raw
