"""Decoders of SNMP values, chosen once for each reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assets.words import Quality
from collectors.decoding.values import (
    Decoded,
    converter,
    decode_identifier,
    decode_text,
    number_converter,
    parse_number,
    says_none,
    state_converter,
)
from collectors.profiles.model import SNMP_TYPES, Encoding
from collectors.requests import Failure, SnmpValue

Decode = Callable[[SnmpValue | None], Decoded]
Read = Callable[[Any], Decoded]


class Unread(dict[str, SnmpValue]):
    """A column whose request failed: it has no rows, and says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


NOT_ANSWERED = Failure(Quality.MISSING, "the answer does not hold this object")
_NAMES = {"number-text": "text"}
_FORMS: dict[str, type] = {"text": bytes, "number-text": bytes, "oid": str}
"""What holds the value of an encoding's type; of all others it is ``int``."""
EXCEPTIONS = {
    "no_such_object": Failure(Quality.MISSING, "the device has no such object"),
    "no_such_instance": Failure(Quality.MISSING, "the device has no such instance"),
    "end_of_mib": Failure(Quality.MISSING, "the device has no object there"),
    "null": Failure(Quality.NO_VALUE, "the device answered null"),
}


def snmp_decoder(encoding: Encoding) -> Decode:
    """``SnmpValue`` → number in the term's unit, state, text, or why there is none."""
    accepted, wanted, read = (
        SNMP_TYPES[encoding.type],
        _NAMES.get(encoding.type, encoding.type),
        _reader(encoding),
    )
    form = _FORMS.get(encoding.type, int)

    def decode(value: SnmpValue | None) -> Decoded:
        if value is None or value.type not in accepted or value.value.__class__ is not form:
            return _refuse(value, wanted)
        return read(value.value)

    return decode


def raw_decoder(encoding: Encoding, kind: str) -> Read:
    """The same for what a :class:`SnmpValue` of this type holds."""
    if kind in SNMP_TYPES[encoding.type]:
        return _reader(encoding)
    refusal = _refuse(SnmpValue(kind, None), _NAMES.get(encoding.type, encoding.type))
    return lambda _raw: refusal


def _reader(encoding: Encoding) -> Read:
    match encoding.type:
        case "text" | "number-text":
            return _octets_reader(encoding)
        case "oid":
            return lambda raw: raw
        case _:
            return converter(encoding)


def decode_name(value: SnmpValue | None) -> str | Failure:
    """The name of a device, floor or receiver in a table."""
    if value is None or value.type != "octets" or not isinstance(value.value, bytes):
        return _refuse(value, "text")
    return decode_identifier(value.value)


def _octets_reader(encoding: Encoding) -> Read:
    finish = _text_finisher(encoding)

    def read(octets: bytes) -> Decoded:
        text = decode_text(octets)
        return finish(text) if isinstance(text, str) else text

    return read


def _text_finisher(encoding: Encoding) -> Callable[[str], Decoded]:
    missing = encoding.missing
    if encoding.states is not None:
        return state_converter(encoding)
    convert = number_converter(encoding) if encoding.type == "number-text" else None

    def finish(text: str) -> Decoded:
        if text in missing:
            return says_none(text)
        if convert is None:
            return text
        number = parse_number(text)
        return number if isinstance(number, Failure) else convert(number)

    return finish


def _refuse(value: SnmpValue | None, wanted: str) -> Failure:
    if value is None:
        return NOT_ANSWERED
    return EXCEPTIONS.get(value.type) or Failure(
        Quality.WRONG_TYPE, f"the device answered {value.type} where {wanted} was expected"
    )


def plain_value(value: SnmpValue) -> int | str | None:
    """For comparing: octets as the text that they are."""
    return value.value.decode("utf-8", "replace") if isinstance(value.value, bytes) else value.value
