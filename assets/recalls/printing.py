"""The closing report as a PDF; the same facts as on the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

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
from assets.recalls.models import Item
from assets.recalls.report import Report

MOST_LETTERS = 1500
"""Of one text of the notice on paper; the page has all of it."""


def print_report(report: Report, *, by: Any, now: datetime) -> bytes:
    """A4, upright, as many pages as it needs."""
    name = _("Recall %(number)s") % {"number": report.notice.number}
    foot = f"{report.notice} · {moment_words(now)} · {person_words(by)}"
    return print_document(name, lambda styles: _story(report, styles), foot=foot)


def _story(report: Report, styles: Styles) -> Iterable[Flowable]:
    notice, campaign = report.notice, report.campaign
    yield title(_("Closing report of recall %s") % notice, styles)
    if campaign is None or campaign.is_open:
        yield heading(_("Preliminary: the campaign is not closed."), styles)
    yield _what_it_says(report, styles)
    yield heading(_("Equipment"), styles)
    if report.items:
        yield grid(
            [_("Equipment"), _("Serial number"), _("State"), _("What was done")],
            [_item_row(item) for item in report.items],
            (42, 28, 28, 80),
            styles,
        )
    else:
        yield text(_("No piece was confirmed."), styles)
    if report.elsewhere:
        words = _("%s more at sites that you do not see.") % report.elsewhere
        yield text(words, styles)
    if report.rejected:
        yield heading(_("Looked at and not affected"), styles)
        rows = [
            [
                match.asset.asset_tag,
                match.asset.serial_number,
                person_words(match.decided_by),
                _short(match.note),
            ]
            for match in report.rejected
        ]
        yield grid(
            [_("Equipment"), _("Serial number"), _("Decided by"), _("Why")], rows, (32, 32, 34, 80), styles
        )
    yield Spacer(1, 14 * mm)
    yield lines_to_sign((_("Biomedical engineering, date"), _("Responsible, date")), styles)


def _what_it_says(report: Report, styles: Styles) -> Table:
    notice, campaign = report.notice, report.campaign
    rows = [
        (_("Product"), notice.description),
        (_("Firm"), notice.firm),
        (_("Class"), notice.get_classification_display() if notice.classification else _("not classified")),
        (_("Reason"), notice.reason),
        (_("What is to be done"), notice.action),
        (_("Lots and serial numbers"), notice.codes),
        (_("Version"), f"{notice.version}, {moment_words(notice.changed_at)}"),
        (_("States"), ", ".join(f"{word}: {count}" for word, count in report.states)),
    ]
    if campaign is not None:
        rows.append((_("Begun"), f"{moment_words(campaign.opened_at)}, {person_words(campaign.opened_by)}"))
        if campaign.closed_at:
            said = f", {campaign.note}" if campaign.note else ""
            rows.append(
                (_("Closed"), f"{moment_words(campaign.closed_at)}, {person_words(campaign.closed_by)}{said}")
            )
    return facts([(name, _short(told)) for name, told in rows if told], styles, widths_mm=(38, 140))


def _item_row(item: Item) -> list[str]:
    done = [
        f"{moment_words(event.at)}, {person_words(event.by)}: "
        + (event.get_target_display() if event.target else _("Note"))
        + (f", {event.note}" if event.note else "")
        + (f" ({_('photo')})" if hasattr(event, "evidence") else "")
        for event in item.events.all()
    ]
    decided = (
        f"{moment_words(item.match.decided_at)}, {person_words(item.match.decided_by)}: {_('Confirmed')}"
    )
    return [
        f"{item.asset.asset_tag}\n{item.asset.model}",
        item.asset.serial_number,
        str(item.get_state_display()),
        _short("\n".join([decided, *done])),
    ]


def _short(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]} …"
