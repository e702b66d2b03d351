"""How figures of fleet size came about, as sentences."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from assets.fleet.reporting import SizeReport, moment_of
from assets.utilisation.explaining import share
from assets.utilisation.templatetags.utilisation import duration


def explain_tried(report: SizeReport) -> str:
    """Of the size that is tried."""
    size, found = report.size, report.shortages
    if size is None or found is None:
        return ""
    can = ngettext(
        "Of %(pieces)d pieces %(capacity)d can be in use at once, as %(cleaned).1f are being cleaned and %(down).1f "
        "are out of service on average.",
        "Of %(pieces)d pieces %(capacity)d can be in use at once, as %(cleaned).1f are being cleaned and %(down).1f "
        "are out of service on average.",
        size.pieces,
    ) % {
        "pieces": size.pieces,
        "capacity": size.capacity,
        "cleaned": report.line.size.cleaned or 0,
        "down": report.line.size.down or 0,
    }
    worst = found.worst
    if worst is None:
        return can + " " + gettext("That was always enough in this period.")
    return (
        can
        + " "
        + ngettext(
            "More were in use in %(share)s of the time, for %(long)s at a stretch; the most were lacking on "
            "%(moment)s: %(lacking)d.",
            "More were in use in %(share)s of the time, for %(long)s in %(times)d stretches; the most were lacking "
            "on %(moment)s: %(lacking)d.",
            len(found.found),
        )
        % {
            "share": share(size.short.value or 0),
            "long": duration(found.seconds),
            "times": len(found.found),
            "moment": date_format(localtime(moment_of(worst.worst)), "j F Y, H:i"),
            "lacking": worst.lacking,
        }
    )


def explain_pool(report: SizeReport) -> str:
    """Of the units that share."""
    pool = report.pool
    if pool is None:
        return ""
    if pool.saving is None:
        reason = pool.reason or pool.together.size.needed.reason
        return gettext("No figure for a pool, because %(reason)s.") % {"reason": reason}
    return gettext(
        "Each by itself they need %(apart)d, sharing one pool %(together)d: that saves %(saving)d. Not all are busy at "
        "the same time, and one buffer is enough for all."
    ) % {"apart": pool.apart, "together": pool.together.size.pieces, "saving": pool.saving}


def explain_saving(report: SizeReport) -> str:
    """Of what fewer save a year."""
    saving = report.saving
    if saving is None:
        return ""
    whole = saving.whole
    if whole.value is None:
        return gettext("No saving is told, because %(reason)s.") % {"reason": whole.reason}
    return gettext(
        "%(pieces)d instead of %(owned)d pieces: %(owning)s a year for what is not owned, less %(renting)s for renting "
        "what is lacking on the worst moment of each day (%(days)s piece-days a year)."
    ) % {
        "pieces": report.size.pieces if report.size else 0,
        "owned": report.line.owned,
        "owning": f"{saving.owning.value:,.0f}",
        "renting": f"{saving.renting.value:,.0f}",
        "days": f"{saving.rented_days:,.1f}",
    }
