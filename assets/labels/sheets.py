"""What labels come on: sheets for office printers, and rolls of single labels. Lengths are in millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

INCH = 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """``left`` and ``top`` are where the first label begins; a pitch is from one label's edge to the next one's."""

    key: str
    title: StrOrPromise
    page_width: float
    page_height: float
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0

    @property
    def count(self) -> int:
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        return self.count == 1

    def corners(self) -> Iterator[tuple[float, float]]:
        """Left and top edge of each label, row by row, from the upper left corner of the page."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.left + column * self.pitch_x, self.top + row * self.pitch_y


_SHEETS = (
    Sheet(
        "l7160", _("A4, 21 labels of 63.5 × 38.1 mm (Avery L7160)"), 210, 297, 63.5, 38.1, 3, 7,
        7.25, 15.15, 66.0, 38.1,
    ),
    Sheet(
        "l7651", _("A4, 65 labels of 38.1 × 21.2 mm (Avery L7651)"), 210, 297, 38.1, 21.2, 5, 13,
        4.75, 10.7, 40.6, 21.2,
    ),
    Sheet(
        "5160", _("Letter, 30 labels of 2⅝ × 1 in (Avery 5160)"), 8.5 * INCH, 11 * INCH, 2.625 * INCH, INCH, 3, 10,
        0.1875 * INCH, 0.5 * INCH, 2.75 * INCH, INCH,
    ),
    Sheet("roll-62", _("Label printer, 62 × 29 mm"), 62, 29, 62, 29),
    Sheet("roll-4x2", _("Label printer, 4 × 2 in"), 4 * INCH, 2 * INCH, 4 * INCH, 2 * INCH),
    Sheet("roll-50x25", _("Label printer, 50 × 25 mm"), 50, 25, 50, 25),
)  # fmt: skip
SHEETS = {sheet.key: sheet for sheet in _SHEETS}
