"""Rented equipment, and the days on which a piece of the hospital's own could have been used instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from assets.reports.charts import bars
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.reports.sums import AVAILABLE, UNKNOWN, by_day
from assets.utilisation.figures import NO_TIME, Figure, Unit
from assets.utilisation.models import SECONDS, FleetDay
from assets.utilisation.packing import Numbers
from assets.utilisation.reports import Choice

DAY_S = 86_400
NO_RENTALS = _("nothing rented counts in this period")
NO_RATE = _("no daily rate is entered")


@dataclass(frozen=True)
class Rental:
    """One rented piece: on which days it was on site, and on which of those one of the hospital's own was ready.

    ``ready`` is how many of those were so on average, of the hours of the days that could have been spared.
    """

    asset: Asset
    days: Sequence[date]
    avoidable: Sequence[date]
    ready: float | None

    @property
    def cost(self) -> Decimal | None:
        rate = self.asset.day_rate
        return None if rate is None else rate * len(self.days)

    @property
    def avoidable_cost(self) -> Decimal | None:
        rate = self.asset.day_rate
        return None if rate is None else rate * len(self.avoidable)


def rentals(choice: Choice) -> list[Rental]:
    """Those that were on site on any day of the period, the most avoidable days first.

    On site is what was heard at all on that day. By the definition an owned piece that was ready at any time of the day
    is enough. The unit narrows what is rented, not what could stand in for it: that may come from the whole site.
    """
    rented = _owned_as(choice, Asset.Ownership.RENTED)
    there: dict[int, list[tuple[int, date]]] = defaultdict(list)
    narrowed = replace(choice, ownership="", model=None)
    for category, day, table in by_day(narrowed):
        for asset in _heard(table[np.isin(table[:, 0], rented)]):
            there[asset].append((category, day))
    if not there:
        return []
    ready = _owned_ready(choice, {category for days in there.values() for category, _ in days})
    found = Asset.objects.select_related("model__category", "department").in_bulk(list(there))
    lines = [_rental(found[key], days, ready) for key, days in there.items() if key in found]
    return sorted(lines, key=lambda each: (-len(each.avoidable), -len(each.days), each.asset.asset_tag))


def _rental(asset: Asset, days: Iterable[tuple[int, date]], ready: dict[tuple[int, date], float]) -> Rental:
    spared = sorted((day, ready[category, day]) for category, day in days if (category, day) in ready)
    mean = sum(pieces for _, pieces in spared) / len(spared) if spared else None
    return Rental(asset, sorted(day for _, day in days), [day for day, _ in spared], mean)


def _owned_ready(choice: Choice, categories: Iterable[int]) -> dict[tuple[int, date], float]:
    """Category and day → how many of the hospital's own were ready, on average of its hours; where any "
    "was at all."""
    owned = _owned_as(replace(choice, model=None), Asset.Ownership.OWNED)
    wanted = set(categories)
    seconds: dict[tuple[int, date], int] = defaultdict(int)
    for category, day, table in by_day(replace(choice, department=None, ownership="", model=None)):
        if category in wanted:
            own = table[np.isin(table[:, 0], owned)]
            seconds[category, day] += int(own[:, 1 + AVAILABLE].sum())
    return {key: value / DAY_S for key, value in seconds.items() if value}


def _owned_as(choice: Choice, ownership: str) -> Numbers:
    """By what the register says now."""
    rows = Asset.objects.filter(ownership=ownership).order_by()
    if choice.model is not None:
        rows = rows.filter(model=choice.model)
    return np.array(sorted(rows.values_list("pk", flat=True)), dtype=np.int64)


def _heard(table: Numbers) -> list[int]:
    known = table[:, 1 : 1 + len(SECONDS)].sum(axis=1) - table[:, 1 + UNKNOWN]
    heard: list[int] = table[known > 0][:, 0].tolist()
    return heard


class Rentals(Report):
    slug = "rentals"
    title = _("Rentals")
    question = _("What is rented, and on how many days would one of the hospital's own have done?")
    asks = frozenset({"category", "unit", "model"})
    chart_columns = (_("Category"), _("Avoidable rental days"))
    tables = (
        Table(
            "rentals",
            _("Rented pieces"),
            (
                Column("asset", _("Tag")),
                Column("model", _("Model")),
                Column("unit", _("Unit")),
                Column("days", _("Days on site"), Kind.COUNT),
                Column("avoidable", _("Avoidable days"), Kind.COUNT),
                Column("share", _("Share avoidable"), Kind.SHARE),
                Column("ready", _("Own pieces ready meanwhile"), Kind.NUMBER),
                Column("rate", _("Daily rate"), Kind.MONEY),
                Column("cost", _("Cost"), Kind.MONEY),
                Column("avoidable_cost", _("Avoidable cost"), Kind.MONEY),
            ),
            _("The most avoidable days first. Each opens those days."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        lines = rentals(asked.choice)
        if not lines:
            choice = asked.choice
            days_rolled = FleetDay.objects.filter(site=choice.site).within(choice.first, choice.last)
            return Answer(reason=NO_RENTALS if days_rolled.exists() else NO_TIME)
        days, avoidable = (sum(len(getattr(each, name)) for each in lines) for name in ("days", "avoidable"))
        priced = [each for each in lines if each.cost is not None]
        cost, saved = (
            sum((getattr(each, name) for each in priced), Decimal(0)) if priced else Figure(None, Unit.PIECES, NO_RATE)
            for name in ("cost", "avoidable_cost")
        )  # fmt: skip
        return Answer(
            figures=[
                Told(_("Rental days"), days, Kind.COUNT),
                Told(_("Avoidable rental days"), avoidable, Kind.COUNT),
                Told(_("Share avoidable"), Figure(avoidable / days, Unit.SHARE), Kind.SHARE),
                Told(_("Cost"), cost, Kind.MONEY),
                Told(_("Avoidable cost"), saved, Kind.MONEY),
            ],
            sentences=[
                gettext(
                    "A rental day is a day on which something was heard of a rented piece here. It was "
                    "avoidable if at least one "
                    "owned piece of the same category was ready at the same site at any time of that day; "
                    "how many of them were "
                    "so on average says how safely it could have been spared. Priced at the daily rate of "
                    "each, which is "
                    "entered of %(priced)d of %(all)d; in the hospital's currency. What is rented is what "
                    "the register says now."
                )
                % {"priced": len(priced), "all": len(lines)}
            ],
            rows={"rentals": [_row(each) for each in lines]},
            chart=_chart(lines),
        )

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:
        chosen = [each for each in rentals(asked.choice) if each.asset.asset_tag == asked.of]
        if not chosen:
            return None
        rental = chosen[0]
        ready = _owned_ready(asked.choice, [rental.asset.model.category_id])
        rows = []
        for day in reversed(rental.days):
            pieces = ready.get((rental.asset.model.category_id, day), 0.0)
            one_day = replace(asked.choice, first=day, last=day)
            words = gettext("avoidable") if day in set(rental.avoidable) else gettext("needed")
            rows.append(Row((day.isoformat(), words, pieces), link=_fleet_on(rental.asset, one_day)))
        return DAYS, rows


DAYS = Table(
    "behind",
    _("The days that it counts"),
    (
        Column("day", _("Day")),
        Column("avoidable", _("Was it avoidable?")),
        Column("ready", _("Own pieces ready, on average"), Kind.NUMBER),
    ),
)


def _fleet_on(asset: Asset, choice: Choice) -> str:
    """The owned pieces of that day, with what each did."""
    category = reverse("utilisation-fleet", args=[asset.model.category.slug])
    site, day = choice.site.slug, choice.first.isoformat()
    return f"{category}?site={site}&from={day}&to={day}&ownership=owned"


def _row(each: Rental) -> Row:
    no_rate = Figure(None, Unit.PIECES, NO_RATE)
    cells = (
        each.asset.asset_tag, str(each.asset.model), each.asset.department and str(each.asset.department),
        len(each.days), len(each.avoidable), Figure(len(each.avoidable) / len(each.days), Unit.SHARE), each.ready,
        no_rate if each.asset.day_rate is None else each.asset.day_rate,
        no_rate if each.cost is None else each.cost, no_rate if each.avoidable_cost is None else each.avoidable_cost,
    )  # fmt: skip
    return Row(cells, key=each.asset.asset_tag)


def _chart(lines: Sequence[Rental]) -> Any:
    counted: dict[str, int] = defaultdict(int)
    for each in lines:
        counted[str(each.asset.model.category.plural)] += len(each.avoidable)
    ordered = sorted(((name, count) for name, count in counted.items() if count), key=lambda each: -each[1])
    if not ordered:
        return None
    finding = gettext("Most avoidable rental days: %(name)s, %(count)d") % {
        "name": ordered[0][0], "count": ordered[0][1],
    }  # fmt: skip
    rows = [(name, count, str(count)) for name, count in ordered]
    return bars(finding, rows, title=gettext("avoidable rental days"))
