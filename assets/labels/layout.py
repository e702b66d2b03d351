"""Where everything on one label goes, in millimetres: the same for the printed file and for the preview."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth

from assets.labels.content import Label
from assets.labels.fonts import fitted, fitting_size, register_fonts
from assets.labels.sheets import Sheet
from assets.labels.symbols import CannotBeDrawnError, Symbol, Symbology, draw_symbol

POINT_MM = 25.4 / 72
MARGIN = 1.5
"""Printers are off by as much."""
TITLE_SIZES = (6.0, 22.0)
LINE_SIZES = (5.0, 8.5)
MOST_CELL_MM = 0.8
"""A code that is larger than this needs to be reads no better."""
LEADING = 1.2


class DoesNotFitError(ValueError):
    """The code would be too fine to be read; the text is the label's name."""


@dataclass(frozen=True, slots=True)
class Text:
    """``x`` and ``y`` of the beginning of the base line, from the upper left corner; ``size`` in points."""

    x: float
    y: float
    text: str
    size: float
    is_bold: bool = False

    @property
    def width(self) -> float:
        """Millimetres on paper."""
        return stringWidth(self.text, register_fonts()[self.is_bold], self.size) * POINT_MM


@dataclass(frozen=True, slots=True)
class Drawn:
    """One label: dark rectangles ``(x, y, width, height)`` and words."""

    marks: list[tuple[float, float, float, float]]
    texts: list[Text]


def draw_label(label: Label, sheet: Sheet, symbology: Symbology) -> Drawn:
    """Raises :class:`DoesNotFitError`, also for what this kind of code cannot say."""
    try:
        symbol = draw_symbol(symbology, label.coded(symbology))
    except CannotBeDrawnError as error:
        raise DoesNotFitError(label.name) from error
    width, height = sheet.width - 2 * MARGIN, sheet.height - 2 * MARGIN
    return _above(label, symbol, width, height) if symbol.is_line else _beside(label, symbol, width, height)


def _beside(label: Label, symbol: Symbol, width: float, height: float) -> Drawn:
    """A square code to the left, the words to its right."""
    unit = min(height / symbol.height, 0.55 * width / symbol.width, MOST_CELL_MM)
    if unit < symbol.least_mm:
        raise DoesNotFitError(label.name)
    side = unit * symbol.height
    top = MARGIN + (height - side) / 2
    left = MARGIN + side + 0.5
    words = _words(label, left, width - side - 0.5, MARGIN, height)
    return Drawn(_placed(symbol, unit, MARGIN, top, unit), words)


def _above(label: Label, symbol: Symbol, width: float, height: float) -> Drawn:
    """Bars over the whole width, the words below."""
    unit = min(width / symbol.width, MOST_CELL_MM)
    if unit < symbol.least_mm:
        raise DoesNotFitError(label.name)
    bars = max(8.0, 0.45 * height)
    left = MARGIN + (width - unit * symbol.width) / 2
    words = _words(label, MARGIN + 1, width - 2, MARGIN + bars + 0.5, height - bars - 0.5)
    return Drawn(_placed(symbol, unit, left, MARGIN, bars), words)


def _placed(
    symbol: Symbol, unit: float, left: float, top: float, row: float
) -> list[tuple[float, float, float, float]]:
    return [(left + x * unit, top + y * row, w * unit, h * row) for x, y, w, h in symbol.marks]


def _words(label: Label, left: float, width: float, top: float, height: float) -> list[Text]:
    """As many lines as there is room for, the title first and largest, in the middle of the height."""
    plain, bold = register_fonts()
    room = width / POINT_MM
    title = fitting_size(label.title, bold, TITLE_SIZES, room)
    title = min(title, height / POINT_MM / LEADING / 2)
    lines = [Text(0, 0, fitted(label.title, bold, title, room), title, is_bold=True)]
    left_over = height / POINT_MM - title * LEADING
    for line in label.lines:
        size = min(fitting_size(line, plain, LINE_SIZES, room), title)
        left_over -= size * LEADING
        if left_over >= 0:
            lines.append(Text(0, 0, fitted(line, plain, size, room), size))
    used = sum(each.size for each in lines) * LEADING * POINT_MM
    y, placed = top + (height - used) / 2, []
    for each in lines:
        y += each.size * LEADING * POINT_MM
        placed.append(Text(left, y - 0.3 * each.size * POINT_MM, each.text, each.size, each.is_bold))
    return placed
