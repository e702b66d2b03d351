"""From facts to points, and from points to a score: arithmetic alone, and nothing made up.

A part of which nothing is known has no points; the score is the weighted mean of those that have some, and says how
much of the weights these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assets.maintenance.words import Risk
from assets.replacement.words import Part, Why

MOST = 100.0
YEAR_DAYS = 365.25
LEAST_HOURS = 100.0
"""Of use: of fewer a failure rate says nothing."""
LEAST_DAYS = 90
"""In the register: of fewer a cost of service of a year says nothing."""
SUPPORT_YEARS = 5.0
"""So long before the end of support there are no points for it."""
WORST_RATIO = 0.20
"""A cost of service of so much of the acquisition cost in a year has all points."""
RISKS = {Risk.LIFE_SUPPORT: 100.0, Risk.HIGH: 75.0, Risk.MEDIUM: 40.0, Risk.LOW: 10.0}
LEAST_KNOWN = 0.5
"""Of the weights: of less a score ranks nothing."""
HIGH = 70.0
"""A score from which on a piece is wanted anew this year."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one piece, as of a day. Hours and failures are of the 365 days up to it; so is ``ratio``, as of a year.

    ``peers_rate``: failures in 1,000 hours of the whole category at the site. ``open_recalls`` are confirmed,
    ``undecided`` nobody decided yet; both are nothing where the piece was not compared yet.
    """

    today: date
    bought_on: date | None = None
    life_years: int | None = None
    support_ends_on: date | None = None
    operating_h: float = 0.0
    failures: int = 0
    peers_rate: float | None = None
    ratio: float | None = None
    open_recalls: int | None = None
    undecided: int | None = None
    risk: str = ""

    @property
    def age_years(self) -> float | None:
        return None if self.bought_on is None else max(0.0, (self.today - self.bought_on).days / YEAR_DAYS)

    @property
    def support_years(self) -> float | None:
        """How long it goes on; negative once it is over."""
        end = self.support_ends_on
        return None if end is None else (end - self.today).days / YEAR_DAYS

    @property
    def rate(self) -> float | None:
        """Failures in 1,000 operating hours; nothing where too little was heard."""
        return self.failures * 1000 / self.operating_h if self.operating_h >= LEAST_HOURS else None


Points = Mapping[Part, float | None]


def points_of(facts: Facts) -> Points:
    """Each from 0 to 100; nothing for a part of which nothing is known."""
    return {
        Part.AGE: _age(facts),
        Part.RELIABILITY: _reliability(facts),
        Part.SUPPORT: _support(facts),
        Part.COST: None if facts.ratio is None else min(MOST, MOST * facts.ratio / WORST_RATIO),
        Part.RECALL: _recall(facts),
        Part.RISK: RISKS[Risk(facts.risk)] if facts.risk else None,
    }


def _age(facts: Facts) -> float | None:
    if facts.age_years is None or not facts.life_years:
        return None
    return min(MOST, MOST * facts.age_years / facts.life_years)


def _reliability(facts: Facts) -> float | None:
    """As often as its category is half of the points, twice as often all; without any failure there are none."""
    if facts.rate is None or facts.peers_rate is None:
        return None
    return min(MOST, MOST / 2 * facts.rate / facts.peers_rate) if facts.rate else 0.0


def _support(facts: Facts) -> float | None:
    left = facts.support_years
    return None if left is None else min(MOST, max(0.0, MOST * (1 - left / SUPPORT_YEARS)))


def _recall(facts: Facts) -> float | None:
    if facts.open_recalls is None:
        return None
    return MOST if facts.open_recalls else MOST / 2 if facts.undecided else 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """``value`` is from 0 to 100, and nothing where nothing that weighs is known; ``known``: of the weights."""

    value: float | None
    known: float

    @property
    def rank(self) -> float | None:
        """The score where enough is known to put pieces in order by it."""
        return self.value if self.known >= LEAST_KNOWN else None


def score_of(points: Points, weights: Mapping[Part, int]) -> Scored:
    """``weights`` are not all 0."""
    told = {part: value for part, value in points.items() if value is not None}
    weight = sum(weights[part] for part in told)
    if weight == 0:
        return Scored(None, 0.0)
    value = sum(weights[part] * value for part, value in told.items()) / weight
    return Scored(value, weight / sum(weights.values()))


def wanted_in(facts: Facts, scored: Scored) -> tuple[int, Why] | None:
    """The year in which it is to be replaced, not before this one, and why; nothing where nothing says when."""
    found: list[tuple[int, Why]] = []
    this_year = facts.today.year
    if facts.bought_on is not None and facts.life_years:
        found.append((max(this_year, facts.bought_on.year + facts.life_years), Why.LIFE))
    if facts.support_ends_on is not None:
        found.append((max(this_year, facts.support_ends_on.year), Why.SUPPORT))
    if scored.rank is not None and scored.rank >= HIGH:
        found.append((this_year, Why.SCORE))
    return min(found, key=lambda each: each[0]) if found else None
