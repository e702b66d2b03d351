"""The report of fleet size: everything that one page, file or answer of the API tells, computed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils.functional import Promise

from assets.fleet.forms import Question
from assets.fleet.pooling import Pool, Together, pool_of
from assets.fleet.redistribution import Moves, moves_between
from assets.fleet.saving import Saving, assumed
from assets.fleet.shortages import Shortages, Size, UnitShort, WhoUses, size_of
from assets.fleet.steps import Unit, days_of, walk
from assets.models import Asset
from assets.utilisation import reports
from assets.utilisation.calendars import calendar_of
from assets.utilisation.figures import UseBasis
from assets.utilisation.membership import members_of
from assets.utilisation.models import RolledUntil
from assets.utilisation.patterns import TooManyError
from assets.utilisation.reports import Choice, Line, UnitLine
from assets.utilisation.rolling import CONFIRMED, OPEN, PRESUMED
from assets.utilisation.selecting import TOO_MANY, chosen_assets
from assets.utilisation.sources import read_intervals
from locations.models import Department


@dataclass(frozen=True)
class SizeReport:
    """``size`` is what is tried, or the fleet size; where that has no figure ``reason`` says why, and the rest is
    empty."""

    question: Question
    line: Line
    size: Size | None = None
    shortages: Shortages | None = None
    who: Sequence[UnitShort] = ()
    pool: Pool | None = None
    moves: Moves | None = None
    left_out: Sequence[UnitLine] = ()
    """Units that have no figure, so that nothing is said of what they need or could give."""
    saving: Saving | None = None
    names: dict[Unit, Department] | None = None

    @property
    def choice(self) -> Choice:
        return self.question.choice

    @property
    def reason(self) -> str | Promise:
        return self.line.size.needed.reason

    @property
    def is_tried(self) -> bool:
        return self.question.pieces is not None

    def name(self, unit: Unit) -> Department | None:
        return (self.names or {}).get(unit)


def size_report(question: Question) -> SizeReport:
    """Of one category, in a unit or the whole site; pools and moves are of the units of the whole site."""
    choice = question.choice
    line = reports.whole(choice)
    if line.size.pieces is None:
        return SizeReport(question, line)
    size = size_of(line, line.size.pieces if question.pieces is None else question.pieces)
    everywhere = replace(choice, department=None)
    lines = reports.units(everywhere)
    chosen = {each.pk for each in question.pool}
    sharing = [each for each in lines if not chosen or (each.department and each.department.pk in chosen)]
    shortages, who = Shortages(size.capacity), WhoUses(size.capacity)
    together = Together(frozenset(each.department.pk if each.department else None for each in sharing))
    moves = moves_between(lines, choice.buffer)
    try:
        if choice.department is None:
            walk(days_of(choice), shortages, who, together, moves)
        else:
            walk(days_of(choice), shortages, who)
            walk(days_of(everywhere), together, moves)
    except (
        TooManyError
    ):  # a narrowed fleet that has a size was counted already: the whole site may be too large
        return SizeReport(question, line, size)
    return SizeReport(
        question,
        line,
        size,
        shortages,
        who.lines,
        pool_of(everywhere, sharing, together.levels),
        moves,
        [each for each in lines if each.size.pieces is None],
        Saving(
            assumed(choice, question.prices),
            line.owned - size.pieces,
            shortages.piece_days,
            line.found.length,
        ),
        {each.department.pk: each.department for each in lines if each.department},
    )


def in_use_at(choice: Choice, moment: datetime) -> list[Asset]:
    """What of a fleet was in use at a moment, by tag: as roll-ups count it, in whole seconds."""
    calendar, at = calendar_of(choice.site.pk), int(moment.timestamp())
    until = RolledUntil.objects.filter(site=choice.site).values_list("until_s", flat=True).first() or 0
    only = set(chosen_assets(choice).tolist()) if choice.is_narrowed else None
    if choice.category is None or at >= until:
        return []
    assets = sorted(
        each.asset
        for _, each in members_of(choice.site.pk, [choice.category.pk], calendar, at)
        if each.begin <= at < each.end
        and (only is None or each.asset in only)
        and (choice.department is None or each.department == choice.department.pk)
    )
    rows = read_intervals(assets, at, at + 1)
    most = CONFIRMED if choice.basis is UseBasis.CONFIRMED else PRESUMED
    latest = {
        asset: (end, what)
        for asset, end, what in zip(rows.asset.tolist(), rows.end.tolist(), rows.what.tolist(), strict=True)
    }  # of each asset the last one that has begun
    used = [asset for asset, (end, what) in latest.items() if what <= most and (end == OPEN or end > at)]
    found = Asset.objects.filter(pk__in=used).select_related("model__category", "department")
    return list(found.order_by("asset_tag"))


def moment_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


__all__ = ["TOO_MANY", "SizeReport", "in_use_at", "moment_of", "size_report"]
