"""Labels as a PDF for the printer, and the first page of it as a picture for the eye."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from assets.labels.content import Label
from assets.labels.fonts import register_fonts
from assets.labels.layout import POINT_MM, DoesNotFitError, Drawn, draw_label
from assets.labels.sheets import Sheet
from assets.labels.symbols import Symbology

NAMED = 3
"""So many of what cannot be printed are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be printed, and on which label of the first sheet it begins, counted from 1."""

    labels: Sequence[Label]
    sheet: Sheet
    symbology: Symbology
    start: int = 1
    drawn: list[Drawn] = field(init=False)
    warnings: list[str] = field(init=False)

    def __post_init__(self) -> None:
        drawn, misfits = [], []
        left_out: dict[str, None] = {}
        for label in self.labels:
            left_out.update(dict.fromkeys(label.left_out))
            try:
                drawn.append(draw_label(label, self.sheet, self.symbology))
            except DoesNotFitError:
                misfits.append(label.name)
        object.__setattr__(self, "drawn", drawn)
        object.__setattr__(self, "warnings", [*_misfit_words(misfits), *_script_words(list(left_out))])

    @property
    def pages(self) -> int:
        return -(-(len(self.drawn) + self.start - 1) // self.sheet.count) if self.drawn else 0

    def placed(self) -> Iterator[list[tuple[float, float, Drawn]]]:
        """Page by page: each label with its left and top edge."""
        waiting = iter(self.drawn)
        skipped = self.start - 1
        for _page in range(self.pages):
            corners = list(self.sheet.corners())[skipped:]
            yield [
                (x, y, drawn) for (x, y), drawn in zip(corners, islice(waiting, len(corners)), strict=False)
            ]
            skipped = 0


def _misfit_words(names: list[str]) -> list[str]:
    if not names:
        return []
    more = _(" and %(count)s more") % {"count": len(names) - NAMED} if len(names) > NAMED else ""
    return [
        _(
            "Left out, because the code would be too fine to be read: %(names)s. Take a larger label or a QR code."
        )
        % {"names": ", ".join(names[:NAMED]) + more}
    ]


def _script_words(left_out: list[str]) -> list[str]:
    if not left_out:
        return []
    more = _(" and %(count)s more") % {"count": len(left_out) - NAMED} if len(left_out) > NAMED else ""
    names = ", ".join(left_out[:NAMED]) + more
    words = _("Not in Latin script, so the label says it by code: %(names)s. The code is right all the same.")
    return [words % {"names": names}]


def print_labels(job: Job) -> bytes:
    """A PDF in the sheet's own size: print it at 100 %, without fitting it to the page."""
    buffer = io.BytesIO()
    size = (job.sheet.page_width * mm, job.sheet.page_height * mm)
    canvas = Canvas(buffer, pagesize=size, pageCompression=1, invariant=1)
    canvas.setTitle(_("Labels"))
    canvas.setCreator("Whereabouts")
    canvas.setViewerPreference("PrintScaling", "None")
    for page in job.placed():
        for x, y, drawn in page:
            _draw(canvas, x, y, drawn, size[1])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, x: float, y: float, drawn: Drawn, page: float) -> None:
    """PDF counts upwards from the lower left corner, in points."""
    for left, top, width, height in drawn.marks:
        canvas.rect(
            (x + left) * mm, page - (y + top + height) * mm, width * mm, height * mm, stroke=0, fill=1
        )
    for text in drawn.texts:
        canvas.setFont(register_fonts()[text.is_bold], text.size)
        canvas.drawString((x + text.x) * mm, page - (y + text.y) * mm, text.text)


def preview(job: Job) -> str:
    """The first page as SVG, with the labels' edges, and those that are used up in grey."""
    sheet = job.sheet
    size = f'width="{sheet.page_width}mm" height="{sheet.page_height}mm"'
    view = f'viewBox="0 0 {sheet.page_width} {sheet.page_height}" font-family="DejaVu Sans, sans-serif"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view}>',
        f'<rect width="{sheet.page_width}" height="{sheet.page_height}" fill="#fff"/>',
    ]
    for at, (x, y) in enumerate(sheet.corners(), start=1):
        fill = "#e3e5e7" if at < job.start else "none"
        parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{sheet.width:.2f}" height="{sheet.height:.2f}" rx="1.5"'
            f' fill="{fill}" stroke="#b5bbc1" stroke-width=".2"/>'
        )
    for x, y, drawn in next(job.placed(), []):
        parts.append(f'<g transform="translate({x:.2f} {y:.2f})">{_svg(drawn)}</g>')
    return "".join([*parts, "</svg>"])


def _svg(drawn: Drawn) -> str:
    path = "".join(f"M{x:.3f} {y:.3f}h{w:.3f}v{h:.3f}h-{w:.3f}z" for x, y, w, h in drawn.marks)
    words = "".join(
        f'<text x="{each.x:.2f}" y="{each.y:.2f}" font-size="{each.size * POINT_MM:.2f}"'
        f' font-weight="{700 if each.is_bold else 400}" textLength="{each.width:.2f}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(each.text)}</text>'
        for each in drawn.texts
    )
    return f'<path d="{path}"/>{words}'
