"""Reports of utilisation as PDF: the same figures and reasons as on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from assets.paper import ACROSS, Cell, Styles, grid, heading, moment_words, print_document, text, title
from assets.utilisation import reports
from assets.utilisation.explaining import explain, explain_size
from assets.utilisation.figures import Figure
from assets.utilisation.models import StaleDay
from assets.utilisation.reports import AssetLine, CategoryLine, Choice, Freshness, Line, UnitLine
from assets.utilisation.templatetags.utilisation import told

MARGIN = 14 * mm
BAR = 20 * mm, 2.6 * mm
MOST_ASSETS = 500


def printed(choice: Choice, *, now: datetime) -> bytes:
    """The report that is asked for: of one category, or the overview. By the clock of its site."""
    with timezone.override(ZoneInfo(choice.site.timezone)):
        fresh = reports.freshness(choice.site, StaleDay.objects)
        if choice.category is None:
            return print_overview(reports.fleet(choice), choice, fresh, now=now)
        line, units, assets = reports.whole(choice), reports.units(choice), reports.assets(choice)
        return print_fleet(line, units, assets, choice, fresh, now=now)


def print_overview(
    lines: Sequence[CategoryLine], choice: Choice, fresh: Freshness, *, now: datetime
) -> bytes:
    """Every category in one table."""
    rows = [(line.category.plural if line.category else "", line) for line in lines]
    return print_report(
        _("Utilisation"),
        choice,
        now,
        lambda styles: [
            *what_was_asked(choice, fresh, styles),
            _figures(_("Category"), rows, styles)
            if rows
            else text(_("No equipment counts in this period"), styles),
        ],
    )


def print_fleet(
    line: Line,
    units: Sequence[UnitLine],
    assets: Sequence[AssetLine],
    choice: Choice,
    fresh: Freshness,
    *,
    now: datetime,
) -> bytes:
    """One category: how its figures came about, by unit, and the equipment behind them."""
    named = [(str(unit.department or _("No unit")), unit) for unit in units]

    def story(styles: Styles) -> Iterable[Flowable]:
        yield from what_was_asked(choice, fresh, styles)
        yield text(explain(line), styles)
        yield Spacer(1, 2 * mm)
        yield text(explain_size(line), styles)
        yield Spacer(1, 3 * mm)
        yield _figures(_("Unit"), [(_("All"), line), *named], styles)
        if assets:
            yield heading(_("The equipment behind these figures"), styles)
            yield _equipment(assets[:MOST_ASSETS], styles)
        if len(assets) > MOST_ASSETS:
            yield text(_("%(count)d more are in the file.") % {"count": len(assets) - MOST_ASSETS}, styles)

    return print_report(str(choice.category.plural if choice.category else ""), choice, now, story)


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Words under headings; of each column whether it is numbers, and how wide it is beside the others."""

    title: str
    note: str
    headings: Sequence[str]
    is_number: Sequence[bool]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]


def print_tables(
    words: str,
    choice: Choice,
    sentences: Sequence[str],
    tables: Sequence[PrintedTable],
    *,
    now: datetime,
) -> bytes:
    """Sentences and tables under a title, each table over the whole width of the page."""
    fresh = reports.freshness(choice.site, StaleDay.objects)

    def story(styles: Styles) -> Iterable[Flowable]:
        yield from what_was_asked(choice, fresh, styles)
        for sentence in sentences:
            yield text(sentence, styles)
            yield Spacer(1, 2 * mm)
        for table in tables:
            yield heading(table.title, styles)
            if table.note:
                yield text(table.note, styles)
                yield Spacer(1, 2 * mm)
            room = (ACROSS[0] - 2 * MARGIN) / mm / sum(table.widths)
            widths = [room * width for width in table.widths]
            yield grid(table.headings, table.rows, widths, styles, numbers=table.is_number)

    with timezone.override(ZoneInfo(choice.site.timezone)):
        return print_report(words, choice, now, story)


def print_report(
    words: str, choice: Choice, now: datetime, story: Callable[[Styles], Iterable[Flowable]]
) -> bytes:
    """A report under its title, with the site and when it was computed at the foot of each page."""
    foot = _("%(site)s · computed %(moment)s") % {"site": choice.site, "moment": moment_words(now)}

    def whole(styles: Styles) -> Iterable[Flowable]:
        yield title(f"{choice.site}: {words}", styles)
        yield from story(styles)

    return print_document(words, whole, foot=foot, page=ACROSS, margin=MARGIN)


def what_was_asked(choice: Choice, fresh: Freshness, styles: Styles) -> Iterable[Flowable]:
    """Period, basis, policy, and up to when there are figures."""
    told_of = [
        str(choice.department or choice.site),
        f"{date_format(choice.first, 'j F Y')} – {date_format(choice.last, 'j F Y')}",
        *([str(choice.model)] if choice.model else []),
        *([choice.owned_as] if choice.ownership else []),
        str(choice.basis.label),
        str(choice.policy.label),
        str(choice.clock.label),
        _("no figure where less than %(share)d %% was heard") % {"share": round(100 * choice.least)},
    ]
    if fresh.until is not None:
        told_of.append(_("rolled up until %(until)s") % {"until": moment_words(fresh.until)})
    yield text(" · ".join(told_of), styles)
    yield Spacer(1, 4 * mm)


def _figures(what: str, rows: Sequence[tuple[str, Line]], styles: Styles) -> Table:
    headings = [
        what, _("Assets"), _("Coverage"), "", _("Average use"), _("Confirmed"), _("With presumed"),
        _("95th percentile"), _("Peak"), _("Needed"), _("Surplus"),
    ]  # fmt: skip
    body: list[list[Cell]] = [
        [
            name, str(line.owned), told(line.coverage), _bar(line.average), _words(line.average),
            told(line.confirmed), told(line.presumed), told(line.p95), told(line.peak),
            whole_words(line.size.pieces), whole_words(line.size.surplus),
        ]
        for name, line in rows
    ]  # fmt: skip
    widths = (46, 15, 20, 24, 38, 22, 24, 24, 16, 18, 18)
    return grid(headings, body, widths, styles, numbers=[False, True, True, False, False, *[True] * 6])


def _equipment(assets: Sequence[AssetLine], styles: Styles) -> Table:
    headings = [
        _("Tag"), _("Unit"), _("Coverage"), "", _("Average use"), _("Confirmed, h"), _("Presumed, h"),
        _("Out of service, h"),
    ]  # fmt: skip
    body: list[list[Cell]] = [
        [
            line.asset.asset_tag,
            str(line.asset.department or "–"),
            told(line.coverage),
            _bar(line.average),
            _words(line.average),
            *(
                f"{seconds / 3600:,.1f}"
                for seconds in (line.totals.confirmed, line.totals.presumed, line.totals.down)
            ),
        ]
        for line in assets
    ]
    numbers = [False, False, True, False, False, True, True, True]
    return grid(headings, body, (40, 60, 22, 24, 44, 26, 26, 26), styles, numbers=numbers)


def _words(figure: Figure) -> str:
    """The figure, or why there is none."""
    return told(figure) if figure.value is not None else str(figure.reason)


def _bar(figure: Figure) -> Drawing:
    """The share as a bar; empty where there is no figure."""
    width, height = BAR
    drawing = Drawing(width, height)
    if figure.value is not None:
        for length, looks in (
            (width, {"fillColor": None, "strokeColor": colors.grey, "strokeWidth": 0.4}),
            (width * min(figure.value, 1), {"fillColor": colors.HexColor("#0b57d0"), "strokeColor": None}),
        ):
            any_looks: dict[str, Any] = looks
            drawing.add(Rect(0, 0, length, height, **any_looks))
    return drawing


def whole_words(number: int | None) -> str:
    return "–" if number is None else str(number)
