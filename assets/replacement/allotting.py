"""In which year the budgets allow what: arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

YEARS = 10
"""So many years a plan has, this one among them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``year``: when it is to be replaced; ``rank``: its score, where enough is known; ``price`` if it is known."""

    key: int
    year: int
    rank: float | None
    price: Decimal | None
    name: str


@dataclass(slots=True)
class Allotted:
    """``year`` is nothing where no year of the plan has room. ``passed``: years that had too little left, and what."""

    year: int | None = None
    passed: list[tuple[int, Decimal]] = field(default_factory=list)


def allot(
    wanted: Iterable[Wanted], budgets: Mapping[int, Decimal], *, first: int, years: int = YEARS
) -> dict[int, Allotted]:
    """What is wanted within the plan, by key. A year without a budget has no end of it.

    In each year the highest score comes first, then what was wanted earlier, then the name; what does not fit is
    moved to the next year, and what costs less may still fit. What has no price is planned when it is wanted and
    uses up nothing.
    """
    last = first + years - 1
    by_year: dict[int, list[Wanted]] = {}
    for one in wanted:
        if one.year <= last:
            by_year.setdefault(max(one.year, first), []).append(one)
    found = {one.key: Allotted() for ones in by_year.values() for one in ones}
    waiting: list[Wanted] = []
    for year in range(first, last + 1):
        waiting = _year(
            sorted([*waiting, *by_year.get(year, ())], key=_order), year, budgets.get(year), found
        )
    return found


def _year(
    ones: Iterable[Wanted], year: int, left: Decimal | None, found: Mapping[int, Allotted]
) -> list[Wanted]:
    """Those for whom there is no room."""
    moved = []
    for one in ones:
        if one.price is None or left is None or one.price <= left:
            found[one.key].year = year
            if one.price is not None and left is not None:
                left -= one.price
        else:
            found[one.key].passed.append((year, left))
            moved.append(one)
    return moved


def _order(one: Wanted) -> tuple[bool, float, int, str]:
    return one.rank is None, -(one.rank or 0.0), one.year, one.name
