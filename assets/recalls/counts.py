"""How many pieces of ours a notice is about, and how far they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from assets.recalls.models import Item, Match
from assets.recalls.words import OPEN_STATES, Certainty, Decision, State


@dataclass(slots=True)
class Tally:
    """Of the pieces that the person who asks may see."""

    to_decide: int = 0
    confirmed: int = 0
    rejected: int = 0
    outside: int = 0
    open: int = 0
    quarantined: int = 0

    @property
    def ours(self) -> int:
        """Those that it is about, or may be."""
        return self.to_decide + self.confirmed

    @property
    def done(self) -> int:
        return self.confirmed - self.open

    @property
    def percent(self) -> int:
        return 100 * self.done // self.confirmed if self.confirmed else 0


def tallies(notices: Iterable[int], user: Any) -> dict[int, Tally]:
    """For each of the notices, in two queries."""
    found = {pk: Tally() for pk in notices}
    matches = Match.objects.visible_to(user).filter(notice__in=found).order_by()
    for notice, decision, certainty, count in matches.values_list("notice", "decision", "certainty").annotate(
        n=Count("pk")
    ):
        tally = found[notice]
        if decision == Decision.CONFIRMED:
            tally.confirmed += count
        elif decision == Decision.REJECTED:
            tally.rejected += count
        elif certainty == Certainty.OUTSIDE:
            tally.outside += count
        else:
            tally.to_decide += count
    items = Item.objects.visible_to(user).filter(campaign__in=found, state__in=OPEN_STATES).order_by()
    for notice, state, count in items.values_list("campaign", "state").annotate(n=Count("pk")):
        found[notice].open += count
        found[notice].quarantined += count if state == State.QUARANTINED else 0
    return found
