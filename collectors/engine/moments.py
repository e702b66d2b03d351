"""When a poll was, where the wall clock cannot be trusted to go forward only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from collectors.requests import RawPoll

SET_BACK_AT_MOST = timedelta(hours=2)
_NEXT = timedelta(microseconds=1)


def after_last(raw: RawPoll, last: datetime | None) -> RawPoll:
    """The poll, at a moment after the one at which its endpoint was polled last.

    Endpoint and time identify an observation, and what is polled later is the newer state. So while the clock lies
    behind what it showed already, time stands still but for a microsecond a poll: everything is recorded, once, in the
    order in which it came. A clock that was set back by more than :data:`SET_BACK_AT_MOST` was wrong before, and is
    followed at once; what is polled then is recorded in that past.
    """
    if last is None or raw.at > last or last - raw.at > SET_BACK_AT_MOST:
        return raw
    return replace(raw, at=last + _NEXT)
