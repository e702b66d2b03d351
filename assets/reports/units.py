"""The units of a site compared by one category: who uses what it has, who holds idle pieces."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.reports.charts import bars
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.utilisation import reports
from assets.utilisation.explaining import share
from assets.utilisation.reports import IDLE_DAYS, Choice, UnitLine


class Units(Report):
    slug = "units"
    title = _("Units compared")
    question = _("Which unit uses what it has, and where do pieces lie idle?")
    asks = frozenset({"model", "ownership"})
    counts_by = frozenset({"basis", "policy", "hours", "least"})
    wants_category = True
    chart_columns = (_("Unit"), _("Average use"))
    tables = (
        Table(
            "units",
            _("By unit"),
            (
                Column("unit", _("Unit")),
                Column("assets", _("Assets"), Kind.COUNT),
                Column("average", _("Average use"), Kind.SHARE),
                Column("peak", _("Peak"), Kind.COUNT),
                Column("p95", _("95th percentile"), Kind.COUNT),
                Column("p95_of_fleet", _("95th percentile of its pieces"), Kind.SHARE),
                Column("coverage", _("Coverage"), Kind.SHARE),
                Column("idle", _("Idle"), Kind.COUNT),
            ),
            _("Each unit opens its fleet: the figures, how they came about, and the equipment behind them."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        choice = asked.choice
        lines = reports.units(choice)
        idle = Counter(line.asset.department_id for line in reports.idle_list(choice, now=asked.now))
        known = sorted(
            (line for line in lines if line.average.value is not None),
            key=lambda line: -(line.average.value or 0),
        )
        if not lines:
            return Answer(reason=reports.whole(choice).average.reason)
        whole = reports.whole(choice)
        finding = _finding(known, choice)
        return Answer(
            figures=[
                Told(_("Whole site"), whole.average, Kind.SHARE),
                Told(_("Units"), len([line for line in lines if line.department is not None]), Kind.COUNT),
                Told(_("Assets"), whole.owned, Kind.COUNT),
                Told(_("Idle"), sum(idle.values()), Kind.COUNT),
            ],
            sentences=[
                gettext(
                    "Each unit by the pieces that belong to it, as on the page of the fleet: average = "
                    "time in use / "
                    "time that was heard; a unit of which less than %(least)d %% was heard has no figure. "
                    "Idle: owned, "
                    "heard, in order, and not in use now and for more than %(days)d days."
                )
                % {"least": round(100 * choice.least), "days": IDLE_DAYS}
            ],
            rows={
                "units": [_row(line, idle[line.department.pk if line.department else None]) for line in lines]
            },
            chart=bars(
                finding,
                [
                    (unit_name(line), 100 * (line.average.value or 0), share(line.average.value or 0))
                    for line in known
                ],
                title=gettext("% of the time that was heard"),
                most=100,
                mark=None if whole.average.value is None else 100 * whole.average.value,
            ),
        )


def unit_name(line: UnitLine) -> str:
    return str(line.department) if line.department else gettext("No unit")


def _row(line: UnitLine, idle: int) -> Row:
    share_of_fleet = None if line.p95.value is None or not line.owned else line.p95.value / line.owned
    cells = (
        unit_name(line), line.owned, line.average, line.peak, line.p95, share_of_fleet, line.coverage, idle,
    )  # fmt: skip
    return Row(cells, link=_fleet_of(line))


def _fleet_of(line: UnitLine) -> str:
    """The report of that unit's fleet, by the same filters."""
    choice = line.choice
    if line.department is None or choice.category is None:
        return ""
    asked = {
        "site": choice.site.slug, "from": choice.first, "to": choice.last, "unit": line.department.code,
        "basis": choice.basis, "policy": choice.policy, "hours": choice.clock, "least": round(100 * choice.least),
        **({"model": choice.model.pk} if choice.model else {}),
        **({"ownership": choice.ownership} if choice.ownership else {}),
    }  # fmt: skip
    return f"{reverse('utilisation-fleet', args=[choice.category.slug])}?{urlencode(asked)}"


def _finding(known: list[UnitLine], choice: Choice) -> str:
    if not known:
        return gettext("No unit has a figure in this period")
    most, least = known[0], known[-1]
    told = {
        "most": unit_name(most),
        "most_share": share(most.average.value or 0),
        "least": unit_name(least),
        "least_share": share(least.average.value or 0),
        "name": choice.category.plural if choice.category else "",
    }
    if most is least:
        return gettext("%(name)s: %(most)s, %(most_share)s") % told
    return (
        gettext("%(name)s: most used in %(most)s (%(most_share)s), least in %(least)s (%(least_share)s)")
        % told
    )
