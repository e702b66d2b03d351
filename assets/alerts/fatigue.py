"""Alarm fatigue, measured: how often people are called, how soon they answer, and for which rules they never do.

Alerts that nobody was told of, because they were held back, are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from assets.alerts.models import Alert, Rule

DAYS = 28
WITHIN = (5, 15, 60)
"""Minutes within which an alert may have been acknowledged."""
FEWEST = 10
"""Alerts of a rule below which nothing is concluded."""
MOST_PER_DAY = 10.0
IGNORED_SHARE = 0.5
FLAPPING_SHARE = 0.3
SHORT = timedelta(minutes=2)
SHORT_SHARE = 0.5


@dataclass(slots=True)
class Line:
    """Of one rule or one unit, over ``days``. ``seen`` counts acknowledgements by :data:`WITHIN`."""

    name: str
    days: float
    key: Any = None
    count: int = 0
    seen: Counter[int] = field(default_factory=Counter)
    flapping: int = 0
    ignored: int = 0
    short: int = 0
    proposals: list[str] = field(default_factory=list)

    def take(self, alert: Alert) -> None:
        self.count += 1
        self.flapping += alert.flaps > 0
        if alert.acknowledged_at is not None:
            for minutes in WITHIN:
                self.seen[minutes] += alert.acknowledged_at - alert.raised_at <= timedelta(minutes=minutes)
        elif not alert.is_open:
            self.ignored += 1
        if alert.ended_at is not None:
            self.short += alert.ended_at - alert.raised_at <= SHORT

    @property
    def per_day(self) -> float | None:
        """``None`` of less than a day: a rate would be a guess about the rest of it."""
        return self.count / self.days if self.days >= 1 else None

    @property
    def seen_shares(self) -> list[tuple[int, float]]:
        """Minutes and percent."""
        return [(minutes, 100 * self.seen[minutes] / self.count) for minutes in WITHIN]

    def share(self, part: int) -> float:
        return part / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Fatigue:
    """``length``: how far back was looked, to the first alert at most."""

    length: timedelta
    total: Line
    rules: Sequence[Line]
    units: Sequence[Line]

    @property
    def to_change(self) -> list[Line]:
        return [line for line in self.rules if line.proposals]


def measure(*, user: Any, now: datetime) -> Fatigue:
    """Of the alerts that ``user`` may see, of the last :data:`DAYS` days or since there are alerts."""
    told = Alert.objects.visible_to(user).told().filter(raised_at__lte=now)
    first = told.aggregate(at=Min("raised_at"))["at"]
    length = min(timedelta(days=DAYS), now - (first or now))
    days = length / timedelta(days=1)
    seen = told.filter(raised_at__gte=now - length)
    total = Line("", days)
    rules: dict[int, Line] = {}
    units: dict[str, Line] = {}
    names = dict(Rule.objects.values_list("pk", "name"))
    for alert in seen.select_related("department").iterator(chunk_size=1000):
        unit = alert.department.name if alert.department else _("no unit")
        of_rule = rules.setdefault(alert.rule_id, Line(names[alert.rule_id], days, alert.rule_id))
        of_unit = units.setdefault(unit, Line(unit, days))
        for each in (total, of_rule, of_unit):
            each.take(alert)
    for line in rules.values():
        line.proposals = proposals(line)
    return Fatigue(length, total, _most_first(rules.values()), _most_first(units.values()))


def proposals(line: Line) -> list[str]:
    """What to change about a rule; nothing where it has too few alerts to judge."""
    if line.count < FEWEST:
        return []
    found = []
    if line.share(line.ignored) > IGNORED_SHARE:
        found.append(_("Most resolve without anybody acting: lower its severity, or switch it off."))
    if line.share(line.flapping) > FLAPPING_SHARE:
        found.append(_("Many come back: let it resolve later, or widen its hysteresis."))
    if line.share(line.short) > SHORT_SHARE:
        found.append(_("Most are over within two minutes: raise it later."))
    if (line.per_day or 0) > MOST_PER_DAY:
        found.append(_("It calls more than ten times a day: narrow what it is about."))
    return found


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.count, line.name))
