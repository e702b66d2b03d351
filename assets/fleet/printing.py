"""The report of fleet size as PDF: the same sentences, figures and reasons as on the page, every assumption told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from assets.fleet.explaining import explain_pool, explain_saving, explain_tried
from assets.fleet.redistribution import MOST_MOVES
from assets.fleet.reporting import SizeReport, moment_of
from assets.fleet.saving import Assumed
from assets.utilisation import reports
from assets.utilisation.explaining import explain_size, share
from assets.utilisation.models import StaleDay
from assets.utilisation.printing import Styles, _asked, _cell, _grid, _printed, _text, _whole
from assets.utilisation.templatetags.utilisation import duration

MOST_SHORTAGES = 30


def printed_size(report: SizeReport, *, now: datetime) -> bytes:
    """By the clock of its site."""
    choice = report.choice
    with timezone.override(ZoneInfo(choice.site.timezone)):
        fresh = reports.freshness(choice.site, StaleDay.objects)
        title = _("%(name)s: fleet size") % {"name": choice.category.plural if choice.category else ""}

        def story(styles: Styles) -> Iterable[Flowable]:
            yield from _asked(choice, fresh, styles)
            yield _text(explain_size(report.line), styles)
            if report.shortages is not None:
                yield from _story(report, styles)

        return _printed(title, choice, now, story)


def _story(report: SizeReport, styles: Styles) -> Iterable[Flowable]:
    yield Spacer(1, 2 * mm)
    yield _text(explain_tried(report), styles)
    yield _head(_("Saving a year"), styles)
    yield _text(explain_saving(report), styles)
    if report.saving is not None:
        yield _prices(report.saving.assumed, styles)
    found = report.shortages.found if report.shortages else []
    if found:
        yield _head(_("When it falls short, the worst first"), styles)
        yield _shortages(report, styles)
    if report.pool is not None:
        yield _head(_("Units that share a pool"), styles)
        yield _text(explain_pool(report), styles)
        yield _pool(report, styles)
    moves = report.moves.moves[:MOST_MOVES] if report.moves else []
    if moves:
        yield _head(_("Who could lend to whom"), styles)
        yield _moves(report, styles)


def _head(words: str, styles: Styles) -> Paragraph:
    return Paragraph(words, styles["head"])


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], styles: Styles
) -> Table:
    body = [
        [_cell(row[0], styles["cell"]), *(_cell(word, styles["number"]) for word in row[1:])] for row in rows
    ]
    found = _grid(headings, body, widths, styles)
    found.hAlign = "LEFT"
    return found


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
            str(line.department or _("No unit")), str(line.owned), _whole(line.size.pieces), _whole(line.size.surplus),
            str(line.size.needed.reason),
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
    return date_format(timezone.localtime(moment_of(seconds)), "j F Y, H:i")
