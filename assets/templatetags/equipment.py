"""Filters that turn words of the house into what people see."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from assets.ages import SURE_ABOVE, age_step, age_words, duration_words
from assets.provenance import provenance_of
from assets.recording.moments import EPOCH
from assets.words import LOOKS, Activity, Basis, Look, Quality

register = template.Library()


@register.filter
def current(asset: Any) -> Any:
    """The asset's current row as it is now, or nothing."""
    return asset.now_as_of(timezone.now())


@register.filter
def look(now: Any) -> Look:
    """The look of a current row, of an interval, or of an activity's value; without one, “Not heard”."""
    activity = getattr(now, "activity", now)
    return LOOKS.get(activity, LOOKS[Activity.UNKNOWN])


@register.filter
def is_presumed(now: Any) -> bool:
    """Whether use was concluded from the place alone, so that it is drawn outlined."""
    is_in_use = getattr(now, "activity", None) == Activity.IN_USE
    return is_in_use and getattr(now, "basis", None) == Basis.PRESUMED


@register.filter
def activity_shape(now: Any) -> str:
    """The symbol of a row's activity in ``components/icons.html``."""
    return "square-outline" if is_presumed(now) else look(now).shape


@register.filter(name="age_words")
def age_words_now(at: datetime | None) -> str:
    return age_words(at or None, timezone.now())


@register.filter(name="age_step")
def age_step_now(at: datetime | None) -> str:
    return age_step(at or None, timezone.now())


@register.filter
def lasting(begin: datetime | None, end: datetime | None = None) -> str:
    """How long since ``begin`` (until ``end``, or now): “2 h 10 min”."""
    return duration_words(begin, end or timezone.now()) if begin else ""


@register.filter
def length_words(length: timedelta) -> str:
    """A length of time by its two largest units: “2 h 10 min”."""
    return duration_words(EPOCH, EPOCH + length)


@register.filter
def place_step(now: Any) -> str:
    """How far a place has faded; that of installed equipment, which has no position, does not."""
    at = getattr(now, "position_at", None)
    is_installed = at is None and getattr(now, "zone", None) is not None
    return "fresh" if is_installed else age_step(at, timezone.now())


@register.filter
def is_probable(now: Any) -> bool:
    """Whether a place is named with “probably”: its confidence is low, or was never told."""
    confidence = getattr(now, "position_confidence", None)
    return confidence is None or confidence < SURE_ABOVE


@register.filter
def sureness(now: Any) -> str:
    """How sure the room is: “sure”, or “not sure”; nothing without a room or without a confidence."""
    if getattr(now, "zone", None) is None or getattr(now, "position_confidence", None) is None:
        return ""
    return "not sure" if is_probable(now) else "sure"


@register.filter
def known_by(now: Any) -> str:
    """By what a place is known, as in “by Wi-Fi, access point 3-West-12, −61 dBm”; nothing without a place."""
    found = provenance_of(now or None)
    return found.words if found else ""


@register.filter
def metres(distance: float | None) -> str:
    """A walking distance, rounded as people say it: “8 m”, “40 m”, “1.2 km”."""
    if distance is None:
        return ""
    if distance >= 1000:
        return f"{number_format(distance / 1000, 1)} km"
    step = 1 if distance < 20 else 5
    return f"{round(distance / step) * step:.0f} m"


@register.filter
def error_metres(error: float) -> str:
    """How far off a position may be, rounded up: nothing is known to “0 m”."""
    return f"{max(1, math.ceil(error))} m"


@register.filter
def storeys(count: int | None) -> str:
    """Storeys up, or down when negative: “1 floor up”, “2 floors down”."""
    if not count:
        return ""
    storeys = abs(count)
    if count > 0:
        return ngettext("%(count)s floor up", "%(count)s floors up", storeys) % {"count": storeys}
    return ngettext("%(count)s floor down", "%(count)s floors down", storeys) % {"count": storeys}


@register.filter
def percent(value: float | None) -> str:
    """“82 %”, with a space that does not break."""
    return "" if value is None else f"{value:.0f}\u00a0%"


@register.filter
def quality_words(quality: str | None) -> str:
    """What became of an attempt to read, in words; nothing was tried yet without one."""
    return str(Quality(quality).label) if quality in Quality.values else gettext("Not tried yet")


@register.filter
def who(person: Any) -> str:
    """A person's name as others know it; nothing for nobody."""
    return str(person.get_full_name() or person.get_username()) if person else ""
