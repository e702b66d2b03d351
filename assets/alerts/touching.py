"""Noting whose history changed, with the change itself, so that no rule misses it whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assets.alerts.conditions import ACTIVITIES, DOOR, PLACES, READINGS
from assets.alerts.models import Rule, Touched
from assets.alerts.words import Kind
from assets.recording.ledger import Ledger
from assets.recording.moments import from_us
from assets.sql import Dialect, Table

TOUCHED = Table(Touched, ("asset_id", "since"), ())
REMEMBERED_S = 2.0
"""So long a process may not know of a new rule; see :func:`assets.alerts.sweep.touch_fresh`."""


@dataclass(frozen=True, slots=True)
class Interest:
    """The parts of a history that any rule asks about."""

    in_stays: bool = False
    in_activities: bool = False
    in_readings: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rules: Iterable[tuple[str, dict[str, object]]]) -> Interest:
        """From kinds and parameters."""
        told = list(rules)
        kinds = {kind for kind, _ in told}
        names = {str(parameters["reading"]) for kind, parameters in told if kind in READINGS}
        doors = {DOOR} if Kind.TEMPERATURE in kinds else set()
        return cls(bool(kinds & PLACES), bool(kinds & ACTIVITIES), frozenset(names | doors))


class _Memory:
    """What a process knew of rules, and when it looked."""

    looked: float = 0.0
    interest: Interest | None = None


def interest_now() -> Interest:
    """What rules ask about, as of a moment ago."""
    if _Memory.interest is None or time.monotonic() - _Memory.looked > REMEMBERED_S:
        rows = Rule.objects.enabled().order_by().values_list("kind", "parameters")
        _Memory.interest, _Memory.looked = Interest.of(rows), time.monotonic()
    return _Memory.interest


def forget_interest() -> None:
    """Look again at once: rules were changed here."""
    _Memory.interest = None


def note_touched(sql: Dialect, ledger: Ledger) -> None:
    """Note the assets of which a part changed that some rule asks about, and from when on."""
    rows = touched_by(ledger, interest_now())
    if rows:
        sql.insert(TOUCHED, list(rows.items()))


def touched_by(ledger: Ledger, interest: Interest) -> dict[int, datetime]:
    """Asset → from when on its history may be another than it was."""
    found: dict[int, datetime] = {}
    if interest.in_activities:
        _note(found, ledger.open_intervals, 1)
        _note(found, ledger.closed_intervals, 2)
        _note_undone(found, ledger.undone_intervals)
    if interest.in_stays:
        _note(found, ledger.open_stays, 1)
        _note(found, ledger.closed_stays, 2)
        _note_undone(found, ledger.undone_stays)
    if interest.in_readings and ledger.readings:
        _note(found, (row for row in ledger.readings if row[1] in interest.in_readings), 2)
    if interest.in_readings:
        _note_undone(found, ledger.undone_readings)
    return found


def _note(found: dict[int, datetime], rows: Iterable[tuple[object, ...]], place: int) -> None:
    for row in rows:
        asset_id, at = row[0], row[place]
        if isinstance(asset_id, int) and isinstance(at, datetime):
            known = found.get(asset_id)
            if known is None or at < known:
                found[asset_id] = at


def _note_undone(found: dict[int, datetime], undone: Iterable[tuple[int, int]]) -> None:
    """What follows each bound was decided anew."""
    for asset_id, bound in undone:
        at = from_us(max(bound, 0))
        known = found.get(asset_id)
        if known is None or at < known:
            found[asset_id] = at
