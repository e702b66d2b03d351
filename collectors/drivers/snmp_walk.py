"""Reading a table by GETBULK, all columns side by side, with a hard end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from assets.words import Quality
from collectors.drivers.snmp_values import END_OF_MIB, Oid, dotted, parse_oid
from collectors.requests import Answer, Failure, SnmpTable, SnmpValue

Bindings = list[tuple[Oid, SnmpValue]]
GetBulk = Callable[[Sequence[Oid], int], Awaitable[Bindings]]

MAX_REPETITIONS = 50
MAX_ROWS = 10_000


class TooBigError(Exception):
    """The device says that its answer would not fit into one message."""


class NotIncreasingError(Exception):
    """The device's identifiers go backwards: such a table never ends."""


class _Column:
    def __init__(self, oid: Oid, max_rows: int) -> None:
        self.oid, self.cursor, self.max_rows = oid, oid, max_rows
        self.rows = 0
        self.is_done = False

    def take(self, oid: Oid, value: SnmpValue) -> bool:
        """Whether this is the column's next row; notes where it ends."""
        if self.is_done:
            return False
        if value.type == END_OF_MIB or oid[: len(self.oid)] != self.oid:
            self.is_done = True
            return False
        if oid <= self.cursor:
            raise NotIncreasingError(dotted(oid))
        self.cursor = oid
        self.rows += 1
        self.is_done = self.rows >= self.max_rows
        return True


async def walk(request: SnmpTable, get_bulk: GetBulk) -> Answer:
    """Every instance below the columns, at most ``max_rows`` of each; raises what ``get_bulk`` raises.

    A table takes at most one message for each row, whatever the device does.
    """
    max_rows = min(request.max_rows, MAX_ROWS)
    columns = [_Column(parse_oid(oid), max_rows) for oid in request.columns]
    repetitions = max(1, min(request.max_repetitions, MAX_REPETITIONS))
    found: dict[str, SnmpValue] = {}
    may_shrink = True
    for _ in range(max_rows + 1):
        active = [column for column in columns if not column.is_done]
        if not active:
            return found
        try:
            bindings = await get_bulk([column.cursor for column in active], repetitions)
        except TooBigError:
            if not may_shrink or repetitions == 1:
                raise
            may_shrink, repetitions = False, repetitions // 2
            continue
        if failure := _absorb(bindings, active, found):
            return failure
    return found


def _absorb(
    bindings: list[tuple[Oid, SnmpValue]], active: list[_Column], found: dict[str, SnmpValue]
) -> Failure | None:
    if not bindings:
        return Failure(Quality.MALFORMED, "The device answered a request for a table with nothing at all.")
    try:
        for position, (oid, value) in enumerate(bindings):
            if active[position % len(active)].take(oid, value):
                found[dotted(oid)] = value
    except NotIncreasingError as backwards:
        return Failure(
            Quality.MALFORMED,
            f"The table's identifiers do not increase at {backwards}: reading stopped. The agent is faulty; "
            "look for a firmware update.",
        )
    return None
