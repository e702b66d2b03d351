"""What readings say of a device's work: the activity rules of a profile, in three values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from assets.observation import Evidence, Value
from assets.words import Quality
from collectors.decoding.values import Decoded
from collectors.profiles.model import Condition, Rule
from collectors.requests import Failure

Judge = Callable[[Sequence[Decoded]], Evidence | None]
"""Takes what became of each reading, in the order in which :func:`make_judge` was told their names."""
Holds = Callable[[Value], bool]

_SILENT = (Quality.MISSING, Quality.NO_VALUE)
_NOT_THERE = Failure(Quality.MISSING, "the device has no such reading")
_OPERATORS: dict[str, Callable[[Value, float], bool]] = {
    "above": operator.gt, "at_least": operator.ge, "below": operator.lt, "at_most": operator.le,
}  # fmt: skip


def make_judge(rules: Sequence[Rule], names: Sequence[str]) -> Judge | None:
    """The first rule that holds decides.

    A rule that cannot be judged, because a reading failed, ends the search: a device whose fault bit is
    unreadable is not called idle. A device that simply has no such value is judged without it.
    """
    if not rules:
        return None
    places = {name: place for place, name in enumerate(names)}
    compiled = [
        (rule.evidence, [(places[condition.reading], _comparison(condition)) for condition in rule.when])
        for rule in rules
    ]

    def judge(decoded: Sequence[Decoded]) -> Evidence | None:
        for evidence, comparisons in compiled:
            verdict = _verdict(decoded, comparisons)
            if verdict is not False:
                return evidence if verdict else None
        return None

    return judge


def _verdict(decoded: Sequence[Decoded], comparisons: Sequence[tuple[int, Holds]]) -> bool | None:
    """Whether all conditions hold. None: a reading failed, so nobody knows, and no other one is false."""
    verdict: bool | None = True
    for place, holds in comparisons:
        value = decoded[place]
        if isinstance(value, Failure):
            if value.quality in _SILENT:
                return False
            verdict = None
        elif not holds(value):
            return False
    return verdict


def _comparison(condition: Condition) -> Holds:
    operand = condition.operand
    if isinstance(operand, tuple):
        return frozenset(operand).__contains__
    compare, limit = _OPERATORS[condition.operator], operand
    return lambda value: compare(value, limit)


def holds_all(when: Sequence[Condition], values: Mapping[str, Decoded]) -> bool | None:
    """Whether all conditions hold of these readings. None: one failed, so nobody knows, and no other one is false."""
    decoded = [values.get(condition.reading, _NOT_THERE) for condition in when]
    return _verdict(decoded, [(place, _comparison(condition)) for place, condition in enumerate(when)])
