"""The report of fleet size as PDF: the same sentences, figures and reasons as on the page, every assumption told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from assets.fleet.explaining import explain_pool, explain_saving, explain_tried
from assets.fleet.redistribution import MOST_MOVES
from assets.fleet.reporting import SizeReport, moment_of
from assets.fleet.saving import Assumed
from assets.paper import Styles, grid, heading, moment_words, text
from assets.utilisation import reports
from assets.utilisation.explaining import explain_size, share
from assets.utilisation.models import StaleDay
from assets.utilisation.printing import print_report, what_was_asked, whole_words
from assets.utilisation.templatetags.utilisation import duration

MOST_SHORTAGES = 30


def printed_size(report: SizeReport, *, now: datetime) -> bytes:
    """By the clock of its site."""
    choice = report.choice
    with timezone.override(ZoneInfo(choice.site.timezone)):
        fresh = reports.freshness(choice.site, StaleDay.objects)
        title = _("%(name)s: fleet size") % {"name": choice.category.plural if choice.category else ""}

        def story(styles: Styles) -> Iterable[Flowable]:
            yield from what_was_asked(choice, fresh, styles)
            yield text(explain_size(report.line), styles)
            if report.shortages is not None:
                yield from _story(report, styles)

        return print_report(title, choice, now, story)


def _story(report: SizeReport, styles: Styles) -> Iterable[Flowable]:
    yield Spacer(1, 2 * mm)
    yield text(explain_tried(report), styles)
    yield heading(_("Saving a year"), styles)
    yield text(explain_saving(report), styles)
    if report.saving is not None:
        yield _prices(report.saving.assumed, styles)
    found = report.shortages.found if report.shortages else []
    if found:
        yield heading(_("When it falls short, the worst first"), styles)
        yield _shortages(report, styles)
    if report.pool is not None:
        yield heading(_("Units that share a pool"), styles)
        yield text(explain_pool(report), styles)
        yield _pool(report, styles)
    moves = report.moves.moves[:MOST_MOVES] if report.moves else []
    if moves:
        yield heading(_("Who could lend to whom"), styles)
        yield _moves(report, styles)


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], styles: Styles
) -> Table:
    """A name, and numbers beside it."""
    return grid(headings, rows, widths, styles, numbers=[False, *[True] * (len(widths) - 1)])


def _prices(assumed: Assumed, styles: Styles) -> Table:
    rows = [
        (_("Purchase price of one"), assumed.purchase, "purchase"),
        (_("Expected life in years"), assumed.life_years, "life_years"),
        (_("Service of one, a year"), assumed.service, "service"),
        (_("Rent of one, a day"), assumed.rental, "rental"),
    ]
    return _table(
        [_("Assumed"), "", _("From")],
        [
            (name, _("not told") if value is None else f"{value:,.2f}", _source(assumed, key))
            for name, value, key in rows
        ],
        (60, 40, 40),
        styles,
    )


def _source(assumed: Assumed, name: str) -> str:
    if getattr(assumed, name) is None:
        return "–"
    return _("tried here") if name in assumed.tried else _("set for the site")


def _shortages(report: SizeReport, styles: Styles) -> Table:
    found = report.shortages.found if report.shortages else []
    worst = sorted(found, key=lambda each: (-each.lacking, -each.seconds))[:MOST_SHORTAGES]
    return _table(
        [_("From"), _("To"), _("For"), _("In use at most"), _("Lacking")],
        [
            (
                _clock(each.begin), _clock(each.end), duration(each.seconds), str(each.most), str(each.lacking)
            )
            for each in worst
        ],
        (55, 55, 30, 30, 30),
        styles,
    )  # fmt: skip


def _pool(report: SizeReport, styles: Styles) -> Table:
    pool = report.pool
    rows = [
        (
            str(line.department or _("No unit")), str(line.owned), whole_words(line.size.pieces),
            whole_words(line.size.surplus), str(line.size.needed.reason),
        )
        for line in (pool.units if pool else ())
    ]  # fmt: skip
    return _table(
        [_("Unit"), _("Assets"), _("Needed"), _("Surplus"), _("No figure, because")],
        rows,
        (60, 25, 25, 25, 100),
        styles,
    )


def _moves(report: SizeReport, styles: Styles) -> Table:
    return _table(
        [_("From"), _("To"), _("Of its shortage"), _("Of all time"), _("Pieces on average")],
        [
            (
                str(report.name(each.giver) or _("No unit")), str(report.name(each.taker) or _("No unit")),
                share(each.of_short), share(each.of_time), f"{each.pieces:.1f}",
            )
            for each in (report.moves.moves[:MOST_MOVES] if report.moves else ())
        ],
        (60, 60, 35, 35, 35),
        styles,
    )  # fmt: skip


def _clock(seconds: int) -> str:
    return moment_words(moment_of(seconds))
