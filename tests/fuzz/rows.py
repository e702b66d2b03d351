"""Spoiled tables of several rows: what controllers, switches and gateways say of other devices."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assets.observation import Observation
from collectors.profiles.library import all_profiles
from collectors.profiles.model import Arcs, Cell, Profile, Table
from collectors.requests import RawPoll, SnmpTable, SnmpValue
from tests.collectors.synthetic import sound_poll
from tests.fuzz.polls import Polls, spoiled

ROWS = 4


class Rows(Polls):
    """A sound device of each type that has tables, in whose rows anything may be replaced, lost, added or exchanged."""

    def __init__(self) -> None:
        super().__init__([(p, _with_rows(p, sound_poll(p))) for p in all_profiles() if p.tables])

    def spoil(self, raw: RawPoll, chance: random.Random) -> RawPoll:
        """About one answer in three is touched, as a row is made of what several of them say."""
        return replace(
            raw, answers={request: _touched(request, a, chance) for request, a in raw.answers.items()}
        )

    def note_row(self, observation: Observation) -> None:
        self.taken += 1


def _touched(request: Any, answer: Any, chance: random.Random) -> Any:
    match chance.randrange(6):
        case 0:
            return _exchanged(answer, chance)
        case 1:
            return spoiled(request, answer, chance)
    return answer


def _exchanged(answer: Any, chance: random.Random) -> Any:
    """Cells in each other's places, so that a row says what another one said."""
    if not isinstance(answer, Mapping) or len(answer) < 2:
        return answer
    cells = dict(answer)
    for _ in range(chance.randrange(1, 4)):
        one, other = chance.sample(list(cells), 2)
        cells[one], cells[other] = cells[other], cells[one]
    return cells


def _with_rows(profile: Profile, raw: RawPoll) -> RawPoll:
    """The one row of each table :data:`ROWS` times, each with a device of its own."""
    answers = dict(raw.answers)
    for table in profile.tables:
        for request, answer in answers.items():
            if isinstance(request, SnmpTable) and isinstance(answer, dict):
                answers[request] = answer | _more_rows(table, answer)
    return replace(raw, answers=answers)


def _more_rows(table: Table, answer: dict[str, SnmpValue]) -> dict[str, SnmpValue]:
    found = {}
    for oid, value in answer.items():
        if oid.startswith(f"{table.entry}."):
            column, _, index = oid.removeprefix(f"{table.entry}.").partition(".")
            for number in range(2, ROWS + 1):
                is_subject = isinstance(table.subject, Cell) and oid.startswith(f"{table.subject.oid}.")
                name = f"{table.entry}.{column}.{_index(table, index, number)}"
                found[name] = _another(value, number) if is_subject else value
    return found


def _index(table: Table, index: str, number: int) -> str:
    arcs = index.split(".")
    at = table.subject.last - 1 if isinstance(table.subject, Arcs) else len(arcs) - 1
    if at < len(arcs):
        arcs[at] = str(int(arcs[at]) + 16 * number)
    return ".".join(arcs)


def _another(value: SnmpValue, number: int) -> SnmpValue:
    octets = value.value
    if not isinstance(octets, bytes) or not octets:
        return value
    return replace(value, value=octets[:-1] + bytes([octets[-1] + number]))
