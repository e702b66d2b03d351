"""In what characters a message is written (HL7's table 0211)."""

from __future__ import annotations

from collectors.receivers.hl7.header import Header, RejectedError

_CODECS = {
    "": "utf-8",
    "ASCII": "utf-8",  # what is beyond ASCII was not meant, and stands mostly in names, which are dropped
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "ISO IR6": "utf-8",
    "ISO IR100": "iso8859_1",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    **{f"8859/{part}": f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
}


def decode(octets: bytes, header: Header) -> str:
    """The text of the message. What is none in its character set becomes U+FFFD, which no reading accepts."""
    name = header.field(18).split(header.marks.repetition)[0].strip().upper()
    codec = _CODECS.get(name)
    if codec is None:
        raise RejectedError(103, "character set that is not known")
    return octets.decode(codec, errors="replace")
