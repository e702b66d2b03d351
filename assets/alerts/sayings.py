"""What is the matter, kept as an id with values, and said in whatever language somebody reads.

Ids are for ever: alerts of years ago hold them. What has no saying has the words that it was raised with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as named
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

Saying = Mapping[str, Any]
"""``id``, and the values that its sentence asks for: numbers, names, ``seconds``, ``day``."""

_SENTENCES = {
    "enters": _("Came to %(zone)s"),
    "leaves": _("Left; now in %(zone)s"),
    "leaves_all": _("Left its zones"),
    "stays": _("In %(zone)s for %(time)s"),
    "leaves_building": _("Left the building by %(zone)s"),
    "waste": _("In %(zone)s, from where things are thrown away or washed"),
    "missing": _("Not heard of for %(time)s"),
    "fault": _("The device reports a fault"),
    "above": _("%(reading)s %(value)s, above %(limit)s"),
    "below": _("%(reading)s %(value)s, below %(limit)s"),
    "beyond": _("%(reading)s is beyond its limit"),
    "par_critical": _("Below critical: %(count)s ready, critical %(limit)s"),
    "par_maximum": _("Above maximum: %(count)s ready, maximum %(limit)s"),
    "rental": _("Was to be returned by %(day)s"),
    "rental_soon": _("Is to be returned by %(day)s"),
    "contract": _("Is to be renewed by %(day)s"),
    "loan": _("On loan to %(who)s, was due back on %(day)s"),
    "loan_soon": _("On loan to %(who)s, due back on %(day)s"),
}
LANGUAGE_KEPT = "en-gb"
"""Of the words that are stored beside: for the log, the API and whoever searches them."""


def say(saying: Saying) -> str:
    """In the language that is active; nothing for an id that nobody knows."""
    sentence = _SENTENCES.get(str(saying.get("id", "")))
    return str(sentence) % _spoken(saying) if sentence else ""


def words_kept(saying: Saying) -> str:
    with translation.override(LANGUAGE_KEPT):
        return say(saying)


def spoken_time(seconds: float) -> str:
    """As people say it: 40 s, 12 min, 3 h, 2 days."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    days = round(seconds / 86400)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _spoken(saying: Saying) -> dict[str, str]:
    unit = str(saying.get("unit", ""))
    spoken = {name: str(value) for name, value in saying.items()}
    if "seconds" in saying:
        spoken["time"] = spoken_time(float(saying["seconds"]))
    for name in ("value", "limit"):
        if isinstance(number := saying.get(name), int | float):
            decimals = saying.get("decimals") if name == "value" else None
            spoken[name] = f"{_number(number, decimals)} {unit}".rstrip()
    if label := str(saying.get("reading", "")):
        spoken["reading"] = named(label)
    if day := parse_date(str(saying.get("day", ""))):
        spoken["day"] = date_format(day)
    return spoken


def _number(value: float, decimals: int | None) -> str:
    """As people of that language write it; without ``decimals`` as many as it needs."""
    plain = f"{value:g}" if decimals is None else f"{value:.{decimals}f}"
    places = len(plain.partition(".")[2])
    return plain if "e" in plain else number_format(value, decimal_pos=places)
