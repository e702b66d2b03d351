"""How polling each endpoint goes, kept in memory; :mod:`collectors.engine.health_store` writes it in bulk."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter

from assets.observation import Observation
from assets.words import Quality
from collectors.decoding.rows import ABSENCES
from collectors.drivers.snmp_values import ABSENT
from collectors.requests import Answer, Failure, GetAnswer, RawPoll, Request, SnmpGet

TYPICAL_OVER = 20.0


class Turn(enum.Enum):
    """What a poll changed."""

    NONE = enum.auto()
    WENT_BAD = enum.auto()
    RECOVERED = enum.auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a poll as a whole. ``detail`` may name a request that failed while others did not."""

    quality: Quality
    detail: str = ""

    @property
    def is_good(self) -> bool:
        return self.quality is Quality.GOOD


ALL_GOOD = Verdict(Quality.GOOD)


@dataclass(slots=True)
class Health:
    """The fields of :class:`collectors.models.EndpointHealth`."""

    attempted_at: datetime | None = None
    answered_at: datetime | None = None
    latency_ms: float | None = None
    quality: str | None = None
    detail: str = ""
    failing_since: datetime | None = None
    failures_in_a_row: int = 0
    polls: int = 0
    answers: int = 0
    next_poll_at: datetime | None = None
    recovered_at: datetime | None = None
    typical_ms: float | None = None
    refused: Mapping[str, int] = field(default_factory=dict)

    def note(self, verdict: Verdict, raw: RawPoll) -> Turn:
        """Take a poll into account."""
        self.attempted_at = raw.at
        if raw.refused:
            self.refused = Counter(self.refused) + Counter(raw.refused)
        self.polls += 1
        self.quality, self.detail = verdict.quality, verdict.detail[:300]
        if not verdict.is_good:
            self.failures_in_a_row += 1
            went_bad = self.failing_since is None
            self.failing_since = self.failing_since or raw.at
            return Turn.WENT_BAD if went_bad else Turn.NONE
        self.answered_at, self.latency_ms = raw.at, raw.latency_ms
        self.answers += 1
        self.typical_ms = _running_mean(self.typical_ms, raw.latency_ms, self.answers)
        recovered = self.failing_since is not None
        if recovered:
            self.recovered_at = raw.at
        self.failing_since, self.failures_in_a_row = None, 0
        return Turn.RECOVERED if recovered else Turn.NONE

    def copy(self) -> Health:
        return Health(*_values_of(self))


_values_of = attrgetter(*(each.name for each in fields(Health)))


def _running_mean(so_far: float | None, value: float, count: int) -> float:
    """The mean of the first values, of ``count`` so far; then it follows a lasting change within some twenty."""
    return value if so_far is None else so_far + (value - so_far) / min(count, TYPICAL_OVER)


def verdict_of(raw: RawPoll) -> Verdict:
    """GOOD if anything was answered; else the first failure, or MISSING if the device knows nothing asked."""
    failures = [answer for answer in raw.answers.values() if isinstance(answer, Failure)]
    if failures and len(failures) == len(raw.answers):
        return Verdict(failures[0].quality, failures[0].detail)
    if _knows_nothing(raw.answers):
        return Verdict(
            Quality.MISSING,
            "The device answers, but has none of the profile's objects: check that the profile fits.",
        )
    if failures:
        return Verdict(
            Quality.GOOD, f"{len(failures)} of {len(raw.answers)} requests failed: {failures[0].detail}"
        )
    return ALL_GOOD


def verdict_on(verdict: Verdict, observations: Sequence[Observation]) -> Verdict:
    """The verdict once what was answered is decoded: a device of which no value can be believed is not well.

    That a gateway has nothing to say of a device is no fault of either.
    """
    if not verdict.is_good or any(observation.quality is Quality.GOOD for observation in observations):
        return verdict
    faults = [each for each in observations if each.quality not in ABSENCES]
    return Verdict(faults[0].quality, faults[0].detail) if faults else verdict


def _knows_nothing(answers: Mapping[Request, Answer]) -> bool:
    """Whether objects were asked for, and the device has none of them, nor anything else."""
    asked = False
    for request, answer in answers.items():
        if isinstance(request, SnmpGet):
            asked = True
            if not _is_all_absent(answer):
                return False
        elif answer and not isinstance(answer, Failure):
            return False
    return asked


def _is_all_absent(answer: Answer) -> bool:
    if isinstance(answer, GetAnswer):
        return ABSENT.issuperset(answer.kinds)
    return isinstance(answer, Mapping) and all(value.type in ABSENT for value in answer.values())


def all_failed(requests: Sequence[Request], failure: Failure, at: datetime) -> RawPoll:
    """A poll that did not happen, and why."""
    return RawPoll(at=at, latency_ms=0.0, answers=dict.fromkeys(requests, failure))
