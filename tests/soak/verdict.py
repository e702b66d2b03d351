"""What a soak run came to: how evenly devices were asked, and what of their answers is in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.bench.meter import quantile
from tests.soak.answers import Answer

WANTED = 0.05
"""By how much of the interval a poll may be early or late."""
REPEATED = 0.5
"""A device asked again within this share of its interval was asked again for the same poll."""

Key = tuple[bytes, int]
"""A device's address and the count that it told."""


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Deviations from the interval, as shares of it."""

    intervals: int
    within_wanted: float
    """Share of the intervals that deviate by no more than ``WANTED``."""
    endpoints_within: float
    """Share of the endpoints all of whose intervals do."""
    p50: float
    p95: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Recording:
    """``lag`` is from a device's answer to the commit of its reading, in seconds."""

    answered: int
    repeated: int
    lost: int
    doubled: int
    lag_p50_s: float
    lag_p99_s: float
    lag_worst_s: float


def punctuality(answers: Iterable[Answer], interval_s: float) -> Punctuality:
    """Repeated questions are left out: of one poll the first counts."""
    asked: dict[bytes, list[float]] = defaultdict(list)
    for answer in answers:
        times = asked[answer.address]
        if not times or answer.asked_at - times[-1] > REPEATED * interval_s:
            times.append(answer.asked_at)
    by_endpoint = [
        [abs(later - earlier - interval_s) / interval_s for earlier, later in pairwise(times)]
        for times in asked.values()
        if len(times) > 1
    ]
    deviations = [deviation for each in by_endpoint for deviation in each]
    if not deviations:
        raise ValueError("no device was asked twice")
    return Punctuality(
        intervals=len(deviations),
        within_wanted=sum(deviation <= WANTED for deviation in deviations) / len(deviations),
        endpoints_within=sum(max(each) <= WANTED for each in by_endpoint) / len(by_endpoint),
        p50=quantile(deviations, 0.5),
        p95=quantile(deviations, 0.95),
        p99=quantile(deviations, 0.99),
        worst=max(deviations),
    )


def recording(
    answers: Sequence[Answer], commits: Mapping[Key, Sequence[float]], interval_s: float
) -> Recording:
    """``commits``: of each answer, when the readings that tell it were committed."""
    lags = []
    lost = repeated = 0
    later: dict[bytes, Answer] = {}
    for answer in reversed(answers):
        committed = commits.get((answer.address, answer.number))
        follower = later.get(answer.address)
        later[answer.address] = answer
        if committed:
            lags.append(min(committed) - answer.answered_at)
        elif follower and follower.asked_at - answer.asked_at < REPEATED * interval_s:
            repeated += 1
        else:
            lost += 1
    doubled = sum(len(times) - 1 for times in commits.values())
    if not lags:
        raise ValueError("nothing was recorded")
    return Recording(
        len(answers), repeated, lost, doubled, quantile(lags, 0.5), quantile(lags, 0.99), max(lags)
    )
