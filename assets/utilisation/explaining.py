"""How a figure came about, as a sentence."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext

from assets.utilisation.figures import Policy
from assets.utilisation.reports import AssetLine, Line


def explain(line: Line | AssetLine) -> str:
    """Of the average: from which hours, of which equipment, by which basis, policy and clock."""
    choice, figure = line.choice, line.average
    if figure.value is None:
        return gettext("No figure, because %(reason)s.") % {"reason": figure.reason}
    told = {
        "used": _hours(line.totals.in_use(choice.basis)),
        "basis": choice.basis.label,
        "heard": _hours(line.totals.denominator(choice.policy)),
        "clock": choice.clock.label,
        "first": date_format(choice.first, "j F Y"),
        "last": date_format(choice.last, "j F Y"),
        "unknown": _hours(line.totals.unknown),
        "share": share(figure.value),
    }
    if choice.policy is Policy.SERVICEABLE:
        words = gettext(
            "%(share)s = %(used)s h of %(basis)s in %(heard)s h that were heard and not out of service (%(clock)s, "
            "%(first)s to %(last)s). %(unknown)s h in which nothing was heard are left out."
        )
    else:
        words = gettext(
            "%(share)s = %(used)s h of %(basis)s in %(heard)s h that were heard, out of service included (%(clock)s, "
            "%(first)s to %(last)s). %(unknown)s h in which nothing was heard are left out."
        )
    return words % told


def explain_size(line: Line) -> str:
    """Of the fleet size."""
    size, choice = line.size, line.choice
    if size.needed.value is None:
        return gettext("No fleet size, because %(reason)s.") % {"reason": size.needed.reason}
    demand = line.p95 if choice.demand == "p95" else line.peak
    return gettext(
        "%(pieces)d are needed: %(demand)d in use at once (%(by)s, %(basis)s) and %(buffer)d %% more make %(at_once)d, "
        "besides %(cleaned).1f being cleaned and %(down).1f out of service on average. More were in use in "
        "%(short)s of the time."
    ) % {
        "pieces": size.pieces,
        "demand": demand.value,
        "by": gettext("95th percentile") if choice.demand == "p95" else gettext("peak"),
        "basis": choice.basis.label,
        "buffer": round(choice.buffer * 100),
        "at_once": size.at_once,
        "cleaned": size.cleaned,
        "down": size.down,
        "short": share(size.short.value or 0),
    }


def share(value: float) -> str:
    """As a percentage; what is not quite nothing or not quite all is not called that."""
    percent = 100 * value
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %"


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:,.1f}"
