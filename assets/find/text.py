"""What people type, made comparable. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_TEXT = 100
"""Characters of a search text that are looked at."""


def clean_text(text: str) -> str:
    """The text without control characters and needless spaces, cut to :data:`MAX_TEXT`."""
    printable = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character for character in text
    )
    return " ".join(printable[:MAX_TEXT].split())


def words_of(text: str) -> list[str]:
    """Words for comparing: no capitals, no accents, no punctuation."""
    return list(_words(text))


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return tuple(re.findall(r"\w+", bare))


def slips(typed: str, meant: str, most: int) -> int | None:
    """How many slips turn the one into the other: a letter too many, missing, wrong, or two in the wrong order.

    ``None`` for more than ``most``.
    """
    if abs(len(typed) - len(meant)) > most:
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, start=1):
        last, before, row = before, row, [i]
        for j, other in enumerate(meant, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def trigrams(word: str) -> frozenset[str]:
    """Every three letters in a row, with two blanks before and one after, as PostgreSQL's pg_trgm counts them."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
