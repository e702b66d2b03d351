"""Reads printed labels as a scanner would: the file rendered to dots, and decoded by another library."""

from __future__ import annotations

import pypdfium2
import zxingcpp
from PIL.Image import Image

from assets.labels.sheets import INCH, Sheet

OFFICE_DPI, LABEL_PRINTER_DPI = 300, 203


def pages_of(pdf: bytes, dpi: int = OFFICE_DPI) -> list[Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def words_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def read(page: Image, sheet: Sheet, dpi: int = OFFICE_DPI) -> list[str]:
    """The codes of a page, label by label as the sheet is cut; an empty text where a label has none."""
    dots = dpi / INCH
    texts = []
    for x, y in sheet.corners():
        box = (x * dots, y * dots, (x + sheet.width) * dots, (y + sheet.height) * dots)
        found = zxingcpp.read_barcodes(page.crop(tuple(round(edge) for edge in box)))
        texts.append(found[0].text if len(found) == 1 else f"{len(found)} codes" if found else "")
    return texts
