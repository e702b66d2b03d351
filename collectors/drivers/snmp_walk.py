"""Reading a table by GETBULK or GETNEXT, columns side by side, with a hard end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from assets.words import Quality
from collectors.drivers.snmp_manners import NoBulkError, Pace, TooBigError
from collectors.drivers.snmp_values import ABSENT, Oid, dotted, parse_oid
from collectors.requests import Answer, Failure, SnmpTable, SnmpValue

Bindings = list[tuple[Oid, SnmpValue]]
GetRows = Callable[[Sequence[Oid], int], Awaitable[Bindings]]
"""What follows these identifiers, for this many rows by GETBULK; 0: for one by GETNEXT."""

MAX_REPETITIONS = 100
MAX_ROWS = 10_000
MAX_OCTETS = 8 * 1024 * 1024
_OCTETS_OF_AN_ARC, _OCTETS_OF_A_NUMBER = 4, 8


class FaultyAgentError(Exception):
    """Such a table never ends; the message says what is wrong with it."""


class _Column:
    """``is_ordered``: its rows come in the order of their identifiers, as they must."""

    def __init__(self, oid: Oid, max_rows: int, *, is_ordered: bool) -> None:
        self.oid, self.cursor, self.max_rows = oid, oid, max_rows
        self.rows = 0
        self.is_done = False
        self._seen: set[Oid] | None = None if is_ordered else set()

    def take(self, oid: Oid, value: SnmpValue) -> bool:
        """Whether this is the column's next row; notes where it ends."""
        if self.is_done:
            return False
        if value.type in ABSENT or oid[: len(self.oid)] != self.oid:
            self.is_done = True
            return False
        self._check_progress(oid)
        self.cursor = oid
        self.rows += 1
        self.is_done = self.rows >= self.max_rows
        return True

    def _check_progress(self, oid: Oid) -> None:
        if self._seen is None:
            if oid <= self.cursor:
                raise FaultyAgentError(f"The table's identifiers do not increase at {dotted(oid)}")
        elif oid in self._seen:
            raise FaultyAgentError(f"The table goes round in circles at {dotted(oid)}")
        else:
            self._seen.add(oid)


def pace_of(request: SnmpTable) -> Pace:
    return Pace(
        max(1, min(request.max_repetitions, MAX_REPETITIONS)), max(1, request.max_columns), request.by_bulk
    )


async def walk(request: SnmpTable, get_rows: GetRows, pace: Pace | None = None) -> Answer:
    """Every instance below the columns, at most ``max_rows`` of each; raises what ``get_rows`` raises.

    ``pace`` is how to begin, and says afterwards how it went in the end. Each message brings a row, ends a
    column or slows the pace, whatever the device does.
    """
    pace = pace or pace_of(request)
    max_rows = min(request.max_rows, MAX_ROWS)
    columns = [_Column(parse_oid(oid), max_rows, is_ordered=request.is_ordered) for oid in request.columns]
    found: dict[str, SnmpValue] = {}
    octets = 0
    while active := [column for column in columns if not column.is_done][: pace.columns]:
        try:
            bindings = await get_rows([column.cursor for column in active], pace.rows if pace.by_bulk else 0)
        except TooBigError:
            if not pace.shrink(len(active)):
                raise
            continue
        except NoBulkError:
            pace.by_bulk = False
            continue
        if failure := _absorb(bindings, active, found):
            return failure
        octets += sum(_octets(oid, value) for oid, value in bindings)
        if octets > MAX_OCTETS:
            return Failure(
                Quality.DEVICE_ERROR,
                f"The table is larger than {MAX_OCTETS >> 20} MiB: reading stopped. Read fewer of its columns.",
            )
    return found


def _absorb(bindings: Bindings, active: list[_Column], found: dict[str, SnmpValue]) -> Failure | None:
    if not bindings:
        return Failure(Quality.MALFORMED, "The device answered a request for a table with nothing at all.")
    try:
        for position, (oid, value) in enumerate(bindings):
            if active[position % len(active)].take(oid, value):
                found[dotted(oid)] = value
    except FaultyAgentError as fault:
        return Failure(
            Quality.MALFORMED,
            f"{fault}: reading stopped. The agent is faulty; look for a firmware update.",
        )
    return None


def _octets(oid: Oid, value: SnmpValue) -> int:
    size = len(value.value) if isinstance(value.value, bytes | str) else _OCTETS_OF_A_NUMBER
    return size + _OCTETS_OF_AN_ARC * len(oid)
