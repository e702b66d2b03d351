"""The separators that a message names for itself, and what is between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_PARTS = 64
"""Components of a field, and repetitions; what is beyond says nothing."""
_PLAIN = {"F": 0, "S": 1, "R": 2, "E": 3, "T": 4}
_HIGHLIGHTS = ("H", "N")
"""Begin and end of what is to be shown in bold."""
UNREADABLE = "\ufffd"
"""As octets that are no text of the message's character set."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class Marks:
    """``escape`` may be empty: then nothing is escaped."""

    field: str
    component: str
    repetition: str
    escape: str
    part: str

    def repetitions(self, field: str) -> list[str]:
        return field.split(self.repetition, MOST_PARTS)[:MOST_PARTS]

    def components(self, repetition: str) -> list[str]:
        """Each with its escapes undone, and white space around it gone; of sub-components the first."""
        return [
            self.plain(component.partition(self.part)[0])
            for component in repetition.split(self.component, MOST_PARTS)[:MOST_PARTS]
        ]

    def plain(self, text: str) -> str:
        """The text that was meant. An escape that cannot be understood leaves a mark, so that what stood before
        and behind it never becomes one word, or the name of another device."""
        if not self.escape or self.escape not in text:
            return text.strip()
        # Between two escape characters lies a sequence: every second piece.
        pieces = text.split(self.escape)
        open_end = [UNREADABLE, pieces.pop()] if len(pieces) % 2 == 0 else []
        meant = [self._meant(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
        return "".join([*meant, *open_end]).strip()

    def _meant(self, sequence: str) -> str:
        if sequence in _PLAIN:
            return (self.field, self.component, self.repetition, self.escape, self.part)[_PLAIN[sequence]]
        if sequence.startswith((".", "X0D", "X0A")):
            return " "
        if sequence.startswith("X") and _HEX.fullmatch(sequence[1:]):
            return bytes.fromhex(sequence[1:]).decode("latin-1")
        return "" if sequence in _HIGHLIGHTS else UNREADABLE


def component(parts: list[str], number: int) -> str:
    """The component of that number, counted from one; empty if there are not so many."""
    return parts[number - 1] if number <= len(parts) else ""
