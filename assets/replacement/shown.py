"""A score's parts in words: each with its weight, its points, and the fact that they rest on or what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.maintenance.words import Risk
from assets.replacement.models import Score
from assets.replacement.points import LEAST_DAYS, LEAST_HOURS
from assets.replacement.words import Part

Kept = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartLine:
    """``points`` is nothing where ``words`` say what is not known."""

    part: Part
    weight: int
    points: float | None
    words: str


def part_lines(score: Score, weights: Mapping[Part, int]) -> list[PartLine]:
    return [
        PartLine(part, weights[part], score.points.get(part.value), _WORDS[part](score.facts))
        for part in Part
    ]


def moved_words(score: Score) -> str:
    """Why it is later than wanted: years, with what was left in each for it."""
    told = [_("%(year)s: %(left)s left") % {"year": year, "left": money(left)} for year, left in score.passed]
    return "; ".join(told)


def money(amount: Any) -> str:
    return number_format(round(float(amount), 2), 2, force_grouping=True)


def _number(value: float, places: int = 1) -> str:
    return number_format(round(value, places), places, force_grouping=True)


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")


def _age(facts: Kept) -> str:
    if not facts.get("bought_on"):
        return _("when it was bought is not entered")
    if not facts.get("life_years"):
        return _("its expected life is not entered")
    words = _("%(age)s of %(life)s years, bought on %(day)s")
    age = _number(facts["age_years"])
    return words % {"age": age, "life": facts["life_years"], "day": _day(facts["bought_on"])}


def _reliability(facts: Kept) -> str:
    if "operating_h" not in facts:
        return _("not worked out yet")
    hours = _number(facts["operating_h"], 0)
    if facts.get("rate") is None:
        words = _("%(hours)s hours in use in 365 days: too few to tell, %(least)s are needed")
        return words % {"hours": hours, "least": f"{LEAST_HOURS:.0f}"}
    count = facts["failures"]
    words = ngettext(
        "%(count)s failure in %(hours)s hours in use in 365 days: %(rate)s in 1,000 h, its category %(peers)s",
        "%(count)s failures in %(hours)s hours in use in 365 days: %(rate)s in 1,000 h, its category %(peers)s",
        count,
    )
    rates = {"rate": _number(facts["rate"], 2), "peers": _number(facts["peers_rate"], 2)}
    return words % ({"count": count, "hours": hours} | rates)


def _support(facts: Kept) -> str:
    if not facts.get("support_ends_on"):
        return _("when its maker's support ends is not entered")
    day = _day(facts["support_ends_on"])
    is_over = facts["support_ends_on"] < facts["as_of"]
    return (_("ended on %s") if is_over else _("ends on %s")) % day


def _cost(facts: Kept) -> str:
    if facts.get("ratio") is None:
        words = _("what it cost is not entered, or it is in the register for less than %s days")
        return words % LEAST_DAYS
    return _("%s %% of what it cost, a year") % _number(100 * facts["ratio"])


def _recall(facts: Kept) -> str:
    count: int | None = facts.get("open_recalls")
    if count is None:
        return _("it was not compared with the notices yet")
    if count:
        return ngettext("%s open recall", "%s open recalls", count) % count
    undecided = int(facts.get("undecided") or 0)
    if undecided:
        return ngettext("%s notice is not decided", "%s notices are not decided", undecided) % undecided
    return _("none is open")


def _risk(facts: Kept) -> str:
    risk = facts.get("risk")
    return str(Risk(risk).label) if risk else _("its category has no risk class")


_WORDS: dict[Part, Callable[[Kept], str]] = {
    Part.AGE: _age, Part.RELIABILITY: _reliability, Part.SUPPORT: _support, Part.COST: _cost,
    Part.RECALL: _recall, Part.RISK: _risk,
}  # fmt: skip
