"""What people looked for with Find and did not get, and what became of what they claimed. Never who it "
"was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Category, Claim, NotHere, Search
from assets.reports.charts import bars
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.reports.sums import bounds_of
from assets.searches import write_searches
from assets.utilisation.explaining import share
from assets.utilisation.figures import Figure, Unit
from locations.models import Department

LEAST_TIMES = 3
"""Words that were looked for less often are not shown: they may be anything."""
MOST_WORDS = 100
MOST_BEHIND = 500
COUNTED = (Claim.Ending.FETCHED, Claim.Ending.RELEASED, Claim.Ending.RAN_OUT, Claim.Ending.NOT_THERE)
NO_SEARCH = _("nobody looked for it in this period")
NO_CLAIM = _("nothing was claimed and fetched in this period")


class LookedFor(Report):
    slug = "searches"
    title = _("Searches and claims")
    question = _("What did people look for and not find?")
    asks = frozenset({"category", "unit"})
    chart_columns = (_("Category"), _("Searches without anything ready"))
    tables = (
        Table(
            "categories",
            _("By category"),
            (
                Column("category", _("Category")),
                Column("searches", _("Searches"), Kind.COUNT),
                Column("not_ready", _("Nothing ready"), Kind.COUNT),
                Column("not_found", _("Nothing found"), Kind.COUNT),
                Column("share_not_ready", _("Share without anything ready"), Kind.SHARE),
            ),
            _("What the words named, or what all that was found is of. Each opens its searches."),
        ),
        Table(
            "words",
            _("Words for which nothing was found"),
            (
                Column("words", _("Words")),
                Column("searches", _("Searches"), Kind.COUNT),
                Column("last", _("Last"), Kind.MOMENT),
            ),
            _(
                "Those that were looked for three times or more, without anything that has a digit in it. "
                "A word that people "
                "use for equipment that there is belongs among the synonyms of its category."
            ),
        ),
        Table(
            "units",
            _("By unit"),
            (
                Column("unit", _("Unit")),
                Column("searches", _("Searches"), Kind.COUNT),
                Column("not_ready", _("Nothing ready"), Kind.COUNT),
                Column("not_found", _("Nothing found"), Kind.COUNT),
            ),
            _("By where people said they stood."),
        ),
        Table(
            "claims",
            _("Claims"),
            (
                Column("category", _("Category")),
                Column("claims", _("Claims"), Kind.COUNT),
                Column("fetched", _("Fetched"), Kind.COUNT),
                Column("released", _("Released"), Kind.COUNT),
                Column("ran_out", _("Ran out"), Kind.COUNT),
                Column("not_there", _("Was not there"), Kind.COUNT),
                Column("not_here", _("“Not here”, claimed or not"), Kind.COUNT),
                Column("median_fetch", _("Median time to fetch"), Kind.SECONDS),
            ),
            _("A claim still held counts as a claim alone. Each opens its claims."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        if not settings.SEARCHES_KEPT_DAYS:
            return Answer(
                reason=_("searches are not kept here (SEARCHES_KEPT_DAYS)"), rows={"claims": _claims(asked)}
            )
        write_searches(now=asked.now)
        rows = searches(asked)
        told = rows.aggregate(
            all=Count("pk"), unready=Count("pk", filter=Q(ready=0)), none=Count("pk", filter=Q(found=0))
        )
        categories = _by_category(rows)
        claims = _claims(asked)
        return Answer(
            figures=[
                Told(_("Searches"), told["all"], Kind.COUNT),
                Told(_("Nothing ready"), _share(told["unready"], told["all"]), Kind.SHARE),
                Told(_("Nothing found"), _share(told["none"], told["all"]), Kind.SHARE),
                Told(_("Claims"), sum(row.cells[1] for row in claims), Kind.COUNT),
                Told(_("Was not there"), sum(row.cells[5] for row in claims), Kind.COUNT),
            ],
            sentences=[
                gettext(
                    "A search counts once, with its last answer, when somebody has stopped typing for six "
                    "seconds. Kept for "
                    "%(days)d days, without who it was: category, unit, time and how many were found; "
                    "words only where "
                    "nothing was found and no category is meant."
                )
                % {"days": settings.SEARCHES_KEPT_DAYS}
            ],
            rows={
                "categories": categories,
                "words": _by_words(rows),
                "units": _by_unit(rows),
                "claims": claims,
            },
            chart=_chart(categories),
        )

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:
        kind, _colon, key = asked.of.partition(":")
        match kind:
            case "claims" if key.isdecimal():
                return CLAIMED, _claimed(asked, int(key))
            case "searches" if key.isdecimal():
                return SEARCHED, _searched(searches(asked).filter(category=int(key)))
            case "words" if _is_shown(asked, key):
                return SEARCHED, _searched(searches(asked).filter(words=key, found=0).exclude(words=""))
        return None


def searches(asked: Asked) -> Any:
    begin, end = bounds_of(asked.choice, asked.now)
    rows = Search.objects.filter(site=asked.choice.site, at__gte=begin, at__lt=end).order_by()
    if asked.choice.category is not None:
        rows = rows.filter(category=asked.choice.category)
    if asked.choice.department is not None:
        rows = rows.filter(unit__department=asked.choice.department)
    return rows


def _by_category(rows: Any) -> list[Row]:
    counts = (
        rows.filter(category__isnull=False)
        .values_list("category")
        .annotate(
            all=Count("pk"),
            unready=Count("pk", filter=Q(ready=0)),
            none=Count("pk", filter=Q(found=0)),
        )
    )
    names = Category.objects.in_bulk([row[0] for row in counts])
    found = [
        Row((str(names[key].plural), count, unready, none, _share(unready, count)), key=f"searches:{key}")
        for key, count, unready, none in counts
    ]
    return sorted(found, key=lambda row: (-row.cells[2], -row.cells[1], row.cells[0]))


def _by_words(rows: Any) -> list[Row]:
    counts = (
        rows.filter(found=0, category__isnull=True)
        .exclude(words="")
        .values_list("words")
        .annotate(all=Count("pk"), last=Max("at"))
        .filter(all__gte=LEAST_TIMES)
        .order_by("-all", "words")[:MOST_WORDS]
    )
    return [Row((words, count, last), key=f"words:{words}") for words, count, last in counts]


def _is_shown(asked: Asked, words: str) -> bool:
    """Rare words are not told of by asking for them, either."""
    count: int = searches(asked).filter(found=0, category__isnull=True, words=words).count()
    return count >= LEAST_TIMES


def _by_unit(rows: Any) -> list[Row]:
    counts = list(
        rows.values_list("unit__department").annotate(
            all=Count("pk"), unready=Count("pk", filter=Q(ready=0)), none=Count("pk", filter=Q(found=0))
        )
    )
    names = Department.objects.in_bulk([row[0] for row in counts if row[0] is not None])
    found = [
        Row((str(names[key]) if key in names else gettext("No unit"), count, unready, none))
        for key, count, unready, none in counts
    ]
    return sorted(found, key=lambda row: (-row.cells[1], row.cells[0]))


def claims(asked: Asked) -> Any:
    begin, end = bounds_of(asked.choice, asked.now)
    rows = Claim.objects.filter(asset__site=asked.choice.site, at__gte=begin, at__lt=end).order_by()
    if asked.choice.category is not None:
        rows = rows.filter(asset__model__category=asked.choice.category)
    if asked.choice.department is not None:
        rows = rows.filter(unit__department=asked.choice.department)
    return rows


def ending_of(ending: str, until: datetime, now: datetime) -> str:
    """What became of a claim; one that ran out stays open in the database until the next one. Empty: it "
    "is held."""
    return ending or (Claim.Ending.RAN_OUT if until <= now else "")


def _claims(asked: Asked) -> list[Row]:
    counted: dict[int, list[tuple[str, float | None]]] = {}
    rows = claims(asked).values_list("asset__model__category", "ending", "at", "ended_at", "until")
    for category, ending, at, ended_at, until in rows.iterator():
        became = ending_of(ending, until, asked.now)
        taken = (ended_at - at).total_seconds() if became == Claim.Ending.FETCHED and ended_at else None
        counted.setdefault(category, []).append((became, taken))
    missed = dict(_missed(asked).values_list("asset__model__category").annotate(all=Count("pk")))
    names = Category.objects.in_bulk(list({*counted, *missed}))
    found = []
    for key, category in names.items():
        ends = [became for became, _ in counted.get(key, [])]
        times = [taken for _, taken in counted.get(key, []) if taken is not None]
        taken = Figure(median(times), Unit.SECONDS) if times else Figure(None, Unit.SECONDS, NO_CLAIM)
        counts = (ends.count(each) for each in COUNTED)
        cells = (str(category.plural), len(ends), *counts, missed.get(key, 0), taken)
        found.append(Row(cells, key=f"claims:{key}"))
    return sorted(found, key=lambda row: (-row.cells[1], row.cells[0]))


def _missed(asked: Asked) -> Any:
    begin, end = bounds_of(asked.choice, asked.now)
    rows = NotHere.objects.filter(asset__site=asked.choice.site, at__gte=begin, at__lt=end).order_by()
    if asked.choice.category is not None:
        rows = rows.filter(asset__model__category=asked.choice.category)
    if asked.choice.department is not None:
        rows = rows.filter(unit__department=asked.choice.department)
    return rows


def _share(part: int, whole: int) -> Figure:
    return Figure(part / whole, Unit.SHARE) if whole else Figure(None, Unit.SHARE, NO_SEARCH)


def _chart(categories: Sequence[Row]) -> Any:
    wanting = [row for row in categories if row.cells[2]]
    if not wanting:
        return None
    name, count, _unready, _none, part = wanting[0].cells
    finding = gettext("Most often in vain: %(name)s, %(share)s of %(count)d searches without anything ready") % {
        "name": name, "share": share(part.value), "count": count,
    }  # fmt: skip
    return bars(
        finding,
        [(row.cells[0], row.cells[2], str(row.cells[2])) for row in wanting],
        title=gettext("searches without anything ready"),
    )


SEARCHED = Table(
    "behind",
    _("The searches that it counts"),
    (
        Column("at", _("When"), Kind.MOMENT),
        Column("unit", _("Where from")),
        Column("found", _("Found"), Kind.COUNT),
        Column("ready", _("Ready"), Kind.COUNT),
    ),
)
CLAIMED = Table(
    "behind",
    _("The claims that it counts"),
    (
        Column("asset", _("Tag")),
        Column("at", _("When"), Kind.MOMENT),
        Column("unit", _("Where from")),
        Column("ending", _("What became of it")),
        Column("length", _("After"), Kind.SECONDS),
    ),
)
ENDINGS = {
    Claim.Ending.FETCHED: _("Fetched"),
    Claim.Ending.RELEASED: _("Released"),
    Claim.Ending.RAN_OUT: _("Ran out"),
    Claim.Ending.NOT_THERE: _("Was not there"),
    "": _("Still held"),
}


def _searched(rows: Any) -> list[Row]:
    found = rows.order_by("-at").values_list("at", "unit__name", "found", "ready")[:MOST_BEHIND]
    return [Row(cells) for cells in found]


def _claimed(asked: Asked, category: int) -> list[Row]:
    rows = (
        claims(asked)
        .filter(asset__model__category=category)
        .order_by("-at")
        .values_list("asset__asset_tag", "at", "unit__name", "ending", "ended_at", "until")[:MOST_BEHIND]
    )
    found = []
    for tag, at, unit, ending, ended_at, until in rows:
        became = ending_of(ending, until, asked.now)
        over = ended_at or (until if became else None)
        cells = (tag, at, unit, ENDINGS[became], None if over is None else (over - at).total_seconds())
        found.append(Row(cells, link=reverse("asset", args=[tag])))
    return found
