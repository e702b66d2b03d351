"""The font of the labels, which is part of the file, so that a label reads the same on every printer."""

from __future__ import annotations

from functools import cache
from unicodedata import bidirectional

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PLAIN, BOLD = "Label", "Label-Bold"


@cache
def register_fonts() -> tuple[str, str]:
    """Names of the plain and the bold font. Without its files: the printer's own, which has Latin letters alone."""
    try:
        pdfmetrics.registerFont(TTFont(PLAIN, settings.LABEL_FONT))
        pdfmetrics.registerFont(TTFont(BOLD, settings.LABEL_FONT_BOLD))
    except (TTFError, OSError):
        return "Helvetica", "Helvetica-Bold"
    return PLAIN, BOLD


def unprintable(text: str) -> str:
    """The letters of ``text`` that the font does not have."""
    font = pdfmetrics.getFont(register_fonts()[0])
    if isinstance(font, TTFont):
        return "".join(each for each in text if ord(each) not in font.face.charToGlyph)
    return "".join(each for each in text if ord(each) > 255)


def is_printable(text: str) -> bool:
    """Whether it reads on paper as on the screen: all its letters are there, none joins or runs from right to left.

    Hebrew and Arabic letters are in the font, but a PDF holds them one by one from the left: turned round, unjoined.
    """
    return not unprintable(text) and not any(bidirectional(each) in {"R", "AL", "AN"} for each in text)


def fitted(text: str, font: str, size: float, width: float) -> str:
    """As much of ``text`` as fits into ``width`` points; what is cut is marked."""
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


def fitting_size(text: str, font: str, sizes: tuple[float, float], width: float) -> float:
    """The size at which ``text`` just fits into ``width`` points, between the least and the most of ``sizes``."""
    least, most = sizes
    wide = pdfmetrics.stringWidth(text, font, most)
    return max(least, min(most, most * width / wide)) if wide else most
