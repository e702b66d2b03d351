"""Reports of utilisation as PDF, with reportlab, as labels are made: the same figures and reasons as on the page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from assets.labels.fonts import register_fonts
from assets.utilisation import reports
from assets.utilisation.explaining import explain, explain_size
from assets.utilisation.figures import Figure
from assets.utilisation.models import StaleDay
from assets.utilisation.reports import AssetLine, CategoryLine, Choice, Freshness, Line, UnitLine
from assets.utilisation.templatetags.utilisation import told

MARGIN = 14 * mm
PAGE = landscape(A4)
BAR = 20 * mm, 2.6 * mm
MOST_ASSETS = 500
Styles = dict[str, ParagraphStyle]


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
    return _printed(
        _("Utilisation"),
        choice,
        now,
        lambda styles: [
            *_asked(choice, fresh, styles),
            _figures(_("Category"), rows, styles)
            if rows
            else _text(_("No equipment counts in this period"), styles),
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
        yield from _asked(choice, fresh, styles)
        yield _text(explain(line), styles)
        yield Spacer(1, 2 * mm)
        yield _text(explain_size(line), styles)
        yield Spacer(1, 3 * mm)
        yield _figures(_("Unit"), [(_("All"), line), *named], styles)
        if assets:
            yield Paragraph(escape(_("The equipment behind these figures")), styles["head"])
            yield _equipment(assets[:MOST_ASSETS], styles)
        if len(assets) > MOST_ASSETS:
            yield _text(_("%(count)d more are in the file.") % {"count": len(assets) - MOST_ASSETS}, styles)

    return _printed(str(choice.category.plural if choice.category else ""), choice, now, story)


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
    title: str,
    choice: Choice,
    told: Sequence[str],
    tables: Sequence[PrintedTable],
    *,
    now: datetime,
) -> bytes:
    """Sentences and tables under a title, each table over the whole width of the page."""
    fresh = reports.freshness(choice.site, StaleDay.objects)

    def story(styles: Styles) -> Iterable[Flowable]:
        yield from _asked(choice, fresh, styles)
        for sentence in told:
            yield _text(sentence, styles)
            yield Spacer(1, 2 * mm)
        for table in tables:
            yield Paragraph(escape(table.title), styles["head"])
            if table.note:
                yield _text(table.note, styles)
                yield Spacer(1, 2 * mm)
            looks = [styles["number" if is_number else "cell"] for is_number in table.is_number]
            body = [[_cell(word, look) for word, look in zip(row, looks, strict=True)] for row in table.rows]
            room = (PAGE[0] - 2 * MARGIN) / mm / sum(table.widths)
            yield _grid(table.headings, body, [room * width for width in table.widths], styles)

    with timezone.override(ZoneInfo(choice.site.timezone)):
        return _printed(title, choice, now, story)


def _printed(title: str, choice: Choice, now: datetime, story: Any) -> bytes:
    plain, bold = register_fonts()
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=16, leading=20, spaceAfter=3),
        "head": ParagraphStyle("head", fontName=bold, fontSize=11, leading=14, spaceBefore=8, spaceAfter=3),
        "text": ParagraphStyle("text", fontName=plain, fontSize=9, leading=12),
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=8, leading=10),
        "number": ParagraphStyle("number", fontName=plain, fontSize=8, leading=10, alignment=2),
        "label": ParagraphStyle("label", fontName=bold, fontSize=8, leading=10),
    }
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=PAGE, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=16 * mm,
        title=title, author="Whereabouts", invariant=1,
    )  # fmt: skip
    footer = _("%(site)s · computed %(moment)s") % {"site": choice.site, "moment": _moment(now)}

    def at_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(plain, 7)
        canvas.drawString(MARGIN, 9 * mm, footer)
        canvas.drawRightString(PAGE[0] - MARGIN, 9 * mm, str(canvas.getPageNumber()))

    whole = [Paragraph(escape(f"{choice.site}: {title}"), styles["title"]), *story(styles)]
    document.build(whole, onFirstPage=at_foot, onLaterPages=at_foot)
    return buffer.getvalue()


def _asked(choice: Choice, fresh: Freshness, styles: Styles) -> Iterable[Flowable]:
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
        told_of.append(_("rolled up until %(until)s") % {"until": _moment(fresh.until)})
    yield _text(" · ".join(told_of), styles)
    yield Spacer(1, 4 * mm)


def _figures(what: str, rows: Sequence[tuple[str, Line]], styles: Styles) -> Table:
    headings = [
        what, _("Assets"), _("Coverage"), "", _("Average use"), _("Confirmed"), _("With presumed"),
        _("95th percentile"), _("Peak"), _("Needed"), _("Surplus"),
    ]  # fmt: skip
    body = [
        [
            _cell(name, styles["cell"]),
            *(_cell(word, styles["number"]) for word in (str(line.owned), told(line.coverage))),
            _bar(line.average),
            _cell(told(line.average) if line.average.value is not None else str(line.average.reason), styles["cell"]),
            *(
                _cell(word, styles["number"])
                for word in (
                    told(line.confirmed), told(line.presumed), told(line.p95), told(line.peak),
                    _whole(line.size.pieces), _whole(line.size.surplus),
                )
            ),
        ]
        for name, line in rows
    ]  # fmt: skip
    widths = (46, 15, 20, 24, 38, 22, 24, 24, 16, 18, 18)
    return _grid(headings, body, widths, styles)


def _equipment(assets: Sequence[AssetLine], styles: Styles) -> Table:
    headings = [
        _("Tag"), _("Unit"), _("Coverage"), "", _("Average use"), _("Confirmed, h"), _("Presumed, h"),
        _("Out of service, h"),
    ]  # fmt: skip
    body = [
        [
            _cell(line.asset.asset_tag, styles["cell"]),
            _cell(str(line.asset.department or "–"), styles["cell"]),
            _cell(told(line.coverage), styles["number"]),
            _bar(line.average),
            _cell(
                told(line.average) if line.average.value is not None else str(line.average.reason),
                styles["cell"],
            ),
            *(
                _cell(f"{seconds / 3600:,.1f}", styles["number"])
                for seconds in (line.totals.confirmed, line.totals.presumed, line.totals.down)
            ),
        ]
        for line in assets
    ]
    return _grid(headings, body, (40, 60, 22, 24, 44, 26, 26, 26), styles)


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


def _grid(
    headings: Sequence[str], body: Sequence[list[Any]], widths: Sequence[float], styles: Styles
) -> Table:
    return Table(
        [[_cell(word, styles["label"]) for word in headings], *body],
        colWidths=[width * mm for width in widths],
        repeatRows=1,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _whole(number: int | None) -> str:
    return "–" if number is None else str(number)


def _text(words: str, styles: Styles) -> Paragraph:
    return Paragraph(escape(words), styles["text"])


def _cell(words: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(words), style)


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y, H:i")
