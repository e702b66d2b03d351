"""The certificate of a safety test or a calibration, as rows for the page and as a PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from assets.labels.symbols import Symbology, draw_symbol
from assets.paper import (
    Styles,
    facts,
    grid,
    heading,
    lines_to_sign,
    moment_words,
    person_words,
    print_document,
    text,
    title,
)
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
        (_("Done by"), record.laboratory or person_words(record.by)),
        (_("Number of the laboratory"), record.reference),
        (
            _("Written down"),
            f"{moment_words(record.at)}, {person_words(record.by)}",
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


def print_certificate(certificate: Certificate, address: str) -> bytes:
    """A4, upright, the same bytes for the same record, with a code that opens ``address``."""
    number = certificate.record.number
    return print_document(
        f"{certificate.title} {number}",
        lambda styles: _story(certificate, address, styles),
        foot=f"{number} · {address}",
    )


def _story(certificate: Certificate, address: str, styles: Styles) -> Iterable[Flowable]:
    record = certificate.record
    head = [
        title(certificate.title, styles),
        heading(record.number, styles),
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
        yield heading(words % told, styles)
    yield facts(certificate.facts, styles, widths_mm=(44, 134))
    yield heading(_("What was measured"), styles)
    yield _values(certificate, styles)
    if any(line.is_close for line in certificate.lines):
        words = _("* Within tolerance; with its uncertainty it might not be.")
        yield text(words, styles)
    yield heading(_("Measured with"), styles)
    if certificate.instruments:
        heads = [_("Equipment"), _("Serial number"), _("Its calibration"), _("Done on"), _("Good until")]
        rows = [_instrument(each) for each in certificate.instruments]
        yield grid(heads, rows, (58, 34, 36, 25, 25), styles)
    else:
        words = _("Equipment of %(laboratory)s, by their certificate %(reference)s.")
        told = {"laboratory": record.laboratory, "reference": record.reference}
        yield text(words % told, styles)
    yield Spacer(1, 14 * mm)
    yield lines_to_sign((_("Tested by, date"), _("Responsible, date")), styles)


def _values(certificate: Certificate, styles: Styles) -> Table:
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
    return grid(heads, rows, widths, styles)


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
