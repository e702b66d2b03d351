"""One request after the other, and how long to go on when a device does not answer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from assets.words import Quality
from collectors.requests import Answer, Failure, RawPoll, Request

_NOBODY_THERE = frozenset({Quality.NO_ANSWER, Quality.REFUSED, Quality.AUTHENTICATION})


async def ask_in_turn(requests: Sequence[Request], ask: Callable[[Request], Awaitable[Answer]]) -> RawPoll:
    """Ask each request alone. A device that is not there for the first is not asked for the rest."""
    begin = time.monotonic()
    answers: dict[Request, Answer] = {}
    lost: Failure | None = None
    answered = False
    for request in requests:
        answer = lost or await ask(request)
        answers[request] = answer
        if not isinstance(answer, Failure):
            answered = True
        elif answer.quality in _NOBODY_THERE and not answered:
            lost = answer
    return RawPoll(at=datetime.now(UTC), latency_ms=(time.monotonic() - begin) * 1000, answers=answers)
