"""How old a value is and how sure a place, in words; ``hospital/js/ages.js`` says the same in the browser."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext, ngettext

_STEPS = ((120, "fresh"), (900, "recent"), (14_400, "old"))
SURE_ABOVE = 0.75
"""Confidence of a place from which on it is named without “probably”."""


def age_words(at: datetime | None, now: datetime) -> str:
    """“now”, “20 s ago”, “14 min ago”, “3 h ago”, “2 days ago”; “never” without a time.

    A time in the future is a clock that is off, and reads as now.
    """
    if at is None:
        return gettext("never")
    seconds = int((now - at).total_seconds())
    if seconds < 3:
        return gettext("now")
    if seconds < 60:
        return gettext("%(count)s s ago") % {"count": seconds}
    if seconds < 3600:
        return gettext("%(count)s min ago") % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return gettext("%(count)s h ago") % {"count": seconds // 3600}
    days = seconds // 86400
    return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}


def age_step(at: datetime | None, now: datetime) -> str:
    """How far a value of that age has faded: fresh, recent, old or stale."""
    if at is None:
        return "stale"
    seconds = (now - at).total_seconds()
    return next((step for limit, step in _STEPS if seconds < limit), "stale")


def duration_words(begin: datetime, end: datetime) -> str:
    """How long, by its two largest units: “45 s”, “3 min”, “2 h 10 min”, “3 days 4 h”."""
    seconds = max(0, int((end - begin).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        rest = hours % 24
        whole = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        return whole + (f" {rest} h" if rest else "")
    if hours:
        rest = minutes % 60
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{minutes} min"
