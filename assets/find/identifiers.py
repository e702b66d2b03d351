"""Numbers on labels: asset tag, serial number and UDI-DI, whole or in part, with what people leave out or add."""

from __future__ import annotations

import re

from assets.find.clauses import Clause, any_of, begins, ends, has, is_just, tags
from assets.find.text import slips

COLUMNS = ("a.asset_tag", "a.serial_number", "a.udi_di")
NUMBERS = ("a.asset_tag", "a.serial_number")
SHORTEST_PART = 3
SHORTEST_DI = 10
"""Digits of a UDI-DI that say more than who made it."""
SHORTEST_INSIDE = 4
SHORTEST_MISTYPED = 5
MOST_MISTYPED = 200
"""Asset tags that are looked at letter by letter."""
_GS1_DI = re.compile(r"^(?:\(01\)|01(?=\d{14}.))(\d{14})")
_EDGE = re.compile(r"(?<=[^\W\d_])(?=\d)")


def spellings(text: str) -> list[str]:
    """``text``, and what it may stand for: “INF 001” and “inf001” for “INF-001”, a scanned UDI for its DI."""
    bare = re.sub(r"[\s-]+", "", text)
    found = [text, text.replace(" ", "-"), bare, _EDGE.sub("-", bare, count=1)]
    if whole := _GS1_DI.match(text.replace(" ", "")):
        found.append(whole[1])
    return list(dict.fromkeys(each for each in found if each))


def exactly(text: str) -> Clause:
    """An identifier is just this."""
    return any_of(is_just(column, each) for each in spellings(text) for column in COLUMNS)


def partly(text: str) -> Clause | None:
    """An asset tag or serial number begins or ends so, or a UDI-DI begins so.

    Only for three characters or more with a digit among them, so that "bed" does not find a serial number that
    happens to end in it; otherwise ``None``.
    """
    if not _is_numeric(text, SHORTEST_PART):
        return None
    found = [begins(column, each) for each in spellings(text) for column in NUMBERS]
    found += [ends(column, text) for column in NUMBERS]
    if text.isdigit() and len(text) >= SHORTEST_DI:
        found.append(begins("a.udi_di", text))
    return any_of(found)


def inside(text: str) -> Clause | None:
    """An asset tag or serial number has it in its middle. For when nothing else is found."""
    return any_of(has(column, text) for column in NUMBERS) if _is_numeric(text, SHORTEST_INSIDE) else None


def mistyped(text: str, seen: Clause) -> list[int]:
    """Assets among ``seen`` whose tag is this but for one slip. For when nothing else is found. One query.

    What the slip left of the tag stands at its begin and its end, where an index finds it.
    """
    typed = text.replace(" ", "-")
    if not _is_numeric(typed, SHORTEST_MISTYPED):
        return []
    tag = "a.asset_tag"
    left = [
        begins(tag, typed[:at]) & ends(tag, typed[at + gone :])
        for at in range(1, len(typed) - 1)
        for gone in (1, 2)
        if at + gone < len(typed)
    ]
    left += [ends(tag, typed[1:]), begins(tag, typed[:-1])]
    found = tags(seen & any_of(left), MOST_MISTYPED)
    return [pk for pk, tag in found if slips(typed.casefold(), tag.casefold(), 1) is not None]


def _is_numeric(text: str, shortest: int) -> bool:
    return len(text) >= shortest and any(character.isdigit() for character in text)
