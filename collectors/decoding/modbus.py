"""Decoders of registers, coils and discrete inputs, chosen once for each reading."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from assets.words import Quality
from collectors.decoding.values import Decoded, converter, decode_float, decode_text, says_none
from collectors.profiles.model import Encoding
from collectors.requests import Failure, ModbusIdentity, ModbusRead

Decode = Callable[[Sequence[int]], Decoded]

_WIDE = {
    "uint32": ">I", "int32": ">i", "float32": ">f", "uint64": ">Q", "int64": ">q", "float64": ">d",
}  # fmt: skip


def register_decoder(encoding: Encoding, start: int, count: int) -> Decode:
    """Decodes what begins ``start`` registers into the answer of a request."""
    if encoding.type == "ascii":
        return _text_decoder(encoding, start, count)
    if encoding.type == "bit":
        return _bit_decoder(encoding, start)
    if encoding.type in _WIDE:
        return _wide_decoder(encoding, start, count)
    return _word_decoder(encoding, start)


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


def check_answer(request: ModbusRead, answer: Sequence[int]) -> Failure | None:
    """Why an answer cannot be that of its request; ``None`` if it can."""
    if len(answer) != request.count:
        return Failure(Quality.MALFORMED, f"{len(answer)} values came where {request.count} were asked for")
    highest = 1 if request.function in (1, 2) else 0xFFFF
    if min(answer) < 0 or max(answer) > highest:
        return Failure(Quality.MALFORMED, f"a value is not within 0 and {highest}")
    return None


def _word_decoder(encoding: Encoding, start: int) -> Decode:
    convert = converter(encoding)
    if encoding.type == "uint16":
        return lambda answer: convert(answer[start])

    def decode(answer: Sequence[int]) -> Decoded:
        word = answer[start]
        return convert(word - 0x10000 if word & 0x8000 else word)

    return decode


def _bit_decoder(encoding: Encoding, start: int) -> Decode:
    convert = converter(encoding)
    shift = encoding.bit or 0
    return lambda answer: convert(answer[start] >> shift & 1)


def _wide_decoder(encoding: Encoding, start: int, count: int) -> Decode:
    convert = converter(encoding)
    stop, step = start + count, 1
    if encoding.order in ("cdab", "dcba"):  # the last word travels first
        start, stop, step = stop - 1, (start - 1 if start else None), -1  # type: ignore[assignment]
    words = slice(start, stop, step)
    pack = struct.Struct(f"{'<' if encoding.order in ('badc', 'dcba') else '>'}{count}H").pack
    unpack = struct.Struct(_WIDE[encoding.type]).unpack
    is_float = encoding.type.startswith("float")

    def decode(answer: Sequence[int]) -> Decoded:
        (raw,) = unpack(pack(*answer[words]))
        return decode_float(raw, convert) if is_float else convert(raw)

    return decode


def _text_decoder(encoding: Encoding, start: int, count: int) -> Decode:
    pack = struct.Struct(f"{'<' if encoding.order in ('badc', 'dcba') else '>'}{count}H").pack
    missing = encoding.missing

    def decode(answer: Sequence[int]) -> Decoded:
        words = answer[start : start + count]
        if all(word == 0xFFFF for word in words):
            return Failure(Quality.NO_VALUE, "the registers were never written")
        text = decode_text(pack(*words))
        if text in missing:
            return says_none(text)
        return text

    return decode
