"""What is answered to a message: HL7's original mode, and the enhanced one for those who ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from collectors.receivers.hl7.header import LONGEST_CONTROL_ID, VERSIONS, Header
from collectors.receivers.hl7.marks import Marks

WITHOUT_ERR = frozenset({"2.3", "2.3.1", "2.4"})
"""Versions whose ERR has another form."""
_USUAL = Header(Marks("|", "^", "~", "\\", "&"), ("|", "^~\\&"))
_WHEN = {"AL": "AER", "NE": "", "SU": "A", "ER": "ER", "": ""}
_LONGEST = 250


@dataclass(frozen=True, slots=True)
class Verdict:
    """A: it is safe with us. E: it is not, and has to come again. R: it can never be taken.

    ``code`` is of HL7's table 0357; ``reason`` has nothing of the message in it.
    """

    letter: str
    code: int = 0
    reason: str = ""


TAKEN = Verdict("A")


def write_answers(
    header: Header | None, verdict: Verdict, *, at: datetime, name: str, always_application: bool
) -> list[bytes]:
    """The acknowledgements that the sender asked for, in their order. ``name`` is what we call them.

    Whoever asks for none gets none; whoever asks for both (MSH-15 and MSH-16) gets the accept acknowledgement first.
    """
    header = header or _USUAL
    return [
        _write(header, f"{mode}{verdict.letter}", verdict, at, f"{name}-{mode}")
        for mode in _modes(header, verdict.letter, always_application=always_application)
    ]


def _modes(header: Header, letter: str, *, always_application: bool) -> Iterator[str]:
    accept, application = header.first(15).upper(), header.first(16).upper()
    if always_application or not (accept or application):
        yield "A"
        return
    if letter in _WHEN.get(accept, "AER"):
        yield "C"
    if letter in _WHEN.get(application, "AER"):
        yield "A"


def _write(header: Header, code: str, verdict: Verdict, at: datetime, name: str) -> bytes:
    bar, caret = header.marks.field, header.marks.component
    ours_and_theirs = [header.field(number)[:_LONGEST] for number in (5, 6, 3, 4)]
    version = header.first(12) if header.first(12) in VERSIONS else "2.6"
    kind = caret.join(part for part in ("ACK", header.event[:3], "ACK") if part)
    segments = [
        ["MSH" + bar + header.fields[1], *ours_and_theirs, at.strftime("%Y%m%d%H%M%S%z"), "", kind, name, "P",
         version, "", "", "", "", "", header.field(18)[:_LONGEST]],
        ["MSA", code, header.control_id[:LONGEST_CONTROL_ID]],
    ]  # fmt: skip
    if verdict.code and version in WITHOUT_ERR:
        segments[1].append(verdict.reason)
    elif verdict.code:
        segments.append(["ERR", "", "", caret.join((str(verdict.code), verdict.reason, "HL70357")), "E"])
    text = "".join(bar.join(segment).rstrip(bar) + "\r" for segment in segments)
    return text.encode("latin-1", errors="replace")
