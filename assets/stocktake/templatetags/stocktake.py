"""How pages say where a line of a stocktake should be, and where it is."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from assets.stocktake.models import Line, Room
from assets.stocktake.report import Worth, known_by
from assets.stocktake.words import State

register = template.Library()


@register.filter
def where_words(line: Line, room: Room) -> str:
    """As seen from a room: where else it was expected or found; nothing where there is no other."""
    if line.state == State.MOVED and line.found_in_id == room.pk:
        expected = _("expected in %s") % line.place if line.place else _("no place was known")
        return f"{expected} · "
    if line.state == State.MOVED:
        return _("found in %s") % line.found_in + " · "
    if line.state == State.UNEXPECTED:
        return _("not on the list; shown in %s") % (line.place or "–") + " · "
    if line.state == State.UNKNOWN:
        return _("nothing is registered under it") + " · "
    return ""


@register.filter
def how_known(line: Line) -> str:
    return str(known_by(line))


@register.filter
def worth(value: Worth) -> str:
    """Its cost in words; never 0 where nobody told one."""
    if value.value is None:
        return _("no cost told") if value.count else "–"
    words = f"{value.value:,.2f}"
    return f"{words} ({_('%s without a cost') % value.unpriced})" if value.unpriced else words
