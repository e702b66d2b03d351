"""What a device says of its work, from all the words that one message has for it."""

from __future__ import annotations

from collections.abc import Iterable

from assets.observation import Evidence

_RANKS = ("fault", "alarm", "infusing", "paused", "charging", "off", "standby")
"""Of several words the first counts: a pump whose second channel stands by is infusing all the same."""
_EVIDENCE = {
    "fault": Evidence.FAULT,
    "alarm": Evidence.IN_USE,  # somebody is connected
    "infusing": Evidence.IN_USE,
    "paused": Evidence.IN_USE,  # the same
    "charging": Evidence.IDLE,
    "off": Evidence.IDLE,
    "standby": Evidence.IDLE,
}


def foremost(words: Iterable[str]) -> str | None:
    return min((word for word in words if word in _RANKS), key=_RANKS.index, default=None)


def evidence(word: str | None, *, is_certain: bool) -> Evidence | None:
    """Where another of its words could not be read (not ``is_certain``), nothing is called idle."""
    found = None if word is None else _EVIDENCE[word]
    return found if is_certain or found is not Evidence.IDLE else None
