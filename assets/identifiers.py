"""The one spelling of each further name of an asset, whoever writes it: makers, people and protocols differ."""

from __future__ import annotations

import re
from collections.abc import Callable

_HEX = re.compile(r"[0-9a-f]+")
_HOST = re.compile(r"(?=.{1,64}\Z)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_SEPARATORS = str.maketrans("", "", ":-. ")


def canonical(kind: str, value: str) -> str:
    """The value as it is stored and looked up; ValueError, in words for people, if it is none of this kind.

    A MAC address as ``aa:bb:cc:dd:ee:ff``, an EUI-64 as sixteen upper-case digits, a host name in lower case; an AE
    title of DICOM as it is, for its case counts.
    """
    return _SPELL[kind](value.strip())


def _mac(value: str) -> str:
    digits = value.lower().translate(_SEPARATORS)
    if len(digits) != 12 or not _HEX.fullmatch(digits):
        raise ValueError("A MAC address has twelve hexadecimal digits, as in 00:1b:c5:00:4f:a2.")
    if int(digits[:2], 16) & 1 or digits == "0" * 12:
        raise ValueError("This is the address of a group or of nobody, not of one network card.")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _eui64(value: str) -> str:
    digits = value.upper().translate(_SEPARATORS).removeprefix("0X")
    if len(digits) != 16 or not _HEX.fullmatch(digits.lower()):
        raise ValueError("An EUI-64 has sixteen hexadecimal digits, as in 0012211839000042.")
    return digits


def _hostname(value: str) -> str:
    name = value.lower().rstrip(".")
    if not _HOST.fullmatch(name):
        raise ValueError("A host name has letters, digits, dots and hyphens, 64 at the most.")
    return name


def _ae_title(value: str) -> str:
    if not 1 <= len(value) <= 16 or not all(" " <= each <= "~" and each != "\\" for each in value):
        raise ValueError("An AE title has 1 to 16 plain characters, without a backslash.")
    return value


_SPELL: dict[str, Callable[[str], str]] = {
    "mac": _mac,
    "eui64": _eui64,
    "hostname": _hostname,
    "ae_title": _ae_title,
}
