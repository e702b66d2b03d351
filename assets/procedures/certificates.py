"""The certificate of a safety test or a calibration, as rows for the page and as a PDF with reportlab."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from assets.labels.fonts import register_fonts
from assets.labels.symbols import Symbology, draw_symbol
from assets.procedures.limits import STANDARD
from assets.procedures.models import Instrument, Measurement, TestRecord
from assets.procedures.numbers import limit_words, number_words
from assets.procedures.words import RecordKind

CODE_MM = 28


@dataclass(frozen=True, slots=True)
class Line:
    """One measured value in words. ``is_close``: it passes, and with its uncertainty it might not."""

    words: str
    measured: str
    limits: str
    nominal: str
    deviation: str
    uncertainty: str
    has_passed: bool
    is_close: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """``facts``: name and value; ``with_what``: equipment with its own certificate and until when that holds."""

    record: TestRecord
    facts: list[tuple[str, str]]
    lines: list[Line]
    instruments: list[Instrument]

    @property
    def result(self) -> str:
        return _("Passed") if self.record.has_passed else _("Failed")

    @property
    def title(self) -> str:
        if self.record.kind == RecordKind.SAFETY:
            return _("Certificate of an electrical safety test")
        return _("Certificate of calibration")


def certificate_of(record: TestRecord) -> Certificate:
    instruments = record.instruments.select_related("asset__model", "calibration")
    return Certificate(
        record, _facts(record), [_line(row) for row in record.measurements.all()], list(instruments)
    )


def _facts(record: TestRecord) -> list[tuple[str, str]]:
    asset = record.asset
    facts = [
        (_("Site"), asset.site.name),
        (_("Equipment"), f"{asset.model.category.name}, {asset.model}"),
        (_("Tag"), asset.asset_tag),
        (_("Serial number"), asset.serial_number or "—"),
        (_("UDI-DI"), asset.udi_di),
        (_("Department"), str(asset.department.name) if asset.department else ""),
        (_("Order"), str(record.order_id)),
        (_("Done on"), date_format(record.done_on)),
        (_("Done by"), record.laboratory or who(record.by)),
        (_("Number of the laboratory"), record.reference),
        (
            _("Written down"),
            f"{date_format(timezone.localtime(record.at), 'SHORT_DATETIME_FORMAT')}, {who(record.by)}",
        ),
    ]
    if record.kind == RecordKind.SAFETY:
        kind = f"{record.get_protection_display()}, {_('applied part:')} {record.get_applied_part_display()}"
        facts += [
            (_("Standard"), STANDARD),
            (_("Equipment class"), kind),
            (_("Method"), f"{record.get_method_display()}; {record.get_cord_display()}"),
        ]
    if record.due_on:
        facts.append((_("Good until"), date_format(record.due_on)))
    facts.append((_("Note"), record.note))
    return [(name, value) for name, value in facts if value]


def _line(row: Measurement) -> Line:
    unit = f" {row.unit}" if row.unit else ""

    def shown(number: Any, sign: str = "") -> str:
        return "" if number is None else f"{sign}{number_words(number)}{unit}"

    deviation, is_close = "", False
    if row.nominal is not None and row.measured is not None:
        off = row.measured - row.nominal
        deviation = shown(off, "+" if off > 0 else "")
        reach = abs(off) + (row.uncertainty or 0)
        is_close = row.has_passed and row.tolerance is not None and reach > row.tolerance
    limits = limit_words(row.low, row.high, row.unit) if row.tolerance is None else shown(row.tolerance, "± ")
    return Line(
        row.words, shown(row.measured), limits, shown(row.nominal), deviation, shown(row.uncertainty, "± "),
        row.has_passed, is_close,
    )  # fmt: skip


def who(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else "—"


def print_certificate(certificate: Certificate, address: str) -> bytes:
    """A4, upright, the same bytes for the same record, with a code that opens ``address``."""
    plain, bold = register_fonts()
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=16, leading=20, spaceAfter=4),
        "head": ParagraphStyle("head", fontName=bold, fontSize=11, leading=14, spaceBefore=10, spaceAfter=3),
        "result": ParagraphStyle("result", fontName=bold, fontSize=14, leading=18),
        "text": ParagraphStyle("text", fontName=plain, fontSize=9, leading=12),
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=9, leading=11),
        "label": ParagraphStyle("label", fontName=bold, fontSize=8, leading=10),
    }
    number = certificate.record.number
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=f"{certificate.title} {number}", author="Whereabouts", invariant=1,
    )  # fmt: skip

    def at_foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(plain, 7)
        canvas.drawString(16 * mm, 10 * mm, f"{number} · {address}")
        canvas.drawRightString(A4[0] - 16 * mm, 10 * mm, str(canvas.getPageNumber()))

    document.build(list(_story(certificate, address, styles)), onFirstPage=at_foot, onLaterPages=at_foot)
    return buffer.getvalue()


def _story(certificate: Certificate, address: str, styles: dict[str, ParagraphStyle]) -> Iterable[Flowable]:
    record = certificate.record
    head = [
        Paragraph(escape(certificate.title), styles["title"]),
        Paragraph(escape(record.number), styles["head"]),
        Paragraph(escape(_("Result: %s") % certificate.result), styles["result"]),
    ]
    yield Table(
        [[head, _code(address)]],
        colWidths=[148 * mm, 30 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )
    if record.struck_at is not None:
        words = _("Void since %(at)s: %(why)s")
        told = {"at": date_format(timezone.localtime(record.struck_at)), "why": record.struck_why}
        yield Paragraph(escape(words % told), styles["head"])
    yield Table(
        [[_cell(name, styles["label"]), _cell(value, styles["cell"])] for name, value in certificate.facts],
        colWidths=[44 * mm, 134 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )
    yield Paragraph(escape(_("What was measured")), styles["head"])
    yield _values(certificate, styles)
    if any(line.is_close for line in certificate.lines):
        words = _("* Within tolerance; with its uncertainty it might not be.")
        yield Paragraph(escape(words), styles["text"])
    yield Paragraph(escape(_("Measured with")), styles["head"])
    if certificate.instruments:
        heads = [_("Equipment"), _("Serial number"), _("Its calibration"), _("Done on"), _("Good until")]
        rows = [_instrument(each) for each in certificate.instruments]
        yield _grid(heads, rows, (58, 34, 36, 25, 25), styles)
    else:
        words = _("Equipment of %(laboratory)s, by their certificate %(reference)s.")
        told = {"laboratory": record.laboratory, "reference": record.reference}
        yield Paragraph(escape(words % told), styles["text"])
    yield Spacer(1, 14 * mm)
    yield Table(
        [["_" * 34, "_" * 34], [_("Tested by, date"), _("Responsible, date")]],
        colWidths=[88 * mm, 88 * mm],
        style=[("FONT", (0, 0), (-1, -1), styles["text"].fontName, 8)],
    )


def _values(certificate: Certificate, styles: dict[str, ParagraphStyle]) -> Table:
    is_calibration = certificate.record.kind == RecordKind.CALIBRATION
    heads = [_("Value"), _("Measured"), _("Limits"), _("Result")]
    widths: tuple[float, ...] = (78, 34, 40, 26)
    if is_calibration:
        heads[1:3] = [_("Nominal"), _("Measured"), _("Deviation"), _("Tolerance"), _("Uncertainty")]
        widths = (38, 26, 26, 24, 22, 22, 20)
    rows = []
    for line in certificate.lines:
        result = (_("passed") if line.has_passed else _("failed")) + ("*" if line.is_close else "")
        if is_calibration:
            middle = [line.nominal, line.measured, line.deviation, line.limits, line.uncertainty or "—"]
        else:
            middle = [line.measured or "—", line.limits or "—"]
        rows.append([line.words, *middle, result])
    return _grid(heads, rows, widths, styles)


def _instrument(used: Instrument) -> list[str]:
    asset, calibration = used.asset, used.calibration
    struck = f" ({_('void since')})" if calibration.struck_at else ""
    return [
        f"{asset.model}, {asset.asset_tag}", asset.serial_number or "—", calibration.number + struck,
        date_format(calibration.done_on), date_format(calibration.due_on) if calibration.due_on else "—",
    ]  # fmt: skip


def _code(address: str) -> Drawing:
    symbol = draw_symbol(Symbology.QR, address)
    size = CODE_MM * mm
    cell = size / max(symbol.width, symbol.height)
    drawing = Drawing(size, size)
    ink: Any = {"fillColor": colors.black, "strokeColor": None, "strokeWidth": 0}
    for x, y, width, height in symbol.marks:
        drawing.add(Rect(x * cell, size - (y + height) * cell, width * cell, height * cell, **ink))
    return drawing


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
    return Paragraph(escape(text), style)
