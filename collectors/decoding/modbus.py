"""Decoders of registers, coils and discrete inputs: a whole read is unpacked at once, as planned beforehand."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from assets.words import Quality
from collectors.decoding.flags import flags_decoder, float_flags_decoder
from collectors.decoding.values import (
    Convert,
    Decoded,
    converter,
    decode_float,
    decode_text,
    number_converter,
    says_none,
)
from collectors.profiles.model import Encoding, Guard, Registers
from collectors.requests import Failure, ModbusIdentity, ModbusRead

Raw = Sequence[Any]
"""What a read holds, value by value, as :meth:`Block.unpack` takes it apart."""
Read = Callable[[Raw], Decoded]

_FORMATS = {
    "uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f", "uint64": "Q", "int64": "q",
    "float64": "d", "bit": "H", "bits": "H", "bcd16": "H", "bcd32": "I", "digits16": "H", "digits32": "I",
    "version16": "H", "flags16": "H", "flags32": "I", "flags-float32": "f",
}  # fmt: skip
_LAST_WORD_FIRST = ("cdab", "dcba")
_LOW_OCTET_FIRST = ("badc", "dcba")
_BITS = frozenset({0, 1})
_EXPONENTS = range(-10, 11)
NO_EXPONENT = -0x8000
"""In the register of an exponent: the device does not say (SunSpec)."""
_UNWRITTEN = Failure(Quality.NO_VALUE, "the registers were never written")
_NO_BCD = Failure(Quality.MALFORMED, "a decimal digit above 9")


class Block:
    """One read, and every value that is wanted of it: ask for all readers first, then unpack answers."""

    def __init__(self, request: ModbusRead) -> None:
        self._request = request
        self._parts: list[_Part] = []
        self._unpack: Callable[[Sequence[int]], Raw] | None = None

    def reader(self, source: Registers, encoding: Encoding) -> Read:
        """Decodes one value from what :meth:`unpack` brings; there is none unless its conditions hold."""
        read = self._value_reader(source, encoding)
        for condition in reversed(source.only_if):
            read = self._conditional(read, condition)
        return read

    def _conditional(self, read: Read, condition: Guard) -> Read:
        assert isinstance(condition.source, Registers)  # noqa: S101 - for the type checker; the loader sees to it
        held, wanted = self._value_reader(condition.source, condition.encoding), condition.values
        unmet = Failure(Quality.NO_VALUE, f"not read, because {condition.because}")

        def read_if(raw: Raw) -> Decoded:
            found = held(raw)
            if isinstance(found, Failure):
                return found
            return read(raw) if found in wanted else unmet

        return read_if

    def _value_reader(self, source: Registers, encoding: Encoding) -> Read:
        place = self._add(source.address, source.count, encoding.type, encoding.order)
        decode = _decoder(encoding)
        if source.unit is not None:
            unit = self._add(source.unit, 1, "uint16", "abcd")
            converted = _with_unit(encoding)
            return lambda raw: converted(raw[place], raw[unit])
        if source.exponent is None:
            return lambda raw: decode(raw[place])
        power = self._add(source.exponent, 1, "int16", "abcd")
        scaled = _with_exponent(encoding)
        return lambda raw: scaled(raw[place], raw[power])

    def holds(self, source: Registers) -> bool:
        """Whether this read brings all of the value."""
        first, stop = source.span
        begin, end = self._request.address, self._request.address + self._request.count
        return source.function == self._request.function and begin <= first and stop <= end

    def unpack(self, answer: Sequence[int]) -> Raw | Failure:
        """The values as they travelled; a failure if the answer cannot be one to this read."""
        if len(answer) != self._request.count:
            return Failure(
                Quality.MALFORMED, f"{len(answer)} values came where {self._request.count} were asked for"
            )
        if self._request.function < 3 and not _BITS.issuperset(answer):
            return Failure(Quality.MALFORMED, "a value is not within 0 and 1")
        if self._unpack is None:
            self._unpack = self._compile()
        try:
            return self._unpack(answer)
        except struct.error:
            return Failure(Quality.MALFORMED, "a value is not within 0 and 65535")

    def _add(self, address: int, count: int, kind: str, order: str) -> int:
        part = _Part(address - self._request.address, count, kind, order)
        if part not in self._parts:
            self._parts.append(part)
        return self._parts.index(part)

    def _compile(self) -> Callable[[Sequence[int]], Raw]:
        """Two passes at most: one for values whose octets travel in order, one for those that are swapped."""
        if self._request.function < 3:
            return _unpack_bits(self._parts)
        passes = [
            (places, _unpack_words([self._parts[place] for place in places], swapped=swapped))
            for swapped in (False, True)
            if (places := [i for i, part in enumerate(self._parts) if part.is_swapped is swapped])
        ]
        if len(passes) == 1:
            return passes[0][1]
        order = [place for places, _ in passes for place in places]
        back = itemgetter(*(order.index(place) for place in range(len(order))))
        (_, first), (_, second) = passes
        return lambda answer: back((*first(answer), *second(answer)))


@dataclass(frozen=True, slots=True)
class _Part:
    """Registers that are one value; ``start`` counts from the first of the read."""

    start: int
    count: int
    kind: str
    order: str

    @property
    def is_swapped(self) -> bool:
        return self.order in _LOW_OCTET_FIRST

    @property
    def words(self) -> Sequence[int]:
        """In the order of their worth."""
        words = range(self.start, self.start + self.count)
        return words[::-1] if self.kind != "ascii" and self.order in _LAST_WORD_FIRST else words

    @property
    def format(self) -> str:
        return f"{2 * self.count}s" if self.kind == "ascii" else _FORMATS[self.kind]


def identity_decoder(encoding: Encoding, part: str) -> Callable[[ModbusIdentity], Decoded]:
    """Decodes vendor, product or revision."""
    missing = encoding.missing

    def decode(answer: ModbusIdentity) -> Decoded:
        octets = getattr(answer, part)
        if octets is None:
            return Failure(Quality.MISSING, f"the device does not name its {part}")
        text = decode_text(octets)
        return says_none(text) if text in missing else text

    return decode


# --- taking apart -------------------------------------------------------------------------------------------


def _unpack_words(parts: Sequence[_Part], *, swapped: bool) -> Callable[[Sequence[int]], Raw]:
    words = [word for part in parts for word in part.words]
    pack = struct.Struct(f"{'<' if swapped else '>'}{len(words)}H").pack
    unpack = struct.Struct(">" + "".join(part.format for part in parts)).unpack
    if len(words) == 1:
        return lambda answer: unpack(pack(answer[words[0]]))
    pick = itemgetter(*words)
    return lambda answer: unpack(pack(*pick(answer)))


def _unpack_bits(parts: Sequence[_Part]) -> Callable[[Sequence[int]], Raw]:
    """Several coils or inputs together are a number, the first of them its lowest bit."""
    spans = [range(part.start, part.start + part.count) for part in parts]
    if all(len(span) == 1 for span in spans):
        return lambda answer: [answer[place] for (place,) in spans]

    def unpack(answer: Sequence[int]) -> Raw:
        return [sum(answer[place] << bit for bit, place in enumerate(span)) for span in spans]

    return unpack


# --- decoding -----------------------------------------------------------------------------------------------


def _decoder(encoding: Encoding) -> Callable[[Any], Decoded]:
    match encoding.type:
        case "ascii":
            return _text_decoder(encoding)
        case "bit" | "bits":
            return _bits_decoder(encoding)
        case "bcd16" | "bcd32":
            return _bcd_decoder(encoding)
        case "float32" | "float64":
            return _float_decoder(encoding)
        case "digits16" | "digits32" | "version16":
            return _digits_decoder(encoding)
        case "flags" | "flags16" | "flags32":
            return flags_decoder(encoding)
        case "flags-float32":
            return float_flags_decoder(encoding)
    return converter(encoding)


def _float_decoder(encoding: Encoding) -> Callable[[float], Decoded]:
    convert: Convert = converter(encoding)
    low, high = encoding.low, encoding.high
    if (encoding.scale, encoding.offset) != (1.0, 0.0) or encoding.missing or math.inf in (-low, high):
        return lambda raw: decode_float(raw, convert)

    def decode(raw: float) -> Decoded:
        if low <= raw <= high:  # which neither infinity is, nor what is no number
            return raw
        return decode_float(raw, convert)

    return decode


def _bits_decoder(encoding: Encoding) -> Callable[[int], Decoded]:
    convert = converter(encoding)
    shift, mask = encoding.bit or 0, 2**encoding.bits - 1
    return lambda raw: convert(raw >> shift & mask)


def _bcd_decoder(encoding: Encoding) -> Callable[[int], Decoded]:
    """Four bits for each decimal digit. A pattern that is no number may stand for none."""
    convert, missing = converter(encoding), encoding.missing

    def decode(raw: int) -> Decoded:
        digits = f"{raw:x}"
        if digits.isdecimal():
            return convert(int(digits))
        return says_none(raw) if raw in missing else _NO_BCD

    return decode


def _text_decoder(encoding: Encoding) -> Callable[[bytes], Decoded]:
    missing = encoding.missing

    def decode(octets: bytes) -> Decoded:
        if octets.count(0xFF) == len(octets):
            return _UNWRITTEN
        text = decode_text(octets)
        return says_none(text) if text in missing else text

    return decode


def _digits_decoder(encoding: Encoding) -> Callable[[int], Decoded]:
    """A whole number that is a name, such as a serial number; of a version one octet on each side of the point."""
    missing, has_point = encoding.missing, encoding.type == "version16"

    def decode(raw: int) -> Decoded:
        if raw in missing:
            return says_none(raw)
        return f"{raw >> 8}.{raw & 0xFF}" if has_point else str(raw)

    return decode


def _with_unit(encoding: Encoding) -> Callable[[Any, int], Decoded]:
    """The value in the vocabulary's unit, whichever the device is set to."""
    decode_raw = _decoder(replace(encoding, low=-math.inf, high=math.inf))
    in_range = number_converter(Encoding("float64", low=encoding.low, high=encoding.high))
    units = encoding.units

    def decode(raw: Any, unit: int) -> Decoded:
        found, conversion = decode_raw(raw), units.get(unit)
        if isinstance(found, Failure | str):
            return found
        if conversion is None:
            return Failure(Quality.OUT_OF_RANGE, f"the unit {unit} is none of {', '.join(map(str, units))}")
        return in_range(conversion(found))

    return decode


def _with_exponent(encoding: Encoding) -> Callable[[Any, int], Decoded]:
    """value × 10^exponent × scale: one converter for each of the exponents that there are."""
    decoders = {power: _decoder(_times_ten_to_the(encoding, power)) for power in _EXPONENTS}
    missing = encoding.missing

    def decode(raw: Any, exponent: int) -> Decoded:
        by_power = decoders.get(exponent)
        if by_power is not None:
            return by_power(raw)
        if raw in missing:
            return says_none(raw)
        if exponent == NO_EXPONENT:
            return says_none(exponent)
        return Failure(Quality.OUT_OF_RANGE, f"10 to the power of {exponent} scales nothing")

    return decode


def _times_ten_to_the(encoding: Encoding, power: int) -> Encoding:
    """The same value in another unit: what is missing and what is valid stays as it is."""
    return replace(encoding, scale=encoding.scale * 10.0**power)
