"""How long each par level was kept, from what was ready there when: by the limits that it has today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.par.history import Kept
from assets.par.models import ParLevel
from assets.reports.charts import bars
from assets.reports.keeping import TooManyError, kept_together
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.reports.sums import bounds_of
from assets.utilisation import reports
from assets.utilisation.explaining import share
from assets.utilisation.figures import NO_TIME, Figure, Unit
from assets.utilisation.measures import withheld
from assets.utilisation.models import FleetDay

TOO_MANY = _(
    "so many levels in so long a time are not looked at once: choose a category, a unit or a shorter period"
)
NO_LEVELS = _("there is no par level of this kind")


class ParKept(Report):
    slug = "par"
    title = _("Par levels met")
    question = _("How much of the time did each unit have what it should have?")
    asks = frozenset({"category", "unit"})
    counts_by = frozenset({"least"})
    chart_columns = (_("Level"), _("At target or above"))
    tables = (
        Table(
            "levels",
            _("By level"),
            (
                Column("category", _("Category")),
                Column("unit", _("Unit")),
                Column("target", _("Target"), Kind.COUNT),
                Column("critical", _("Critical"), Kind.COUNT),
                Column("met", _("At target or above"), Kind.SHARE),
                Column("under_target", _("Under target"), Kind.SHARE),
                Column("under_critical", _("Under critical"), Kind.SHARE),
                Column("times_under_critical", _("Times under critical"), Kind.COUNT),
                Column("longest", _("Longest under critical"), Kind.SECONDS),
                Column("fewest", _("Fewest ready"), Kind.COUNT),
            ),
            _("The worst first. Each opens when it was under target, and how many were ready then."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        levels = list(levels_of(asked))
        if not levels:
            return Answer(reason=NO_LEVELS)
        begin, end = _since(asked)
        if begin is None or begin >= end:
            return Answer(reason=NO_TIME)
        try:
            kept = kept_together(levels, begin, end)
        except TooManyError:
            return Answer(reason=TOO_MANY)
        heard = _heard(asked)
        found = [_row(kept[level.pk], heard.get(level.category_id), asked) for level in levels]
        found.sort(key=_worst_first)
        known = [row for row in found if row.cells[4].value is not None]
        met = sum(row.cells[4].value for row in known) / len(known) if known else None
        bad = sum(1 for row in known if row.cells[6].value)
        return Answer(
            figures=[
                Told(
                    _("At target or above, on average of the levels"),
                    Figure(met, Unit.SHARE, "" if met is not None else found[0].cells[4].reason),
                    Kind.SHARE,
                ),
                Told(_("Levels"), len(levels), Kind.COUNT),
                Told(_("Levels that were under critical"), bad, Kind.COUNT),
            ],
            sentences=[
                gettext(
                    "Share of the time from %(begin)s to %(end)s in which so many pieces were ready in the "
                    "rooms of the unit, to "
                    "the second, by the limits of today. What was not heard counts as not ready; a "
                    "category of which less than "
                    "%(least)d %% was heard has no figure."
                )
                % {
                    "begin": _moment(begin), "end": _moment(end), "least": round(100 * asked.choice.least),
                }
            ],
            rows={"levels": found},
            chart=_chart(known),
        )  # fmt: skip

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:
        level = levels_of(asked).filter(pk=asked.of).first() if asked.of.isdecimal() else None
        begin, end = _since(asked)
        if level is None or begin is None or begin >= end:
            return None
        try:
            kept = kept_together([level], begin, end)[level.pk]
        except TooManyError:
            return None
        short = sorted(kept.below(level.target), key=lambda each: each.begin, reverse=True)
        link = reverse("par-level", args=[level.pk])
        return UNDER, [
            Row(
                (
                    each.begin,
                    each.end,
                    each.length.total_seconds(),
                    each.count,
                    gettext("Under critical") if each.count < level.critical else gettext("Under target"),
                ),
                link=link,
            )
            for each in short[:MOST_BEHIND]
        ]


MOST_BEHIND = 500
UNDER = Table(
    "behind",
    _("When it was under target"),
    (
        Column("begin", _("From"), Kind.MOMENT),
        Column("end", _("To"), Kind.MOMENT),
        Column("length", _("For"), Kind.SECONDS),
        Column("fewest", _("Fewest ready"), Kind.COUNT),
        Column("which", _("How short")),
    ),
)


def levels_of(asked: Asked) -> Any:
    """Of the unit that is asked for: its own, and those of its rooms."""
    rows = ParLevel.objects.filter(site=asked.choice.site).with_unit()
    if asked.choice.category is not None:
        rows = rows.filter(category=asked.choice.category)
    unit = asked.choice.department
    if unit is not None:
        rows = rows.filter(department=unit) | rows.filter(zone__department=unit)
    return rows


def _since(asked: Asked) -> tuple[datetime | None, datetime]:
    """The part of the period of which there are histories."""
    begin, end = bounds_of(asked.choice, asked.now)
    first = FleetDay.objects.filter(site=asked.choice.site).aggregate(first=Min("begin_s"))["first"]
    return None if first is None else max(begin, datetime.fromtimestamp(first, UTC)), end


def _heard(asked: Asked) -> dict[int, Figure]:
    """Category → how much of it was heard, at the whole site: pieces come from everywhere."""
    lines = reports.fleet(replace(asked.choice, department=None, model=None, ownership=""))
    return {line.category.pk: line.coverage for line in lines if line.category is not None}


def _row(kept: Kept, heard: Figure | None, asked: Asked) -> Row:
    level = kept.level
    under_target, under_critical = kept.percent_below_target / 100, kept.percent_below_critical / 100
    covered = None if heard is None else heard.value
    shares = [
        withheld(Figure(value, Unit.SHARE, coverage=covered), asked.choice.least)
        for value in (1 - under_target, under_target, under_critical)
    ]
    longest = max((each.length.total_seconds() for each in kept.shortfalls), default=None)
    cells = (
        str(level.category.plural), level.unit_name, level.target, level.critical, *shares, len(kept.shortfalls),
        longest, min((each.count for each in kept.stretches), default=None),
    )  # fmt: skip
    return Row(cells, key=str(level.pk))


def _worst_first(row: Row) -> tuple[float, float, str]:
    under_critical, under_target = row.cells[6].value, row.cells[5].value
    return (-(under_critical or 0), -(under_target or 0), f"{row.cells[0]} {row.cells[1]}")


def _chart(known: Sequence[Row]) -> Any:
    if not known:
        return None
    named = [(f"{row.cells[0]}, {row.cells[1]}", row.cells[4].value) for row in known]
    named.sort(key=lambda each: each[1])
    finding = gettext("Least often met: %(name)s, %(share)s of the time") % {
        "name": named[0][0], "share": share(named[0][1]),
    }  # fmt: skip
    rows = [(name, 100 * value, share(value)) for name, value in named]
    return bars(finding, rows, title=gettext("% of the time"), most=100)


def _moment(moment: datetime) -> str:
    return str(date_format(timezone.localtime(moment), "j F Y, H:i"))
