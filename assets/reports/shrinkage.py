"""What went missing of a fleet: retired unfound, or not heard for long and searched for in vain; by count "
"and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.measures.models import Purchase
from assets.models import ActivityInterval, Asset, Category, LocateAttempt
from assets.reports.charts import bars
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.reports.sums import bounds_of, by_day
from assets.utilisation.figures import NO_ASSETS, NO_TIME, Figure, Unit
from assets.utilisation.models import FleetDay
from assets.words import Activity

SEARCHED_WITHIN = timedelta(days=365)
"""How long before it was retired the search may lie that did not find it."""
NO_VALUE = _("no acquisition cost is entered")
SOME_UNPRICED = _("of a missing piece no acquisition cost is entered")


@dataclass(frozen=True)
class Missing:
    """One piece: when it was heard last, when it was looked for last, and when it was retired."""

    asset: Asset
    heard_at: datetime | None
    searched_at: datetime
    cost: Decimal | None


@dataclass(frozen=True)
class Fleet:
    """A category at the begin of the period: how many pieces, and the cost of those of which it is known."""

    category: Category
    opening: int
    lost: Sequence[Missing]
    opening_value: Decimal
    priced: int

    @property
    def by_count(self) -> Figure:
        if not self.opening:
            return Figure(None, Unit.SHARE, NO_ASSETS)
        return Figure(len(self.lost) / self.opening, Unit.SHARE)

    @property
    def lost_value(self) -> Decimal | Figure:
        """Nothing where it would leave a missing piece out."""
        costs = [each.cost for each in self.lost if each.cost is not None]
        if not self.priced:
            return Figure(None, Unit.PIECES, NO_VALUE)
        return (
            sum(costs, Decimal(0))
            if len(costs) == len(self.lost)
            else Figure(None, Unit.PIECES, SOME_UNPRICED)
        )

    @property
    def by_value(self) -> Figure:
        if not self.opening_value:
            return Figure(None, Unit.SHARE, NO_VALUE)
        lost = self.lost_value
        if isinstance(lost, Figure):
            return Figure(None, Unit.SHARE, lost.reason)
        return Figure(float(lost / self.opening_value), Unit.SHARE)


def opening_fleets(asked: Asked) -> tuple[datetime | None, dict[int, set[int]]]:
    """When the period begins, and category → what counted on the first of its days that is rolled up."""
    choice = asked.choice
    rows = FleetDay.objects.filter(site=choice.site).within(choice.first, choice.last)
    first = rows.order_by("day").values_list("day", "begin_s").first()
    if first is None:
        return None, {}
    fleets: dict[int, set[int]] = {}
    for category, _day, table in by_day(replace(choice, first=first[0], last=first[0])):
        fleets.setdefault(category, set()).update(table[:, 0].tolist())
    return datetime.fromtimestamp(first[1], UTC), fleets


def missing(ids: set[int], begin: datetime, end: datetime, days: int) -> list[Missing]:
    """Which of these went missing by ``end``: the last search before was in vain, and they were retired in the period
    after it, or nothing was heard of them for more than so many days. What was missing at ``begin`` is not counted
    again."""
    tries = LocateAttempt.objects.filter(asset=OuterRef("pk"), at__lt=end).order_by("-at", "-pk")
    searched = (
        Asset.objects.annotate(
            outcome=Subquery(tries.values("outcome")[:1]), searched=Subquery(tries.values("at")[:1])
        )
        .filter(outcome=LocateAttempt.Outcome.NOT_FOUND)
        .filter(Q(retired_at__isnull=True) | Q(retired_at__gte=begin))
        .select_related("model__category", "department", "purchase")
        .order_by("asset_tag")
    )
    candidates = [asset for asset in searched if asset.pk in ids]
    heard = _last_heard([asset.pk for asset in candidates], end)
    was_heard = _last_heard([asset.pk for asset in candidates], begin)
    limit = timedelta(days=days)
    found = []
    for asset in candidates:
        at = heard.get(asset.pk)
        is_retired = asset.retired_at is not None and asset.retired_at < end
        is_retired_unfound = (
            is_retired and asset.retired_at is not None and asset.searched >= asset.retired_at - SEARCHED_WITHIN
            and asset.searched < asset.retired_at and (at is None or at <= asset.searched)
        )  # fmt: skip
        is_silent = (
            not is_retired and (at is None or end - at > limit) and (at is None or at <= asset.searched)
        )
        was_missing = _was_missing(asset, was_heard.get(asset.pk), begin, limit)
        if (is_retired_unfound or is_silent) and not was_missing:
            cost = asset.purchase.cost if hasattr(asset, "purchase") else None
            found.append(Missing(asset, at, asset.searched, cost))
    return found


def _was_missing(asset: Any, heard_at: datetime | None, begin: datetime, limit: timedelta) -> bool:
    """At the begin of the period already: silent for long, and searched for in vain by then."""
    is_silent = heard_at is None or begin - heard_at > limit
    if not is_silent:
        return False
    tries = (
        asset.locate_attempts.filter(at__lt=begin).order_by("-at", "-pk").values_list("outcome", "at").first()
    )
    if tries is None or tries[0] != LocateAttempt.Outcome.NOT_FOUND:
        return False
    return heard_at is None or heard_at <= tries[1]


def _last_heard(ids: Sequence[int], by: datetime) -> dict[int, datetime]:
    """Asset → until when, up to ``by``, it did anything but be silent."""
    rows = (
        ActivityInterval.objects.filter(asset__in=ids, begin__lt=by)
        .exclude(activity=Activity.UNKNOWN)
        .order_by()
        .values_list("asset")
        .annotate(last=Max(Coalesce("end", by)))
    )
    return {asset: min(last, by) for asset, last in rows}


class Shrinkage(Report):
    slug = "shrinkage"
    title = _("Shrinkage")
    question = _("How much of the fleet went missing, and what was it worth?")
    asks = frozenset({"category", "unit", "model", "ownership", "missing"})
    chart_columns = (_("Category"), _("Missing"))
    tables = (
        Table(
            "fleets",
            _("By category"),
            (
                Column("category", _("Category")),
                Column("opening", _("Opening fleet"), Kind.COUNT),
                Column("missing", _("Missing"), Kind.COUNT),
                Column("by_count", _("By count"), Kind.SHARE),
                Column("value_missing", _("Cost of those"), Kind.MONEY),
                Column("value_opening", _("Cost of the opening fleet"), Kind.MONEY),
                Column("by_value", _("By value"), Kind.SHARE),
                Column("priced", _("Cost known of"), Kind.COUNT),
            ),
            _("Those of which any piece is missing first. Each opens its missing pieces."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        fleets = fleets_of(asked)
        if fleets is None:
            return Answer(reason=NO_TIME)
        if not fleets:
            return Answer(reason=NO_ASSETS)
        whole = Fleet(
            fleets[0].category,
            sum(fleet.opening for fleet in fleets),
            [each for fleet in fleets for each in fleet.lost],
            sum((fleet.opening_value for fleet in fleets), Decimal(0)),
            sum(fleet.priced for fleet in fleets),
        )
        return Answer(
            figures=[
                Told(_("Missing"), len(whole.lost), Kind.COUNT),
                Told(_("Opening fleet"), whole.opening, Kind.COUNT),
                Told(_("By count"), whole.by_count, Kind.SHARE),
                Told(_("By value"), whole.by_value, Kind.SHARE),
                Told(_("Cost of those"), whole.lost_value, Kind.MONEY),
            ],
            sentences=[
                gettext(
                    "Missing in the period / what counted on its first day. Missing is what was searched for in vain, "
                    "not found or heard of since, and then retired, or not heard of for more than %(days)d days at "
                    "the end; what was missing at the begin is not counted again. Value is acquisition cost, known of "
                    "%(priced)d of %(opening)d pieces: of the others nothing is in either side of “by value”."
                )
                % {"days": asked.missing_days, "priced": whole.priced, "opening": whole.opening}
            ],
            rows={"fleets": [_row(fleet) for fleet in fleets]},
            chart=_chart(fleets),
        )  # fmt: skip

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:
        chosen = [fleet for fleet in fleets_of(asked) or [] if str(fleet.category.pk) == asked.of]
        if not chosen:
            return None
        return MISSED, [
            Row(
                (
                    each.asset.asset_tag, str(each.asset.model), each.asset.department and str(each.asset.department),
                    each.heard_at, each.searched_at, each.asset.retired_at, each.cost,
                ),
                link=reverse("asset", args=[each.asset.asset_tag]),
            )
            for each in chosen[0].lost
        ]  # fmt: skip


MISSED = Table(
    "behind",
    _("The missing pieces"),
    (
        Column("asset", _("Tag")),
        Column("model", _("Model")),
        Column("unit", _("Unit")),
        Column("heard", _("Last heard"), Kind.MOMENT),
        Column("searched", _("Last searched for"), Kind.MOMENT),
        Column("retired", _("Retired"), Kind.MOMENT),
        Column("cost", _("Acquisition cost"), Kind.MONEY),
    ),
)


def fleets_of(asked: Asked) -> list[Fleet] | None:
    """Those of which most is missing first; none where nothing is rolled up."""
    begin, opening = opening_fleets(asked)
    if begin is None:
        return None
    _, end = bounds_of(asked.choice, asked.now)
    everybody = set().union(*opening.values())
    lost: dict[int, list[Missing]] = {}
    place = {asset: category for category, ids in opening.items() for asset in ids}
    for each in missing(everybody, begin, end, asked.missing_days):
        lost.setdefault(place[each.asset.pk], []).append(each)
    names = Category.objects.in_bulk(list(opening))
    values = _values(opening)
    fleets = [
        Fleet(names[key], len(ids), lost.get(key, []), *values.get(key, (Decimal(0), 0)))
        for key, ids in opening.items()
        if key in names
    ]
    return sorted(fleets, key=lambda fleet: (-len(fleet.lost), str(fleet.category)))


def _values(opening: Mapping[int, set[int]]) -> dict[int, tuple[Decimal, int]]:
    """Category → cost of those of its pieces of which it is known, and how many that are."""
    costs = dict(Purchase.objects.filter(cost__isnull=False).values_list("asset", "cost"))
    found = {}
    for category, ids in opening.items():
        known = [cost for asset in ids if (cost := costs.get(asset)) is not None]
        found[category] = (sum(known, Decimal(0)), len(known))
    return found


def _row(fleet: Fleet) -> Row:
    cells = (
        str(fleet.category.plural), fleet.opening, len(fleet.lost), fleet.by_count,
        fleet.lost_value, fleet.opening_value if fleet.priced else None,
        fleet.by_value, fleet.priced,
    )  # fmt: skip
    return Row(cells, key=str(fleet.category.pk))


def _chart(fleets: Sequence[Fleet]) -> Any:
    wanting = [fleet for fleet in fleets if fleet.lost]
    if not wanting:
        return None
    finding = gettext("Most is missing of: %(name)s, %(count)d of %(opening)d") % {
        "name": wanting[0].category.plural, "count": len(wanting[0].lost), "opening": wanting[0].opening,
    }  # fmt: skip
    rows = [(str(fleet.category.plural), len(fleet.lost), str(len(fleet.lost))) for fleet in wanting]
    return bars(finding, rows, title=gettext("missing pieces"))
