"""Running tracks through the estimation as they would have come in, and counting what was right."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from locations.estimation.belief import Belief
from locations.estimation.levels import Levels
from locations.estimation.locating import estimate, hear
from locations.estimation.radio_map import RadioMap
from locations.scoring.files import Row, Track
from locations.scoring.zones import Zoning

EVERY_S = 1.0
FIRST_S = 2.0
"""After the first sighting; every track is judged from then on, once a second, on what was heard until that moment."""
RENEWED_S = 20.0
"""So often what was learned of the receivers goes into the map."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One moment: the stated place and the true one. ``error_m`` is what was stated of the error."""

    x: float
    y: float
    error_m: float
    true_x: float
    true_y: float

    @property
    def metres(self) -> float:
        return math.hypot(self.x - self.true_x, self.y - self.true_y)


class Follower:
    """Follows tracks as one floor of the product would, in order, with one map.

    ``learns``: how loud the receivers hear is learned on the way, from the sightings so far alone.
    """

    def __init__(self, radio_map: RadioMap, *, learns: bool) -> None:
        self._map = radio_map
        self._levels = Levels() if learns else None

    def follow(self, track: Track) -> list[Judged]:
        belief, judged, renewed_at = Belief(), [], track.rows[0].heard.at
        times = [row.heard.at for row in track.rows]
        taken = 0
        for at in _moments(times):
            while taken < len(times) and times[taken] <= at:
                if hear(self._map, belief, track.rows[taken].heard) and self._levels and belief.settled:
                    self._levels.learn(self._map, belief.settled)
                taken += 1
            found = estimate(self._map, belief, at)
            if found is not None:
                judged.append(Judged(found.x, found.y, found.error_m, *true_place(track.rows, times, at)))
            if self._levels and at - renewed_at >= RENEWED_S:
                renewed_at = at
                levels = self._levels.solve(surveyed=self._map.is_surveyed)
                self._map = self._map.at_levels(*levels)
                belief.forget()
        return judged


def _moments(times: Sequence[float]) -> Iterable[float]:
    count = int((times[-1] - times[0] - FIRST_S) / EVERY_S + 1e-9) + 1
    return (times[0] + FIRST_S + n * EVERY_S for n in range(count))


def true_place(rows: Sequence[Row], times: Sequence[float], at: float) -> tuple[float, float]:
    """Between the two sightings around that moment."""
    after = min(bisect.bisect_right(times, at), len(rows) - 1)
    before = max(after - 1, 0)
    a, b = rows[before], rows[after]
    passed = times[after] - times[before]
    share = min(max((at - times[before]) / passed, 0.0), 1.0) if passed > 0 else 1.0
    return a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)


@dataclass(frozen=True, slots=True)
class ZoneScore:
    """Of one zone: moments in which the tag was there, in which it was said to be, and in which both."""

    true: int = 0
    stated: int = 0
    both: int = 0

    @property
    def sensitivity(self) -> float | None:
        return self.both / self.true if self.true else None

    @property
    def precision(self) -> float | None:
        return self.both / self.stated if self.stated else None


@dataclass(frozen=True, slots=True)
class Score:
    """Of some moments. Shares are fractions; ``zone`` is that of moments in the right zone.

    ``hops``: changes of the stated zone beyond those of the true one. ``covered``: share of moments in which the
    truth lay within the stated error, which is meant to be 0.68.
    """

    moments: int
    median_m: float
    p90_m: float
    zone: float
    zones: dict[str, ZoneScore]
    hops: int
    covered: float
    stated_error_m: float

    @property
    def sensitivity(self) -> float:
        """Mean over the zones in which the tag ever was."""
        return _mean(score.sensitivity for score in self.zones.values())

    @property
    def precision(self) -> float:
        """Mean over the zones in which it was ever said to be."""
        return _mean(score.precision for score in self.zones.values())


def score(tracks: Sequence[Sequence[Judged]], zoning: Zoning) -> Score:
    """Of all moments of these tracks together; changes of zone are counted within each."""
    moments = [each for track in tracks for each in track]
    true = [[zoning.zone_at(each.true_x, each.true_y) for each in track] for track in tracks]
    stated = [[zoning.zone_at(each.x, each.y) for each in track] for track in tracks]
    pairs = [pair for a, b in zip(true, stated, strict=True) for pair in zip(a, b, strict=True)]
    metres = sorted(each.metres for each in moments)
    hops = sum(max(0, _changes(b) - _changes(a)) for a, b in zip(true, stated, strict=True))
    return Score(
        len(moments),
        quantile(metres, 0.5),
        quantile(metres, 0.9),
        sum(a == b for a, b in pairs) / len(pairs),
        _by_zone(pairs),
        hops,
        sum(each.metres <= each.error_m for each in moments) / len(moments),
        quantile(sorted(each.error_m for each in moments), 0.5),
    )


def _by_zone(pairs: Sequence[tuple[str | None, str | None]]) -> dict[str, ZoneScore]:
    names = sorted({name for pair in pairs for name in pair if name is not None})
    return {
        name: ZoneScore(
            sum(a == name for a, _ in pairs),
            sum(b == name for _, b in pairs),
            sum(a == b == name for a, b in pairs),
        )
        for name in names
    }


def _changes(zones: Sequence[str | None]) -> int:
    return sum(a != b for a, b in itertools.pairwise(zones))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two values on either side of that share."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else math.nan
