"""ICCBBA (ISBT 128): data structures one after the other, each announced by two characters."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assets.scanning.marks import Mark, NotAMarkError, day_of_year

_PARTS = re.compile(r"(=/|=,|=>|=\}|=\)|&,1|&\)|=)([^=&]*)")


def read_iccbba(text: str) -> Mark:
    """Raises :class:`NotAMarkError`. Donation numbers are passed over: nothing here needs them."""
    if not text.startswith(("=", "&")) or "".join(m.group() for m in _PARTS.finditer(text)) != text:
        raise NotAMarkError("it does not begin as a mark of ICCBBA")
    mark = Mark("ICCBBA")
    for part in _PARTS.finditer(text):
        mark = _with(mark, part.group(1), part.group(2).strip())
    if not (mark.device or mark.serial or mark.lot):
        raise NotAMarkError("it names no device")
    return mark


def _with(mark: Mark, name: str, value: str) -> Mark:
    if name in {"=/", "=)"}:
        return replace(mark, device=value, devices=(value, name + value))
    if name == "=,":
        return replace(mark, serial=value)
    if name in {"&,1", "&)"}:
        return replace(mark, lot=value)
    if name == "=>":
        return replace(mark, expires=_date(value))
    if name == "=}":
        return replace(mark, made=_date(value))
    return mark


def _date(text: str) -> date | None:
    """Century, year of it, day of that year; no hour."""
    if len(text) != 6 or not text.isdecimal():
        return None
    return day_of_year(2000 + int(text[0]) * 100 + int(text[1:3]), int(text[3:]))
