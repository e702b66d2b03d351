"""Timelines as they were left, beside the text that says the same: what is folded again soon is not parsed again.

Nothing here has to be kept true: a timeline is taken only where the database still has the very text it was packed as.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from assets.recording.timeline import Timeline, unpack_timeline

MOST = 24_000
"""Kept in a process, of some 3 kB each; what was folded longest ago goes first."""

_kept: OrderedDict[int, tuple[str, Timeline]] = OrderedDict()
_lock = Lock()


def take_timeline(asset_id: int, state: str) -> Timeline:
    """The timeline that ``state`` packs. Whoever takes it may change it: nobody else is given the same."""
    kept = _kept.pop(asset_id, None)
    return kept[1] if kept is not None and kept[0] == state else unpack_timeline(state)


def keep_timelines(timelines: dict[int, tuple[str, Timeline]]) -> None:
    """Offer timelines that nobody changes any more, each with what it is packed as."""
    with _lock:
        _kept.update(timelines)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
