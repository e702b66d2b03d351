"""The header of a message: who sent it, what it is, and by what it wants to be answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors.receivers.hl7.marks import Marks

VERSIONS = frozenset(
    {"2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9"}
)
EVENTS = frozenset({"R01", "R40", "R42"})
"""Of ORU: observations, alarms, infusion events."""
LONGEST_CONTROL_ID = 199
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""An answer gives fields of the header back, and must not end its own frame by one of these."""
_LINE_END = re.compile(rb"[\r\n]")


class RejectedError(Exception):
    """A message that can never be taken. ``code`` is of HL7's table 0357; nothing of the message is in the words."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Header:
    """Fields are as they came, octet by octet (Latin-1), so that an answer can give them back unharmed."""

    marks: Marks
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """MSH-1 is the field separator itself."""
        return self.fields[number - 1] if number <= len(self.fields) else ""

    def first(self, number: int) -> str:
        """The first component of a field."""
        return self.field(number).partition(self.marks.component)[0].strip()

    @property
    def event(self) -> str:
        """The trigger: the second component of MSH-9."""
        parts = self.field(9).split(self.marks.component)
        return parts[1].strip() if len(parts) > 1 else ""

    @property
    def control_id(self) -> str:
        return self.field(10)


def read_header(octets: bytes) -> Header:
    """Of anything that begins like a message; :class:`RejectedError` if this does not."""
    line = _LINE_END.split(octets[:8192], maxsplit=1)[0].decode("latin-1")
    if len(line) < 8 or not line.startswith("MSH"):
        raise RejectedError(100, "not HL7 v2: there is no header")
    if _CONTROL.search(line):
        raise RejectedError(100, "not HL7 v2: its header has control characters")
    separator = line[3]
    fields = line.split(separator, 40)[1:]
    marks = fields[0]
    component, repetition, escape, part = list(marks.ljust(4, "\0")[:4])
    distinct = {separator, *marks}
    is_odd = any(mark.isalnum() or not "!" <= mark <= "~" for mark in distinct)
    if not 2 <= len(marks) <= 5 or len(distinct) != len(marks) + 1 or is_odd:
        raise RejectedError(100, "not HL7 v2: its separators cannot be used")
    return Header(Marks(separator, component, repetition, escape.strip("\0"), part), (separator, *fields))


def check_header(header: Header) -> None:
    """:class:`RejectedError` unless this is a message that we take."""
    if not header.control_id.strip() or len(header.control_id) > LONGEST_CONTROL_ID:
        raise RejectedError(101, "no message control id, or one that is too long")
    if header.first(9) != "ORU":
        raise RejectedError(200, "message type that is not taken")
    if header.event not in EVENTS:
        raise RejectedError(201, "event that is not taken")
    if header.first(11) != "P":
        raise RejectedError(202, "not for production")
    if header.first(12) not in VERSIONS:
        raise RejectedError(203, "version that is not taken")
