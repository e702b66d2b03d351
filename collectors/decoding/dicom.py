"""What comes of a C-ECHO, as typed readings."""

from __future__ import annotations

from collections.abc import Callable

from assets.words import Quality
from collectors.decoding.values import Decoded, converter, decode_text, says_none
from collectors.profiles.model import Encoding
from collectors.requests import DicomEchoed, Failure

UNNAMED = Failure(Quality.MISSING, "the device does not name its implementation")


def echo_decoder(encoding: Encoding, part: str) -> Callable[[DicomEchoed], Decoded]:
    """Decodes the status, or the name of the implementation."""
    if part == "status":
        convert = converter(encoding)
        return lambda answer: convert(answer.status)
    missing = encoding.missing

    def decode(answer: DicomEchoed) -> Decoded:
        octets = answer.implementation_version
        if octets is None:
            return UNNAMED
        text = decode_text(octets)
        return says_none(text) if text in missing else text

    return decode
