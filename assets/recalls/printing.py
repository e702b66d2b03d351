"""The closing report as a PDF, with reportlab, as labels are made; the same facts as on the page."""

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
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from assets.labels.fonts import register_fonts
from assets.recalls.models import Item
from assets.recalls.report import Report

MOST_LETTERS = 1500
"""Of one text of the notice on paper; the page has all of it."""


def print_report(report: Report, *, by: Any, now: datetime) -> bytes:
    """A4, upright, as many pages as it needs."""
    plain, bold = register_fonts()
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=16, leading=20, spaceAfter=4),
        "head": ParagraphStyle("head", fontName=bold, fontSize=11, leading=14, spaceBefore=10, spaceAfter=3),
        "text": ParagraphStyle("text", fontName=plain, fontSize=9, leading=12),
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=8, leading=10),
        "label": ParagraphStyle("label", fontName=bold, fontSize=8, leading=10),
    }
    buffer = io.BytesIO()
    title = _("Recall %(number)s") % {"number": report.notice.number}
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=title, author="Whereabouts", invariant=1,
    )  # fmt: skip
    footer = f"{report.notice} · {_moment(now)} · {_who(by)}"

    def at_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(plain, 7)
        canvas.drawString(16 * mm, 10 * mm, footer)
        canvas.drawRightString(A4[0] - 16 * mm, 10 * mm, str(canvas.getPageNumber()))

    document.build(list(_story(report, styles)), onFirstPage=at_foot, onLaterPages=at_foot)
    return buffer.getvalue()


def _story(report: Report, styles: dict[str, ParagraphStyle]) -> Iterable[Flowable]:
    notice, campaign = report.notice, report.campaign
    yield Paragraph(escape(_("Closing report of recall %s") % notice), styles["title"])
    if campaign is None or campaign.is_open:
        yield Paragraph(escape(_("Preliminary: the campaign is not closed.")), styles["head"])
    yield _facts(report, styles)
    yield Paragraph(escape(_("Equipment")), styles["head"])
    if report.items:
        yield _grid(
            [_("Equipment"), _("Serial number"), _("State"), _("What was done")],
            [_item_row(item) for item in report.items],
            (42, 28, 28, 80),
            styles,
        )
    else:
        yield Paragraph(escape(_("No piece was confirmed.")), styles["text"])
    if report.elsewhere:
        words = _("%s more at sites that you do not see.") % report.elsewhere
        yield Paragraph(escape(words), styles["text"])
    if report.rejected:
        yield Paragraph(escape(_("Looked at and not affected")), styles["head"])
        rows = [
            [match.asset.asset_tag, match.asset.serial_number, _who(match.decided_by), match.note]
            for match in report.rejected
        ]
        yield _grid(
            [_("Equipment"), _("Serial number"), _("Decided by"), _("Why")], rows, (32, 32, 34, 80), styles
        )
    yield Spacer(1, 14 * mm)
    yield Table(
        [["_" * 34, "_" * 34], [_("Biomedical engineering, date"), _("Responsible, date")]],
        colWidths=[88 * mm, 88 * mm],
        style=[("FONT", (0, 0), (-1, -1), styles["text"].fontName, 8)],
    )


def _facts(report: Report, styles: dict[str, ParagraphStyle]) -> Table:
    notice, campaign = report.notice, report.campaign
    rows = [
        (_("Product"), notice.description),
        (_("Firm"), notice.firm),
        (_("Class"), notice.get_classification_display() if notice.classification else _("not classified")),
        (_("Reason"), notice.reason),
        (_("What is to be done"), notice.action),
        (_("Lots and serial numbers"), notice.codes),
        (_("Version"), f"{notice.version}, {_moment(notice.changed_at)}"),
        (_("States"), ", ".join(f"{word}: {count}" for word, count in report.states)),
    ]
    if campaign is not None:
        rows.append((_("Begun"), f"{_moment(campaign.opened_at)}, {_who(campaign.opened_by)}"))
        if campaign.closed_at:
            said = f", {campaign.note}" if campaign.note else ""
            rows.append((_("Closed"), f"{_moment(campaign.closed_at)}, {_who(campaign.closed_by)}{said}"))
    cells = [[_cell(name, styles["label"]), _cell(text, styles["cell"])] for name, text in rows if text]
    return Table(cells, colWidths=[38 * mm, 140 * mm], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _item_row(item: Item) -> list[str]:
    done = [
        f"{_moment(event.at)}, {_who(event.by)}: "
        + (event.get_target_display() if event.target else _("Note"))
        + (f", {event.note}" if event.note else "")
        + (f" ({_('photo')})" if hasattr(event, "evidence") else "")
        for event in item.events.all()
    ]
    decided = f"{_moment(item.match.decided_at)}, {_who(item.match.decided_by)}: {_('Confirmed')}"
    return [
        f"{item.asset.asset_tag}\n{item.asset.model}",
        item.asset.serial_number,
        str(item.get_state_display()),
        "\n".join([decided, *done]),
    ]


def _grid(
    heads: list[str], rows: list[list[str]], widths: tuple[float, ...], styles: dict[str, ParagraphStyle]
) -> Table:
    cells = [[_cell(head, styles["label"]) for head in heads]]
    cells += [[_cell(text, styles["cell"]) for text in row] for row in rows]
    return Table(
        cells,
        colWidths=[width * mm for width in widths],
        repeatRows=1,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#c4c7c5")),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _cell(text: str, style: ParagraphStyle) -> Paragraph:
    shown = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} …"
    return Paragraph(escape(shown).replace("\n", "<br/>"), style)


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "—"


def _who(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else "—"
