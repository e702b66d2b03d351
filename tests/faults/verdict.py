"""The log of the devices held against the tables: what is lost, doubled, late, or asked wrongly. Pure."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.answers import Answer
from tests.faults.fleet import Device

DURABLE_WITHIN_S = 1.5
"""An answer is in the database, or in the spool on disk, this long after it was given: the writer waits 0.1 s for
company and 1 s for a database that hangs; the rest is for a busy machine. What a killed process had not made durable is
younger."""
ANSWERED_AFTER_S = 0.5
"""A request that was under way at a kill is still answered, to nobody."""
MIN_INTERVAL_S = 1.0
TICK_S = 0.005
SOONEST_S = 0.5
"""After a poll that came late the next may still be on time, and so follow by less than an interval; the rest is what
waiting in a gateway's queue, and for a busy processor, takes."""
SPARE_S = 1.0


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment at which a process was killed, stood still, or went on. ``ports`` are those from which it asked."""

    at: float
    ports: frozenset[int]

    def covers(self, answer: Answer) -> bool:
        """Whether the answer may have been on its way through that process, not yet durable."""
        return (
            answer.port in self.ports
            and self.at - DURABLE_WITHIN_S <= answer.answered_at <= self.at + ANSWERED_AFTER_S
        )


@dataclass(slots=True)
class Verdict:
    """What became of one run. Promises are broken by ``lost``, ``doubled``, ``invented``, ``stalled``,
    ``at_once`` and ``too_soon``."""

    answers: int = 0
    recorded: int = 0
    lost: list[Answer] = field(default_factory=list)
    in_flight: list[Answer] = field(default_factory=list)
    doubled: int = 0
    invented: int = 0
    """Recorded, but never answered."""
    stalled: dict[int, float] = field(default_factory=dict)
    """Device → longest time between two answers, where that is too long."""
    at_once: list[tuple[Answer, Answer]] = field(default_factory=list)
    too_soon: list[tuple[Answer, Answer]] = field(default_factory=list)
    oldest_in_flight_s: float = 0.0
    """How long before its process was killed the oldest of those was answered."""


def judge(
    fleet: Sequence[Device],
    answers: Sequence[Answer],
    recorded: Mapping[int, Iterable[int]],
    *,
    cuts: Collection[Cut] = (),
    touched: Collection[int] = (),
) -> Verdict:
    """``recorded``: the counts in the tables, by device. ``touched``: devices whose polling the fault interrupts."""
    by_device: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_device[answer.device].append(answer)
    verdict = Verdict(answers=len(answers))
    for device in fleet:
        _compare(verdict, by_device[device.number], Counter(recorded.get(device.number, ())), cuts)
        _look_at_pace(verdict, device, by_device[device.number], is_touched=device.number in touched)
    _look_for_two_at_once(verdict, fleet, answers)
    verdict.at_once = [pair for pair in verdict.at_once if not _is_cut(pair, cuts)]
    verdict.too_soon = [pair for pair in verdict.too_soon if not _is_cut(pair, cuts)]
    return verdict


def _compare(verdict: Verdict, answers: list[Answer], counts: Counter[int], cuts: Collection[Cut]) -> None:
    answered = {answer.serial for answer in answers}
    verdict.recorded += len(answered & counts.keys())
    verdict.doubled += sum(times - 1 for times in counts.values())
    verdict.invented += len(counts.keys() - answered)
    for answer in answers:
        if answer.serial in counts:
            continue
        ages = [cut.at - answer.answered_at for cut in cuts if cut.covers(answer)]
        if ages:
            verdict.in_flight.append(answer)
            verdict.oldest_in_flight_s = max(verdict.oldest_in_flight_s, *ages)
        else:
            verdict.lost.append(answer)


def _is_cut(pair: tuple[Answer, Answer], cuts: Collection[Cut]) -> bool:
    """A request may leave a process that stood still just between deciding and sending, when it goes on."""
    return any(cut.covers(answer) for cut in cuts for answer in pair)


def _look_at_pace(verdict: Verdict, device: Device, answers: list[Answer], *, is_touched: bool) -> None:
    pairs = list(itertools.pairwise(sorted(answers, key=lambda answer: answer.asked_at)))
    verdict.too_soon += [
        (before, after)
        for before, after in pairs
        if after.asked_at - before.asked_at < SOONEST_S * MIN_INTERVAL_S
    ]
    longest = max((after.answered_at - before.answered_at for before, after in pairs), default=0.0)
    if not is_touched and longest > 2 * device.interval_s + SPARE_S:
        verdict.stalled[device.number] = longest


def _look_for_two_at_once(verdict: Verdict, fleet: Sequence[Device], answers: Sequence[Answer]) -> None:
    """At one address only one request is under way: a gateway takes its devices one after the other."""
    by_address: dict[str, list[Answer]] = defaultdict(list)
    addresses = {device.number: device.address for device in fleet}
    for answer in sorted(answers, key=lambda answer: answer.asked_at):
        by_address[addresses[answer.device]].append(answer)
    for at_one in by_address.values():
        verdict.at_once += [
            (before, after)
            for before, after in itertools.pairwise(at_one)
            if after.asked_at < before.answered_at - TICK_S
        ]


def recovered_after_s(fleet: Sequence[Device], answers: Iterable[Answer], since: float) -> float | None:
    """How long it took until every device had been polled again; None if one never was."""
    first: dict[int, float] = {}
    for answer in answers:
        if answer.asked_at > since:
            first[answer.device] = min(answer.answered_at, first.get(answer.device, answer.answered_at))
    if len(first) < len(fleet):
        return None
    return max(first.values()) - since
