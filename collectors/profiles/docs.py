"""The pages of documentation that are written from the data, so that they cannot drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assets.vocabulary import VOCABULARY, Term
from collectors.profiles.model import Profile

_HEAD = """# Vocabulary of readings

Every measurement that Whereabouts knows, each with one unit. Written by
`manage.py check_profiles --write-docs`; do not edit.

A number enters the history when it moved by more than its step, or after the time named under "at least
every". A value outside its range cannot be true and is recorded as such, never as a value.
"""


def vocabulary_page(profiles: Iterable[Profile]) -> str:
    profiles = list(profiles)
    return "\n".join([_HEAD, *_terms(), "", "## Shipped profiles", "", *_profiles(profiles), ""])


def _terms() -> Iterator[str]:
    yield "| name | shown as | unit | range or states | step | at least every |"
    yield "|---|---|---|---|---|---|"
    for term in VOCABULARY.values():
        step = f"{term.deadband:g}" if term.kind == "number" else ""
        yield (
            f"| `{term.name}` | {term.label} | {term.unit} | {_range(term)} | {step} | "
            f"{_duration(term.heartbeat_s) if term.kind == 'number' else ''} |"
        )


def _range(term: Term) -> str:
    if term.kind == "text":
        return "text"
    return ", ".join(term.states) if term.states else f"{term.low:.10g} to {term.high:.10g}"


def _duration(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _profiles(profiles: Iterable[Profile]) -> Iterator[str]:
    yield "| profile | device | protocol | usually every | readings |"
    yield "|---|---|---|---|---|"
    for profile in profiles:
        names = [f"`{reading.name}`{_own_interval(profile, reading.group)}" for reading in profile.readings]
        names += [
            f"`{reading.name}` of each row{_own_interval(profile, table.group)}"
            for table in profile.tables
            for reading in table.readings
        ]
        if any(table.position or table.sighting for table in profile.tables):
            names.append("place of each row")
        yield (
            f"| `{profile.name}` | {profile.title} | {profile.protocol} | {profile.interval_s:g} s | "
            f"{', '.join(names)} |"
        )


def _own_interval(profile: Profile, group: str) -> str:
    return f" (every {_duration(int(profile.groups[group]))})" if group else ""
