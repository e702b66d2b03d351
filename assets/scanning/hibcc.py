"""HIBCC, the health industry's bar code: ``+`` labeler, product, unit of measure, then lot, serial and dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assets.scanning.marks import Mark, NotAMarkError, day_of_month, day_of_year

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_PRIMARY = re.compile(r"([A-Z][A-Z0-9]{3})([A-Z0-9]{1,18})(\d)")
_DATED = re.compile(r"(?:8\d{2}|9\d{5})?(.*)")
_FORMS: dict[str, tuple[int, str]] = {
    "2": (6, "mdy"), "3": (6, "ymd"), "4": (8, "ymd"), "5": (5, "yj"), "6": (7, "yj"), "7": (0, ""),
}  # fmt: skip
"""What follows the date's flag: how many characters, and which parts first; an hour at the end is passed over."""


def check_character(text: str) -> str:
    """The sum of all characters before it, modulo 43."""
    return _ALPHABET[sum(_ALPHABET.index(each) for each in text) % 43]


def read_hibcc(text: str) -> Mark:
    """Raises :class:`NotAMarkError`. A wrong check character is a warning: even the issuer's examples have one."""
    code = text.strip("*").upper()
    if not code.startswith("+") or len(code) < 4 or any(each not in _ALPHABET for each in code):
        raise NotAMarkError("it does not begin as a mark of HIBCC")
    body, last = code[:-1], code[-1]
    first, *rest = body[1:].split("/")
    mark = Mark("HIBCC")
    if primary := _PRIMARY.fullmatch(first):
        device = "".join(primary.groups())
        mark = replace(mark, device=device, devices=(device, f"+{device}", device[:-1], f"+{device[:-1]}"))
    elif first.startswith("$"):
        rest = [first, *rest]  # the second of two codes that stand side by side
    else:
        raise NotAMarkError("labeler, product and unit of measure are not as HIBCC writes them")
    for part in rest:
        mark = _with(mark, part)
    if check_character(body) != last:
        mark = replace(mark, warnings=("The check character is wrong: it may have been misread.",))
    return mark


def _with(mark: Mark, part: str) -> Mark:
    if part.startswith("$$"):
        is_serial = part.startswith("$$+")
        expires, rest = _dated(part[3 if is_serial else 2 :])
        named = replace(mark, serial=rest) if is_serial else replace(mark, lot=rest)
        return replace(named, expires=expires)
    if part.startswith("$+"):
        return replace(mark, serial=part[2:])
    if part.startswith("$"):
        return replace(mark, lot=part[1:])
    if part.startswith("S"):
        return replace(mark, serial=part[1:])
    if part.startswith("16D"):
        return replace(mark, made=_whole_date(part[3:]))
    if part.startswith("14D"):
        return replace(mark, expires=_whole_date(part[3:]))
    return mark  # a quantity, or what a customer asked the maker to add


def _dated(text: str) -> tuple[date | None, str]:
    """The date after ``$$`` and what follows it; a quantity before it is passed over."""
    found = _DATED.fullmatch(text)
    text = found.group(1) if found else text
    if text[:1] not in _FORMS:
        return _date(text[:4], "my"), text[4:]
    length, form = _FORMS[text[0]]
    return _date(text[1 : 1 + length], form), text[1 + length :]


def _date(digits: str, form: str) -> date | None:
    if not form or not digits.isdecimal() or len(digits) < 4:
        return None
    pairs = [int(digits[at : at + 2]) for at in (0, 2, 4) if digits[at : at + 2]]
    if form == "my":
        return day_of_month(2000 + pairs[1], pairs[0], 0)
    if form == "yj":
        return day_of_year(2000 + pairs[0], int(digits[2:5]))
    if len(pairs) < 3:
        return None
    year, month, day = (pairs[2], *pairs[:2]) if form == "mdy" else pairs[:3]
    return day_of_month(2000 + year, month, day)


def _whole_date(text: str) -> date | None:
    if len(text) != 8 or not text.isdecimal():
        return None
    return day_of_month(int(text[:4]), int(text[4:6]), int(text[6:])) if int(text[:4]) else None
