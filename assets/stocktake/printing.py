"""The report of a stocktake as a PDF; the same facts as on the page, and more of its lists."""

from __future__ import annotations

import io
from collections.abc import Iterable

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Spacer

from assets.paper import Styles, facts, grid, heading, moment_words, person_words, print_document, text, title
from assets.stocktake.models import Line
from assets.stocktake.report import Report, Worth, known_by
from assets.stocktake.words import State

MOST_PRINTED = 2000
"""Lines of one list on paper; the file for a spreadsheet has all."""


def print_report(report: Report) -> bytes:
    """A4, upright. Of a closed stocktake, the same bytes each time."""
    name = report.stocktake.name
    return print_document(name, lambda styles: _story(report, styles), foot=name)


def _story(report: Report, styles: Styles) -> Iterable[Flowable]:
    whole = report.stocktake
    yield title(_("Stocktake: %s") % whole.name, styles)
    if whole.is_open:
        yield heading(_("Preliminary: the stocktake is not closed."), styles)
    told = [
        (_("What was counted"), whole.scope),
        (_("Opened"), f"{moment_words(whole.opened_at)}, {person_words(whole.opened_by)}"),
        (_("Expected"), worth_words(report.expected)),
        (_("Found"), worth_words(report.found)),
        (str(State.MISSING.label), worth_words(report.missing)),
    ]
    if whole.closed_at:
        told.append((_("Closed"), f"{moment_words(whole.closed_at)}, {person_words(whole.closed_by)}"))
    if whole.note:
        told.append((_("Note"), whole.note))
    yield facts(told, styles, widths_mm=(38, 140))
    yield heading(_("By department"), styles)
    rows = [
        [unit.name or _("of no department"), *map(str, (unit.expected, unit.found, unit.missing))]
        for unit in report.units
    ]
    heads = [_("Department"), _("Expected"), _("Found"), str(State.MISSING.label)]
    yield grid(heads, rows, (88, 30, 30, 30), styles, numbers=[False, True, True, True])
    for listed in report.lists:
        if not listed.lines:
            continue
        yield heading(f"{listed.state.label}: {len(listed.lines) + listed.more}", styles)
        heads = [_("Equipment"), _("Expected in"), _("Seen")]
        yield grid(heads, [_line(line) for line in listed.lines], (62, 58, 58), styles)
        if listed.more:
            words = _("%s more; the file for a spreadsheet has all.") % listed.more
            yield text(words, styles)
    yield Spacer(1, 10 * mm)
    if whole.drawing:
        yield Image(
            io.BytesIO(bytes(whole.drawing)),
            width=50 * mm,
            height=20 * mm,
            kind="proportional",
            hAlign="LEFT",
        )
    signed = _("Signed by %s") % whole.signed_by if whole.signed_by else _("Not signed")
    yield text(signed, styles)


def worth_words(worth: Worth) -> str:
    """Pieces, and what they cost where that is known."""
    if worth.value is None:
        return f"{worth.count} ({_('no cost told')})" if worth.count else "0"
    words = _("%(count)s, cost %(value)s") % {"count": worth.count, "value": f"{worth.value:,.2f}"}
    return f"{words} ({_('%s without a cost') % worth.unpriced})" if worth.unpriced else words


def _line(line: Line) -> list[str]:
    name = f"{line.asset_tag} {line.model}" if line.asset_tag else line.code[:120]
    where = line.place or _("no known place")
    if line.place_by:
        where += f"\n{known_by(line)}" + (f", {moment_words(line.place_at)}" if line.place_at else "")
    seen = str(line.found_in) if line.found_in else ""
    said = f"{moment_words(line.said_at)}, {person_words(line.said_by)}" if line.said_at else ""
    return [
        "\n".join(part for part in (name, line.serial_number) if part),
        where if line.asset_tag else "—",
        "\n".join(part for part in (seen, said, line.remark) if part) or "—",
    ]
