"""Serial numbers as makers, menus and people write them, compared as one. Pure."""

from __future__ import annotations

import re

_NOT_SAID = re.compile(r"[^A-Z0-9]")
_NO_SERIALS = frozenset({"", "UNKNOWN", "NONE", "NA", "DEFAULT", "TOBEFILLEDBYOEM", "DEFAULTSTRING"})
"""What makers leave in the place of one."""


def plain_serial(serial: str) -> str:
    """Without what is written now so and now otherwise: case, spaces, hyphens, leading zeros. Empty if it is none."""
    plain = _NOT_SAID.sub("", serial.upper()).lstrip("0")
    return "" if plain in _NO_SERIALS else plain
