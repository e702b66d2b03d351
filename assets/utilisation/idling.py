"""Idle equipment and what it costs: days since its last use, at what a day of one costs the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assets.utilisation.models import DayCost
from assets.utilisation.reports import Choice, IdleLine, idle_list

CENT = Decimal("0.01")


@dataclass(frozen=True)
class IdleCost:
    """``per_day`` and what follows from it are ``None`` where nobody told what a day costs."""

    lines: Sequence[IdleLine]
    per_day: Decimal | None
    is_tried: bool
    """Whether the cost is the address's own, not the site's."""

    def of(self, line: IdleLine) -> Decimal | None:
        if self.per_day is None:
            return None
        return (Decimal(str(line.days)) * self.per_day).quantize(CENT)

    @property
    def rows(self) -> list[tuple[IdleLine, Decimal | None]]:
        return [(line, self.of(line)) for line in self.lines]

    @property
    def total(self) -> Decimal | None:
        """What they have cost since each was used last."""
        if self.per_day is None:
            return None
        return sum((self.of(line) or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def yearly(self) -> Decimal | None:
        """What they cost a year if they stay as they are."""
        return None if self.per_day is None else (365 * self.per_day * len(self.lines)).quantize(CENT)


def idle_cost(choice: Choice, *, now: datetime, per_day: Decimal | None = None) -> IdleCost:
    """``per_day`` tries another cost than the site's."""
    told = (
        DayCost.objects.filter(site=choice.site, category=choice.category)
        .values_list("cost", flat=True)
        .first()
    )
    return IdleCost(
        idle_list(choice, now=now), told if per_day is None else per_day, is_tried=per_day is not None
    )
