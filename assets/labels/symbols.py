"""QR, Code 128 and DataMatrix as dark rectangles, with the quiet zone that each needs around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from pystrich.code128 import Code128Encoder
from pystrich.code128.data import Code128Data
from pystrich.datamatrix import DataMatrixData, DataMatrixEncoder
from pystrich.exceptions import PyStrichError
from pystrich.marks import SymbolMarks
from pystrich.qrcode import QRCodeData, QRCodeEncoder

LEAST_BAR_MM = 0.19
"""A narrower bar is not read by a phone, and not printed evenly by a label printer of 203 dots to the inch."""
LEAST_CELL_MM = 0.25


class Symbology(models.TextChoices):
    QR = "qr", _("QR code, opens the page")
    DATAMATRIX = "datamatrix", _("DataMatrix, smallest")
    CODE128 = "code128", _("Code 128, for line scanners")


class CannotBeDrawnError(ValueError):
    """This text cannot be written in this kind of code."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """Rectangles ``(x, y, width, height)`` in units of the narrowest part, from the upper left corner."""

    marks: Sequence[tuple[int, int, int, int]]
    width: int
    height: int
    is_line: bool

    @property
    def least_mm(self) -> float:
        return LEAST_BAR_MM if self.is_line else LEAST_CELL_MM


def draw_symbol(symbology: Symbology, text: str) -> Symbol:
    """Raises :class:`CannotBeDrawnError`: Code 128 and DataMatrix hold plain letters, digits and signs only."""
    try:
        if symbology is Symbology.QR:
            return _of(QRCodeEncoder(QRCodeData(text, encoding="utf-8")).get_rect_marks())
        if symbology is Symbology.DATAMATRIX:
            return _of(DataMatrixEncoder(DataMatrixData(text, encoding="ascii")).get_rect_marks())
        return _line(Code128Encoder(Code128Data(text, encoding="ascii")).get_rect_marks())
    except (PyStrichError, ValueError) as error:
        raise CannotBeDrawnError(text) from error


def _of(drawn: SymbolMarks) -> Symbol:
    return Symbol(drawn.marks, drawn.width, drawn.height, is_line=False)


def _line(drawn: SymbolMarks) -> Symbol:
    """Bars one unit high: how high they are on paper, the label decides."""
    return Symbol([(x, 0, width, 1) for x, _y, width, _h in drawn.marks], drawn.width, 1, is_line=True)
