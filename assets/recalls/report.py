"""The closing report of a recall: what was said, decided and done, piece by piece; for the page and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assets.recalls.counts import Tally, tallies
from assets.recalls.models import Campaign, Item, Match, Notice
from assets.recalls.words import Decision, State


@dataclass(frozen=True, slots=True)
class Report:
    """Of the equipment that the person who asks may see; ``elsewhere`` counts the pieces of other sites."""

    notice: Notice
    campaign: Campaign | None
    tally: Tally
    items: list[Item]
    rejected: list[Match]
    states: list[tuple[str, int]]
    elsewhere: int


def report_of(notice: Notice, user: Any) -> Report:
    items = list(
        Item.objects.visible_to(user)
        .filter(campaign=notice.pk)
        .select_related("match__decided_by", "asset__model", "asset__site", "asset__department")
        .prefetch_related("events__by", "events__evidence")
    )
    rejected = Match.objects.visible_to(user).filter(notice=notice, decision=Decision.REJECTED)
    counted = dict.fromkeys(State, 0)
    for item in items:
        counted[State(item.state)] += 1
    return Report(
        notice=notice,
        campaign=getattr(notice, "campaign", None),
        tally=tallies([notice.pk], user)[notice.pk],
        items=items,
        rejected=list(rejected.select_related("asset__model", "decided_by")),
        states=[(str(state.label), count) for state, count in counted.items() if count],
        elsewhere=Item.objects.filter(campaign=notice.pk).count() - len(items),
    )
