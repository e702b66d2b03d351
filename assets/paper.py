"""Documents on A4, with reportlab, as labels are made: one look for reports, certificates and lists.

Nothing in a document depends on when or where it is made: the same facts are the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.formats import date_format
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from assets.labels.fonts import register_fonts

UPRIGHT: tuple[float, float] = A4
ACROSS: tuple[float, float] = landscape(A4)
MARGIN = 16 * mm
FOOT = 10 * mm
LINE = colors.HexColor("#c4c7c5")
Styles = dict[str, ParagraphStyle]
Cell = Flowable | str


def print_document(
    title: str,
    story: Callable[[Styles], Iterable[Flowable]],
    *,
    foot: str,
    page: tuple[float, float] = UPRIGHT,
    margin: float = MARGIN,
) -> bytes:
    """As many pages as ``story`` needs; at the foot of each these words and its number. ``title`` names the file."""
    plain, bold = register_fonts()
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=16, leading=20, spaceAfter=4),
        "head": ParagraphStyle("head", fontName=bold, fontSize=11, leading=14, spaceBefore=10, spaceAfter=3),
        "result": ParagraphStyle("result", fontName=bold, fontSize=14, leading=18),
        "text": ParagraphStyle("text", fontName=plain, fontSize=9, leading=12),
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=8, leading=10),
        "number": ParagraphStyle("number", fontName=plain, fontSize=8, leading=10, alignment=2),
        "label": ParagraphStyle("label", fontName=bold, fontSize=8, leading=10),
    }
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=page, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=MARGIN + 2 * mm,
        title=title, author="Whereabouts", invariant=1,
    )  # fmt: skip

    def at_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(plain, 7)
        canvas.drawString(margin, FOOT, foot)
        canvas.drawRightString(page[0] - margin, FOOT, str(canvas.getPageNumber()))

    document.build(list(story(styles)), onFirstPage=at_foot, onLaterPages=at_foot)
    return buffer.getvalue()


def title(words: str, styles: Styles) -> Paragraph:
    return Paragraph(escape(words), styles["title"])


def heading(words: str, styles: Styles) -> Paragraph:
    return Paragraph(escape(words), styles["head"])


def text(words: str, styles: Styles) -> Paragraph:
    return Paragraph(escape(words), styles["text"])


def cell(words: str, style: ParagraphStyle) -> Paragraph:
    """Its lines stay lines."""
    return Paragraph(escape(words).replace("\n", "<br/>"), style)


def grid(
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    widths_mm: Sequence[float],
    styles: Styles,
    *,
    numbers: Sequence[bool] = (),
) -> Table:
    """A table with rules, whose headings stand on each page anew. ``numbers``: columns whose words end at the right."""
    looks = [styles["number" if is_number else "cell"] for is_number in numbers or [False] * len(widths_mm)]
    body = [
        [cell(each, look) if isinstance(each, str) else each for each, look in zip(row, looks, strict=True)]
        for row in rows
    ]
    return Table(
        [[cell(words, styles["label"]) for words in headings], *body],
        colWidths=[width * mm for width in widths_mm],
        repeatRows=1,
        hAlign="LEFT",
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def facts(rows: Iterable[tuple[str, str]], styles: Styles, *, widths_mm: tuple[float, float]) -> Table:
    """Names, and what is so called, without rules."""
    return Table(
        [[cell(name, styles["label"]), cell(value, styles["cell"])] for name, value in rows],
        colWidths=[width * mm for width in widths_mm],
        hAlign="LEFT",
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )


def lines_to_sign(captions: tuple[str, str], styles: Styles) -> Table:
    return Table(
        [["_" * 34] * 2, list(captions)],
        colWidths=[88 * mm] * 2,
        style=[("FONT", (0, 0), (-1, -1), styles["text"].fontName, 8)],
    )


def moment_words(at: datetime | None) -> str:
    """By the clock that is set; a dash for never."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "—"


def person_words(person: Any) -> str:
    """A dash for nobody."""
    return str(person.get_full_name() or person.get_username()) if person else "—"
