"""When each endpoint is polled next: pure arithmetic on a clock that is handed in, in seconds.

Each key has its own place within its interval, the same on every host and after every restart, counted on the wall
clock: so polls are spread evenly, come at exact intervals, and go on in step when another worker takes over.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

MIN_INTERVAL_S = 1.0
FIRST_WITHIN_S = 5.0
"""Newcomers are spread over this long, so that a start does not ask everybody at once;"""
FIRST_PER_S = 1000.0
"""and over longer where there are many."""
BACK_OFF_CAP_S = 30.0
"""A failing endpoint is tried at least this often, or at its interval if that is longer: people miss it."""
GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it fall evenly between 0 and 1, for any run of numbers."""
_TOLERANCE_S = 1e-3
SOONEST_S = 0.9 * MIN_INTERVAL_S
"""From a poll that begins late to one that is on time; the next moment is left out if it is nearer."""


@dataclass(slots=True)
class _Item:
    interval_s: float
    place: float
    due_at: float = 0.0
    taken_at: float = -math.inf
    ticket: int = 0
    is_out: bool = False


@dataclass(slots=True)
class Schedule:
    """Keys, each due again some time after it was given back. A key that was taken is not due until then.

    ``epoch_s``: what the wall clock says when the clock that is handed in says 0.
    """

    epoch_s: float = 0.0
    _items: dict[int, _Item] = field(default_factory=dict)
    _heap: list[tuple[float, int, int]] = field(default_factory=list)
    _tickets: itertools.count[int] = field(default_factory=itertools.count)

    def __len__(self) -> int:
        return len(self._items)

    def put(self, key: int, interval_s: float, now: float, *, last_at: float = -math.inf) -> None:
        """Add a key, or change its interval. ``last_at``: when anybody last polled it.

        Who was polled within its interval waits for its place; who was not is due soon.
        """
        interval = max(interval_s, MIN_INTERVAL_S)
        item = self._items.get(key)
        if item is None:
            self._items[key] = item = _Item(interval, key * GOLDEN % 1.0, taken_at=last_at)
        elif item.interval_s == interval or item.is_out:
            item.interval_s = interval
            return
        item.interval_s = interval
        self._queue(key, item, self._first(item, now))

    def _first(self, item: _Item, now: float) -> float:
        at = self._place_after(item, max(now, item.taken_at + MIN_INTERVAL_S))
        late_s = now - item.taken_at - item.interval_s
        if at <= item.taken_at + item.interval_s + MIN_INTERVAL_S:
            return at
        # Who missed its moment just now waits no longer than it is late already: so few as they are, they need no more.
        within = min(max(FIRST_WITHIN_S, len(self._items) / FIRST_PER_S), item.interval_s, max(late_s, 0.0))
        return min(at, now + item.place * within)

    def drop(self, key: int) -> None:
        self._items.pop(key, None)

    def take_due(self, now: float) -> list[int]:
        """The keys that are due, each to be given back by :meth:`give_back`."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            _, ticket, key = heapq.heappop(self._heap)
            item = self._items.get(key)
            if item is not None and item.ticket == ticket:
                item.is_out, item.taken_at = True, now
                due.append(key)
        return due

    def note_asked(self, key: int, at: float) -> None:
        """The key, which is out, was asked only then: it had waited for its turn, as behind a gateway."""
        item = self._items.get(key)
        if item is not None and item.is_out:
            item.taken_at = max(item.taken_at, at)

    def next_of(self, key: int, now: float, *, failures: int = 0) -> float | None:
        """When the key, which is out, would be due if given back now, after ``failures`` in a row."""
        item = self._items.get(key)
        if item is None:
            return None
        after = max(_begun(item) + MIN_INTERVAL_S - _TOLERANCE_S, item.taken_at + SOONEST_S)
        at = self._place_after(item, after)
        if at < now:
            at = self._place_after(item, now + min(MIN_INTERVAL_S, item.interval_s / 2))
        if failures:
            delay = min(item.interval_s * 2.0 ** min(failures, 16), max(item.interval_s, BACK_OFF_CAP_S))
            at += (int(delay / item.interval_s) - 1) * item.interval_s
        return at

    def give_back(self, key: int, now: float, *, failures: int = 0) -> float | None:
        """When the key is due next, after ``failures`` in a row; None if it was dropped meanwhile."""
        at = self.next_of(key, now, failures=failures)
        item = self._items.get(key)
        if at is not None and item is not None and item.is_out:
            self._queue(key, item, at)
        return at

    def hasten(self, key: int, now: float) -> None:
        """As soon as may be: the endpoint has something to tell."""
        self._bring_forward(key, lambda item: max(now, item.taken_at + MIN_INTERVAL_S))

    def end_back_off(self, key: int, now: float) -> None:
        """Back to the normal interval: the endpoint was heard in another way."""
        self._bring_forward(
            key, lambda item: self._place_after(item, max(now, item.taken_at) + MIN_INTERVAL_S - _TOLERANCE_S)
        )

    def _bring_forward(self, key: int, when: Callable[[_Item], float]) -> None:
        item = self._items.get(key)
        if item is not None and not item.is_out and item.due_at > (at := when(item)):
            self._queue(key, item, at)

    def next_at(self) -> float | None:
        """When something is due next; None if nothing waits."""
        while self._heap:
            at, ticket, key = self._heap[0]
            item = self._items.get(key)
            if item is not None and item.ticket == ticket and not item.is_out:
                return at
            heapq.heappop(self._heap)
        return None

    def _place_after(self, item: _Item, after: float) -> float:
        """The first moment from ``after`` on that is the item's own place in a round of its interval."""
        rounds = math.ceil((after + self.epoch_s) / item.interval_s - item.place)
        return (rounds + item.place) * item.interval_s - self.epoch_s

    def _queue(self, key: int, item: _Item, at: float) -> None:
        item.due_at, item.ticket, item.is_out = at, next(self._tickets), False
        heapq.heappush(self._heap, (at, item.ticket, key))


def _begun(item: _Item) -> float:
    """When it was asked: at its moment, or noticeably later."""
    return item.due_at if item.taken_at - item.due_at < item.interval_s / 2 else item.taken_at
