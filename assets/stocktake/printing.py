"""The report of a stocktake as a PDF; the same facts as on the page, and more of its lists."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

from assets.labels.fonts import register_fonts
from assets.stocktake.models import Line
from assets.stocktake.report import Report, Worth, known_by
from assets.stocktake.words import State

MOST_PRINTED = 2000
"""Lines of one list on paper; the file for a spreadsheet has all."""


def print_report(report: Report) -> bytes:
    """A4, upright. Of a closed stocktake, the same bytes each time."""
    plain, bold = register_fonts()
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=16, leading=20, spaceAfter=4),
        "head": ParagraphStyle("head", fontName=bold, fontSize=11, leading=14, spaceBefore=10, spaceAfter=3),
        "text": ParagraphStyle("text", fontName=plain, fontSize=9, leading=12),
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=8, leading=10),
        "label": ParagraphStyle("label", fontName=bold, fontSize=8, leading=10),
    }
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=report.stocktake.name, author="Whereabouts", invariant=1,
    )  # fmt: skip

    def at_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(plain, 7)
        canvas.drawString(16 * mm, 10 * mm, report.stocktake.name)
        canvas.drawRightString(A4[0] - 16 * mm, 10 * mm, str(canvas.getPageNumber()))

    document.build(list(_story(report, styles)), onFirstPage=at_foot, onLaterPages=at_foot)
    return buffer.getvalue()


def _story(report: Report, styles: dict[str, ParagraphStyle]) -> Iterable[Flowable]:
    whole = report.stocktake
    yield Paragraph(escape(_("Stocktake: %s") % whole.name), styles["title"])
    if whole.is_open:
        yield Paragraph(escape(_("Preliminary: the stocktake is not closed.")), styles["head"])
    facts: list[list[Any]] = [
        [_("What was counted"), whole.scope],
        [_("Opened"), f"{_moment(whole.opened_at)}, {_who(whole.opened_by)}"],
        [_("Expected"), worth_words(report.expected)],
        [_("Found"), worth_words(report.found)],
        [State.MISSING.label, worth_words(report.missing)],
    ]
    if whole.closed_at:
        facts.append([_("Closed"), f"{_moment(whole.closed_at)}, {_who(whole.closed_by)}"])
    if whole.note:
        facts.append([_("Note"), whole.note])
    yield _grid(None, facts, (38, 140), styles)
    yield Paragraph(escape(_("By department")), styles["head"])
    rows: list[list[Any]] = [
        [unit.name or _("of no department"), unit.expected, unit.found, unit.missing] for unit in report.units
    ]
    heads: list[Any] = [_("Department"), _("Expected"), _("Found"), State.MISSING.label]
    yield _grid(heads, rows, (88, 30, 30, 30), styles)
    for listed in report.lists:
        if not listed.lines:
            continue
        yield Paragraph(escape(f"{listed.state.label}: {len(listed.lines) + listed.more}"), styles["head"])
        heads = [_("Equipment"), _("Expected in"), _("Seen")]
        yield _grid(heads, [_line(line) for line in listed.lines], (62, 58, 58), styles)
        if listed.more:
            words = _("%s more; the file for a spreadsheet has all.") % listed.more
            yield Paragraph(escape(words), styles["text"])
    yield Spacer(1, 10 * mm)
    if whole.drawing:
        yield Image(
            io.BytesIO(bytes(whole.drawing)),
            width=50 * mm,
            height=20 * mm,
            kind="proportional",
            hAlign="LEFT",
        )
    signed = _("Signed by %s") % whole.signed_by if whole.signed_by else _("Not signed")
    yield Paragraph(escape(signed), styles["text"])


def worth_words(worth: Worth) -> str:
    """Pieces, and what they cost where that is known."""
    if worth.value is None:
        return f"{worth.count} ({_('no cost told')})" if worth.count else "0"
    words = _("%(count)s, cost %(value)s") % {"count": worth.count, "value": f"{worth.value:,.2f}"}
    return f"{words} ({_('%s without a cost') % worth.unpriced})" if worth.unpriced else words


def _line(line: Line) -> list[str]:
    name = f"{line.asset_tag} {line.model}" if line.asset_tag else line.code[:120]
    where = line.place or _("no known place")
    if line.place_by:
        where += f"\n{known_by(line)}" + (f", {_moment(line.place_at)}" if line.place_at else "")
    seen = str(line.found_in) if line.found_in else ""
    said = f"{_moment(line.said_at)}, {_who(line.said_by)}" if line.said_at else ""
    return [
        "\n".join(part for part in (name, line.serial_number) if part),
        where if line.asset_tag else "—",
        "\n".join(part for part in (seen, said, line.remark) if part) or "—",
    ]


def _grid(
    heads: list[Any] | None,
    rows: list[list[Any]],
    widths: tuple[float, ...],
    styles: dict[str, ParagraphStyle],
) -> Table:
    cells = [[_cell(head, styles["label"]) for head in heads]] if heads else []
    cells += [[_cell(text, styles["cell"]) for text in row] for row in rows]
    return Table(
        cells or [[""]],
        colWidths=[width * mm for width in widths],
        repeatRows=1 if heads else 0,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#c4c7c5")),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _cell(text: Any, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(str(text)).replace("\n", "<br/>"), style)


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "—"


def _who(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else "—"
