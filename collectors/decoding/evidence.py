"""What readings say of a device's work: the activity rules of a profile, in three values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence

from assets.observation import Evidence, ReadingValue, Value
from assets.words import Quality
from collectors.profiles.model import Condition, Rule

Verdict = bool | None
"""``None``: the reading failed, so nobody knows."""
Compare = Callable[[Mapping[str, ReadingValue]], Verdict]
Judge = Callable[[Iterable[ReadingValue]], Evidence | None]

_SILENT = (Quality.MISSING, Quality.NO_VALUE)
_OPERATORS: dict[str, Callable[[Value, float], bool]] = {
    "above": operator.gt, "at_least": operator.ge, "below": operator.lt, "at_most": operator.le,
}  # fmt: skip


def make_judge(rules: Sequence[Rule]) -> Judge | None:
    """The first rule that holds decides.

    A rule that cannot be judged, because a reading failed, ends the search: a device whose fault bit is
    unreadable is not called idle. A device that simply has no such value is judged without it.
    """
    if not rules:
        return None
    compiled = [(rule.evidence, [_comparison(condition) for condition in rule.when]) for rule in rules]

    def judge(readings: Iterable[ReadingValue]) -> Evidence | None:
        by_name = {reading.name: reading for reading in readings}
        for evidence, comparisons in compiled:
            verdicts = [compare(by_name) for compare in comparisons]
            if False in verdicts:
                continue
            return None if None in verdicts else evidence
        return None

    return judge


def _comparison(condition: Condition) -> Compare:
    name, operand = condition.reading, condition.operand
    holds: Callable[[Value], bool]
    if isinstance(operand, tuple):
        words = frozenset(operand)
        holds = words.__contains__
    else:
        compare, limit = _OPERATORS[condition.operator], operand
        holds = lambda value: compare(value, limit)  # noqa: E731

    def verdict(readings: Mapping[str, ReadingValue]) -> Verdict:
        reading = readings[name]
        if reading.value is not None:
            return holds(reading.value)
        return False if reading.quality in _SILENT else None

    return verdict
