"""Flags taken together: alarms of which there may be several, side by side in registers, inputs or one number."""

from __future__ import annotations

import math
from collections.abc import Callable

from assets.words import Quality
from collectors.decoding.values import Decoded, converter, decode_float
from collectors.profiles.model import FLAGS, Encoding
from collectors.requests import Failure

_NO_FLAGS = Failure(Quality.MALFORMED, "the number is no sum of flags below zero")
_LOST_FLAGS = Failure(Quality.MALFORMED, "the sum of flags is larger than what its type can tell apart")
_EXACT = 2**24
"""From here on a float of 32 bits leaves out whole numbers."""


def flags_decoder(encoding: Encoding) -> Callable[[int], Decoded]:
    """A state: whether any of the flags is there, 1 or 0. A number: how many."""
    convert, mask = converter(encoding), encoding.mask
    if encoding.states is None:
        return lambda raw: convert((raw & mask).bit_count())
    return lambda raw: convert(1 if raw & mask else 0)


def float_flags_decoder(encoding: Encoding) -> Callable[[float], Decoded]:
    """The same of flags that travel as a float: their sum, below zero.

    A float that is too large for its last digit leaves only one thing to be sure of: that some flag is there.
    """
    decode_flags = flags_decoder(encoding)
    asks_for_any = encoding.states is not None and encoding.mask == 2 ** FLAGS[encoding.type] - 1

    def decode(raw: float) -> Decoded:
        if not math.isfinite(raw):
            return decode_float(raw, converter(encoding))
        if not -(2.0 ** FLAGS[encoding.type]) < raw <= 0 or raw != int(raw):
            return _NO_FLAGS
        if raw <= -_EXACT and not asks_for_any:
            return _LOST_FLAGS
        return decode_flags(-int(raw))

    return decode
