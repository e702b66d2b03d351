"""A soak run as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from tests.soak.run import Mark, Outcome
from tests.soak.verdict import WANTED


def table_of(outcome: Outcome) -> str:
    rows = list(_rows(outcome))
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _rows(outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield (
        "Endpoints, interval, collectors",
        (
            f"{outcome.endpoints:,} (80 % SNMP v2c, 20 % v3 authPriv), {outcome.interval_s:g} s, {outcome.collectors}"
        ),
    )
    yield "Measured for, polls", f"{outcome.lasted_s / 60:.1f} min, {outcome.polls_per_s:,.0f} a second"
    yield from _punctuality(outcome)
    yield from _recording(outcome)
    for name, cores in outcome.cpu.items():
        yield f"Processor: {name}", f"{cores:.2f} cores"
    yield "Processor: idle", f"{outcome.idle:.2f} cores"
    after_a_minute, last = _after_a_minute(outcome.marks), outcome.marks[-1]
    yield (
        f"Memory of the collector after {after_a_minute.after_s / 60:.1f} min, at the end",
        f"{after_a_minute.memory_mb['collector']:.0f} MB, {last.memory_mb['collector']:.0f} MB",
    )
    longest = max((sum(mark.waiting.values()) for mark in outcome.marks), default=0)
    yield "Messages waiting in the broker, at most", str(longest)
    if outcome.not_ended:
        yield "Did not end by themselves", ", ".join(outcome.not_ended)


def _punctuality(outcome: Outcome) -> Iterator[tuple[str, str]]:
    evenness = outcome.punctuality
    yield (
        f"Intervals within {WANTED:.0%}, endpoints with all of theirs",
        f"{evenness.within_wanted:.2%} of {evenness.intervals:,}, {evenness.endpoints_within:.2%}",
    )
    yield (
        "Deviation from the interval, p50, p95, p99, worst",
        f"{evenness.p50:.2%}, {evenness.p95:.2%}, {evenness.p99:.2%}, {evenness.worst:.2%}",
    )


def _recording(outcome: Outcome) -> Iterator[tuple[str, str]]:
    kept = outcome.recording
    yield (
        "Answers, asked again, lost, recorded twice",
        f"{kept.answered:,}, {kept.repeated}, {kept.lost}, {kept.doubled}",
    )
    yield (
        "From a device's answer to its commit, p50, p99, worst",
        f"{kept.lag_p50_s:.2f} s, {kept.lag_p99_s:.2f} s, {kept.lag_worst_s:.2f} s",
    )


def _after_a_minute(marks: list[Mark]) -> Mark:
    return next((mark for mark in marks if mark.after_s >= 59), marks[0])
