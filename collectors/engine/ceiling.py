"""At most so many requests a second: what a segment's network, or the router before it, can bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collectors.requests import Request, SnmpTable


class Ceiling:
    """The share of one chunk, which is polled by one process at a time: so shares add up to the segment's ceiling,
    and nobody has to ask anybody. ``requests_per_s`` is None without a ceiling, and may change at any time.
    """

    __slots__ = ("_free_at", "requests_per_s")

    def __init__(self, requests_per_s: float | None = None) -> None:
        self.requests_per_s = requests_per_s
        self._free_at = 0.0

    def reserve(self, requests: float, now: float) -> float:
        """Seconds to wait before sending these requests, which follow evenly on those reserved before them."""
        if not self.requests_per_s:
            return 0.0
        at = max(self._free_at, now)
        self._free_at = at + requests / self.requests_per_s
        return at - now


def further_requests(requests: Sequence[Request], answers: Mapping[Request, object]) -> int:
    """How many more messages than requests there were, as far as the length of tables tells."""
    further = 0
    for request in requests:
        answer = answers.get(request)
        if isinstance(request, SnmpTable) and isinstance(answer, Mapping):
            rows = len(answer) // max(len(request.columns), 1)
            further += rows // (request.max_repetitions if request.by_bulk else 1)
    return further
