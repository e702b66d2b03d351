"""One raw value to one typed value, or to the :class:`Failure` that says why not.

Never zero for nothing, never clamped.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from assets.vocabulary import TEXT_LIMIT
from assets.words import Quality
from collectors.profiles.model import Encoding
from collectors.requests import Failure

Decoded = float | str | Failure
Convert = Callable[[float], Decoded]

EMPTY = Failure(Quality.NO_VALUE, "the text is empty")
NOT_UTF8 = Failure(Quality.MALFORMED, "the text is not UTF-8")
UNPRINTABLE = Failure(Quality.MALFORMED, "the text holds control characters")
TOO_LONG = Failure(Quality.OUT_OF_RANGE, f"the text is longer than {TEXT_LIMIT} characters")
NOT_A_NUMBER = Failure(Quality.NO_VALUE, "the device says not-a-number")
INFINITE = Failure(Quality.MALFORMED, "the number is infinite")
NO_NUMBER = Failure(Quality.MALFORMED, "the text is no number")


def number_converter(encoding: Encoding) -> Convert:
    """Scale, offset and limits of a number, chosen once."""
    scale, offset, low, high, missing = (
        encoding.scale, encoding.offset, encoding.low, encoding.high, encoding.missing
    )  # fmt: skip
    divisor = round(1 / scale)
    if divisor and abs(divisor * scale - 1) < 1e-12:
        scale, divides = float(divisor), True  # 3 / 10 is 0.3, where 3 * 0.1 is not
    else:
        divides = False

    def convert(raw: float) -> Decoded:
        if raw in missing:
            return says_none(raw)
        try:
            value = (raw / scale if divides else raw * scale) + offset
        except OverflowError:
            return Failure(Quality.OUT_OF_RANGE, "the number is too large")
        if low <= value <= high:
            return value
        return Failure(Quality.OUT_OF_RANGE, f"{value:g} is not within {low:g} and {high:g}")

    return convert


def state_converter(encoding: Encoding) -> Callable[[int | str], Decoded]:
    words, missing = dict(encoding.states or {}), encoding.missing

    def convert(raw: int | str) -> Decoded:
        word = words.get(raw)
        if word is not None:
            return word
        if raw in missing:
            return says_none(raw)
        return Failure(Quality.OUT_OF_RANGE, f"{raw!r} is none of the states {', '.join(map(str, words))}")

    return convert


def converter(encoding: Encoding) -> Callable[..., Decoded]:
    """For a value that has been unpacked already: by states if there are any, else as a number."""
    return number_converter(encoding) if encoding.states is None else state_converter(encoding)


def decode_float(raw: float, convert: Convert) -> Decoded:
    if math.isnan(raw):
        return NOT_A_NUMBER
    if math.isinf(raw):
        return INFINITE
    return convert(raw)


def decode_text(octets: bytes) -> str | Failure:
    """UTF-8 without padding; runs of white space become one space, control characters are refused."""
    try:
        text = octets.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    text = " ".join(text.split())
    if not text:
        return EMPTY
    if not text.isprintable():
        return UNPRINTABLE
    return text if len(text) <= TEXT_LIMIT else TOO_LONG


def decode_identifier(octets: bytes) -> str | Failure:
    """A name that equipment is looked up by: UTF-8 without padding around it, and otherwise as it came."""
    try:
        name = octets.rstrip(b"\0").decode("utf-8").strip()
    except UnicodeDecodeError:
        return NOT_UTF8
    if not name:
        return EMPTY
    return name if name.isprintable() else UNPRINTABLE


def parse_number(text: str) -> float | Failure:
    """A plain decimal number; neither ``1_000`` nor ``inf`` is one."""
    if len(text) > 32 or not text.lstrip("+-").replace(".", "", 1).isdecimal() or not text.isascii():
        return NO_NUMBER
    try:
        return float(text)
    except ValueError:
        return NO_NUMBER


def says_none(raw: object) -> Failure:
    return Failure(Quality.NO_VALUE, f"the device says {raw!r}, which stands for no value")
