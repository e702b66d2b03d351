"""When each endpoint is polled next: pure arithmetic on a clock that is handed in, in seconds."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MIN_INTERVAL_S = 1.0
FIRST_WITHIN_S = 5.0
"""Newcomers are spread over this long, so that a start does not ask everybody at once."""
BACK_OFF_CAP_S = 30.0
"""A failing endpoint is tried at least this often, or at its interval if that is longer: people miss it."""
JITTER = 0.1


@dataclass(slots=True)
class _Item:
    interval_s: float
    due_at: float
    ticket: int
    is_out: bool = False


@dataclass(slots=True)
class Schedule:
    """Keys, each due again some time after it was given back. A key that was taken is not due until then."""

    random: Callable[[], float] = random.random
    _items: dict[Hashable, _Item] = field(default_factory=dict)
    _heap: list[tuple[float, int, Hashable]] = field(default_factory=list)
    _tickets: itertools.count[int] = field(default_factory=itertools.count)

    def __len__(self) -> int:
        return len(self._items)

    def put(self, key: Hashable, interval_s: float, now: float) -> None:
        """Add a key, or change its interval."""
        interval = max(interval_s, MIN_INTERVAL_S)
        item = self._items.get(key)
        if item is None:
            self._items[key] = item = _Item(interval, 0.0, 0)
        elif item.interval_s == interval or item.is_out:
            item.interval_s = interval
            return
        item.interval_s = interval
        self._queue(key, item, now + self.random() * min(interval, FIRST_WITHIN_S))

    def drop(self, key: Hashable) -> None:
        self._items.pop(key, None)

    def take_due(self, now: float) -> list[Hashable]:
        """The keys that are due, each to be given back by :meth:`give_back`."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            _, ticket, key = heapq.heappop(self._heap)
            item = self._items.get(key)
            if item is not None and item.ticket == ticket:
                item.is_out = True
                due.append(key)
        return due

    def give_back(self, key: Hashable, now: float, *, failures: int = 0) -> float | None:
        """When the key is due next, after ``failures`` in a row; None if it was dropped meanwhile."""
        item = self._items.get(key)
        if item is None:
            return None
        if failures:
            cap = max(item.interval_s, BACK_OFF_CAP_S)
            delay = min(item.interval_s * 2.0 ** min(failures, 16), cap)
        else:
            delay = max(item.due_at + item.interval_s - now, MIN_INTERVAL_S)
        delay *= 1 + JITTER * (self.random() - 0.5)
        self._queue(key, item, now + max(delay, MIN_INTERVAL_S))
        return item.due_at

    def hasten(self, key: Hashable, now: float) -> None:
        """Back to the normal interval at once: the endpoint was heard in another way."""
        item = self._items.get(key)
        if item is not None and not item.is_out and item.due_at > now + item.interval_s:
            self._queue(key, item, now + item.interval_s)

    def next_at(self) -> float | None:
        """When something is due next; None if nothing waits."""
        while self._heap:
            at, ticket, key = self._heap[0]
            item = self._items.get(key)
            if item is not None and item.ticket == ticket and not item.is_out:
                return at
            heapq.heappop(self._heap)
        return None

    def _queue(self, key: Hashable, item: _Item, at: float) -> None:
        item.due_at, item.ticket, item.is_out = at, next(self._tickets), False
        heapq.heappush(self._heap, (at, item.ticket, key))
