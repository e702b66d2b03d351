"""Which points of an asset's way are kept, so that a past day can be drawn: few, and each as it was estimated then.

A point stands until the next one. What nobody reported is told by the point that ended the silence: it says when the
last report before it came, so that the way in between is known to be unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assets.activity import SECOND

LEAST_M = 1.0
"""Less is no movement worth a row; nor is half of how exact the estimate is."""
LEAST_US = 3 * SECOND
"""A way is kept no finer than this; another zone, another floor and the end of a silence are kept at once."""
COARSE_M = 1.0
"""A point less exact than this is kept anew once it is known twice as well."""

Place = tuple[int, int | None, float, float, float, float]
"""Floor, zone, x, y, error in metres, confidence of the zone."""


@dataclass(slots=True)
class Mark:
    """The point kept last."""

    at: int
    floor: int
    zone: int | None
    x: float
    y: float
    error: float


@dataclass(slots=True)
class Waypoint:
    """A point as it is kept. ``silent_since``: no report came from then until this one."""

    place: Place
    silent_since: int | None


def keep_waypoint(
    kept: dict[int, Waypoint], mark: Mark | None, at: int, place: Place, *, before: int | None, stale_us: int
) -> Mark | None:
    """Add the place reported at ``at`` to ``kept`` where it says something new; the mark from then on.

    ``before`` is the report that came before it: further back than ``stale_us``, and a silence lies between.
    """
    silent_since = before if before is not None and at - before > stale_us else None
    if mark is not None and silent_since is None and not _says_more(mark, at, place):
        return mark
    if silent_since is None and at in kept:
        silent_since = kept[at].silent_since
    kept[at] = Waypoint(place, silent_since)
    floor, zone, x, y, error, _ = place
    return Mark(at, floor, zone, round(x, 2), round(y, 2), round(error, 2))


def _says_more(mark: Mark, at: int, place: Place) -> bool:
    floor, zone, x, y, error, _ = place
    if zone != mark.zone or floor != mark.floor:
        return True
    if at - mark.at < LEAST_US:
        return False
    if math.hypot(x - mark.x, y - mark.y) > max(LEAST_M, error / 2):
        return True
    return mark.error > COARSE_M and 2 * error <= mark.error
