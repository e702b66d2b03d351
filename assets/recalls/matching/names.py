"""One spelling for each firm, model and device identifier, so that what is the same compares equal."""

from __future__ import annotations

import re
from functools import lru_cache

from assets.scanning.gs1 import read_gs1
from assets.scanning.hibcc import read_hibcc
from assets.scanning.marks import NotAMarkError, clean_code

_WORD = re.compile(r"[^\W_]+")
_LEGAL = frozenset(
    [
        "inc", "incorporated", "llc", "ltd", "limited", "gmbh", "corp", "corporation", "co", "company", "ag", "sa",
        "lp", "llp", "plc", "bv", "nv", "kg", "se", "srl", "spa", "ab", "as", "oy", "pty", "kk", "the",
    ]
)  # fmt: skip
"""Forms of companies, and what stands between words; a firm is the same firm without them."""
_GTIN = re.compile(r"(?<![\w+])(?:\(?01\)?)?(\d{14})(?!\w)")
_SHORT_GTIN = re.compile(r"(?:UDI(?:-DI)?|GTIN|UPC|EAN|\bDI)[^\w+]{0,4}(\d{12,13})(?!\w)", re.IGNORECASE)
_HIBCC = re.compile(r"(?<!\w)\+([A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}\d)(?!\w)")


def words_of(text: str) -> list[str]:
    """Letters and digits in lower case, word by word."""
    return _WORD.findall(text.casefold())


@lru_cache(maxsize=20_000)
def phrase_of(name: str) -> tuple[str, ...]:
    """The words of a short name."""
    return tuple(words_of(name))


@lru_cache(maxsize=20_000)
def firm_words(name: str) -> tuple[str, ...]:
    """A firm's name without its legal form: ``Encore Medical, L.P.`` → ``("encore", "medical")``."""
    words = [word for word in words_of(name.replace(".", "")) if word not in _LEGAL]
    return tuple(words)


def compact(text: str) -> str:
    """Letters and digits in upper case, without anything between them."""
    return "".join(_WORD.findall(text.upper()))


@lru_cache(maxsize=200_000)
def device_keys(identifier: str) -> frozenset[str]:
    """The names under which a UDI-DI may stand elsewhere; empty for nothing.

    A GTIN as fourteen digits; HIBCC with and without its unit of measure; else as it is, without what stands between.
    """
    code = clean_code(identifier)
    if not code:
        return frozenset()
    digits = re.sub(r"\D", "", code.removeprefix("(01)"))
    if re.fullmatch(r"[\d\s()-]+", code) and len(digits) <= 16:
        return frozenset({(digits.removeprefix("01") if len(digits) == 16 else digits).zfill(14)})
    plain = code.upper().removeprefix("+")
    if re.fullmatch(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}\d", plain):
        return frozenset({plain, plain[:-1]})
    return frozenset({compact(code)})


def devices_in(text: str) -> dict[str, tuple[int, int]]:
    """Device identifiers that a text names, by key, and where: GTINs with a right check digit, and HIBCC."""
    found: dict[str, tuple[int, int]] = {}
    for pattern in (_GTIN, _SHORT_GTIN):
        for match in pattern.finditer(text):
            number = match.group(1).zfill(14)
            if _is_gtin(number):
                found.setdefault(number, match.span(1))
    for match in _HIBCC.finditer(text):
        found.setdefault(match.group(1), match.span())
    return found


def _is_gtin(number: str) -> bool:
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(number[:13]))
    return (10 - total % 10) % 10 == int(number[13]) and number.strip("0") != ""


def spellings_of(key: str) -> set[str]:
    """How a register may have written the device identifier of a key, to look it up by its index."""
    read = read_gs1 if key.isdecimal() else read_hibcc
    try:
        mark = read(key if key.isdecimal() else f"+{key}$")
    except NotAMarkError:
        return {key, f"+{key}"}
    return {key, *mark.devices}
