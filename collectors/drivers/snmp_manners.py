"""What a device has shown that it can take, and how much one poll may ask of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assets.words import Quality
from collectors.requests import MAX_DATAGRAM, Failure, Target
from collectors.snmp.ber import encode_arcs

REMEMBERED_S = 3600.0
"""How long a limit that a device showed holds: it may have been too busy, or have been mended since."""
MOST_DEVICES = 20_000

MOST_REQUESTS = 5_000
LONGEST_POLL_S = 45.0
"""What one poll of one device may take, whatever the device does; a table has further bounds of its own."""

_COMMUNITY_FRAME, _V3_FRAME = 40, 200
_AROUND_A_VALUE, _SHORT_VALUE, _INDEX = 6, 10, 4


class TooBigError(Exception):
    """The device says that its answer would not fit into one message."""


class NoBulkError(Exception):
    """The device does not understand GETBULK."""


class FailedError(Exception):
    """There is no answer; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


@dataclass(slots=True)
class Pace:
    """How much of a table one message asks for: rows, and columns side by side; without GETBULK one row."""

    rows: int
    columns: int
    by_bulk: bool

    def shrink(self, columns: int) -> bool:
        """Ask for half as much as the ``columns`` that were too big; False: it was one object already."""
        if self.by_bulk and self.rows > 1:
            self.rows //= 2
        elif columns > 1:
            self.columns = columns // 2
        else:
            return False
        return True


@dataclass(slots=True)
class Manners:
    """Limits that a device showed until ``until``; None or True: none. ``answered_at`` is when it last answered."""

    until: float
    objects: int | None = None
    rows: int | None = None
    columns: int | None = None
    has_bulk: bool = True
    answered_at: float | None = None


class Memory:
    """The manners of devices that showed any, by endpoint and address. ``read_seconds`` is a steady clock."""

    def __init__(self, read_seconds: Callable[[], float] = time.monotonic) -> None:
        self.read_seconds = read_seconds
        self._devices: dict[tuple[int, str, int], Manners] = {}

    def recall(self, target: Target) -> Manners | None:
        if not self._devices:
            return None
        key = target.endpoint_id, target.host, target.port
        manners = self._devices.get(key)
        if manners and manners.until < self.read_seconds():
            del self._devices[key]
            return None
        return manners

    def note(self, target: Target) -> Manners:
        """The device's manners, to change them."""
        manners = self.recall(target)
        if manners is None:
            if len(self._devices) >= MOST_DEVICES:
                del self._devices[next(iter(self._devices))]
            manners = Manners(self.read_seconds() + REMEMBERED_S)
            self._devices[target.endpoint_id, target.host, target.port] = manners
        return manners


class Budget:
    """What is left of what one poll may take."""

    __slots__ = ("_read_seconds", "_requests", "_until")

    def __init__(self, read_seconds: Callable[[], float]) -> None:
        self._read_seconds, self._requests = read_seconds, MOST_REQUESTS
        self._until = read_seconds() + LONGEST_POLL_S

    def spend(self, wait_s: float = 0.0) -> None:
        """Before each request, and before waiting for its turn; raises FailedError when there is nothing left."""
        self._requests -= 1
        if self._requests < 0:
            raise FailedError(
                Failure(
                    Quality.DEVICE_ERROR,
                    f"Reading stopped after {MOST_REQUESTS} requests in one poll: let the profile or the endpoint "
                    "ask for more at a time, or for less in all.",
                )
            )
        if self._read_seconds() + wait_s > self._until:
            raise FailedError(
                Failure(
                    Quality.NO_ANSWER,
                    f"Reading stopped: it would take more than {LONGEST_POLL_S:g} s. The device is too slow, or "
                    "wants pauses too long, for what is asked of it.",
                )
            )


def most_objects(target: Target, contents: Sequence[bytes]) -> int:
    """How many of these identifiers fit into a message that the device can take, with short answers."""
    widest = max(len(content) for content in contents) + _AROUND_A_VALUE + _SHORT_VALUE
    return max(1, _room(target) // widest)


def fitting_pace(target: Target, columns: Sequence[tuple[int, ...]], pace: Pace) -> Pace:
    """The same for a table: fewer rows first, then fewer columns."""
    if target.max_message_bytes >= MAX_DATAGRAM:
        return pace
    widths = [len(encode_arcs(column)) + _INDEX + _AROUND_A_VALUE + _SHORT_VALUE for column in columns]
    room = _room(target)
    at_once = max(1, min(pace.columns, room // max(widths)))
    rows = max(1, min(pace.rows, room // sum(sorted(widths)[-at_once:])))
    return Pace(rows, at_once, pace.by_bulk)


def _room(target: Target) -> int:
    frame = _V3_FRAME if target.user else _COMMUNITY_FRAME + len(target.community or b"")
    return target.max_message_bytes - frame
