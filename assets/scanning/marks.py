"""What a maker's mark says: the unique device identification, whichever agency issued it. Read, never stored."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta


class NotAMarkError(ValueError):
    """The text is not written in the form of this agency."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``device`` names the model (UDI-DI, as printed); ``devices`` are the spellings that a register may hold.

    ``own_number`` is the number that an owner gave by GS1's rules (GIAI or GRAI).
    """

    issuer: str
    device: str = ""
    devices: tuple[str, ...] = ()
    serial: str = ""
    lot: str = ""
    made: date | None = None
    expires: date | None = None
    own_number: str = ""
    warnings: tuple[str, ...] = ()


_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_SEPARATORS = re.compile(r"\{GS\}|<GS>|\[GS\]|\{FNC1\}|<FNC1>|␝", re.IGNORECASE)
SEPARATOR = "\x1d"


def clean_code(text: str) -> str:
    """The code as it was printed: without line ends, the scanner's prefix, and words that stand for FNC1."""
    code = _SEPARATORS.sub(SEPARATOR, text.strip(" \t\r\n\0"))
    return _SYMBOLOGY.sub("", code).strip(SEPARATOR).strip()


def day_of_year(year: int, day: int) -> date | None:
    """The ``day``-th of a year, counted from 1; ``None`` if the year has no such day."""
    if not 1 <= day <= 365 + calendar.isleap(year):
        return None
    return date(year, 1, 1) + timedelta(days=day - 1)


def day_of_month(year: int, month: int, day: int) -> date | None:
    """Day 0 is the last of the month, as makers write it; ``None`` if there is no such day."""
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
