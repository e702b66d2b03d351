"""A scale run as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.scale.run import Series


def tables_of(measured: Sequence[Series]) -> str:
    return "\n\n".join("\n".join(_table(series)) for series in measured)


def _table(series: Series) -> Iterator[str]:
    load = series.load
    yield (
        f"{load.name}: {load.endpoints:,} endpoints at {load.interval_s:g} s "
        f"({load.endpoints / load.interval_s:,.0f} polls a second offered), answers after {1000 * load.delay_s:.0f} ms"
    )
    yield ""
    yield (
        "| Collectors | Polls/s | beside one | Collector, ms/poll | PostgreSQL, ms/poll | Idle cores "
        "| Shares of the polls | Chunks | Even after |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    one = series.throughputs[0].polls_per_s
    for each, even_after_s in zip(series.throughputs, series.even_after_s, strict=True):
        shares = ", ".join(f"{share:.0%}" for share in each.shares)
        yield (
            f"| {each.collectors} | {each.polls_per_s:,.0f} | {each.polls_per_s / one:.2f} | {each.collector_ms:.2f} "
            f"| {each.postgresql_ms:.2f} | {each.idle_cores:.2f} | {shares} | {', '.join(map(str, each.chunks))} "
            f"| {even_after_s:.1f} s |"
        )
    yield ""
    yield f"Polled by two within a quarter of the interval: {series.polled_twice}."
    if series.killed:
        hand_over = series.killed
        yield (
            f"Killed (-9): {hand_over.endpoints:,} endpoints polled by others again after "
            f"{hand_over.again_p50_s:.1f} s (middle) and {hand_over.again_worst_s:.1f} s (last); "
            f"late by {hand_over.late_p50_s:.1f} s and {hand_over.late_worst_s:.1f} s."
        )
