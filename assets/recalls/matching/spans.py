"""Whether a lot or serial number lies in a range: yes, no, or not to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assets.recalls.matching.names import compact

_PARTS = re.compile(r"(.*?)(\d+)(\D*)")
_ANNOUNCED = re.compile(r"^(?:SN|LOT)(?=\d)")


def number_of(text: str) -> str:
    """As numbers are compared: upper case, nothing between, and without the “SN” that some write before it."""
    return _ANNOUNCED.sub("", compact(text))


@lru_cache(maxsize=100_000)
def split(number: str) -> tuple[str, str, str] | None:
    """What stands before the last digits, these, and what follows; ``None`` without digits."""
    found = _PARTS.fullmatch(number)
    return (found[1], found[2], found[3]) if found else None


@dataclass(frozen=True, slots=True)
class Span:
    """From ``first`` to ``last``, both included, each as of :func:`number_of`.

    ``is_plain``: both ends differ in their last digits alone, so that the numbers between can be counted.
    ``is_sure``: the text can be read in this way only.
    """

    first: str
    last: str
    is_sure: bool = True

    @property
    def is_plain(self) -> bool:
        low, high = split(self.first), split(self.last)
        if low is None or high is None:
            return False
        return (low[0], low[2]) == (high[0], high[2]) and int(low[1]) <= int(high[1])

    def holds(self, number: str) -> bool | None:
        """``None``: it may or may not, as with ends of two different forms, or another count of leading zeros."""
        if number in {self.first, self.last}:
            return True
        low, high, own = split(self.first), split(self.last), split(number)
        if low is None or high is None or own is None or not self.is_plain:
            return None
        is_between = int(low[1]) <= int(own[1]) <= int(high[1])
        if (own[0], own[2]) != (low[0], low[2]):
            return self._of_another_form(own, low, is_between=is_between)
        if not is_between:
            return False
        return True if self.is_sure and _is_as_long(low[1], high[1], own[1]) else None

    @staticmethod
    def _of_another_form(
        own: tuple[str, str, str], low: tuple[str, str, str], *, is_between: bool
    ) -> bool | None:
        """Where one side leaves something out before or after, it may be the same number."""
        may_be_same = all(not a or not b or a == b for a, b in ((own[0], low[0]), (own[2], low[2])))
        return None if may_be_same and is_between else False


def _is_as_long(low: str, high: str, own: str) -> bool:
    """Whether it is written as the numbers between the ends are: in as many digits, or without leading zeros."""
    if len(low) == len(high):
        return len(own) == len(low)
    return not (low.startswith("0") or own.startswith("0"))


def span_of(left: str, right: str) -> Span:
    """From the two ends as printed; an end that is cut short, as in ``A100-200`` or ``10012-18``, is completed."""
    first, last = number_of(left), number_of(right)
    low = split(first)
    if low is None or not last.isdecimal() or low[2]:
        return Span(first, last)
    if len(last) < len(low[1]) and int(last) < int(low[1]):
        # “10012-18”: most likely to 10018
        return Span(first, low[0] + low[1][: -len(last)] + last, is_sure=False)
    if low[0] and len(last) == len(low[1]):
        return Span(first, low[0] + last)
    return Span(first, last)
