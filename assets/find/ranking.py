"""The best of many: which of those that match are read in full, looking no farther than needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from assets.find.clauses import Clause, Row, are_more_than, free_rows_in, one_of, rows
from assets.find.looking import Looking
from assets.find.readiness import ORDER, Readiness

MANY = 3000
"""From so many on, all that match are not counted."""
RINGS = (60, 240, 480, 960)
"""So many of the nearest zones are looked through: these, then those beyond them."""


@dataclass(frozen=True, slots=True)
class Best:
    """Primary keys, the best first; how many were counted of each readiness, and whether that is all."""

    numbers: list[int]
    counts: Counter[Readiness]
    is_counted: bool = True


def best(wanted: Clause, looking: Looking, exact: Iterable[int], limit: int) -> Best:
    """The first ``limit``. Of many, only the rooms near by are looked through, if they have enough."""
    named = frozenset(exact)
    if looking.distances.zones() and are_more_than(MANY, wanted):
        near_by = _near_by(wanted, looking, named, limit)
        if near_by is not None:
            return near_by
    return _best_of(rows(wanted, looking.now), looking, named, limit)


def _near_by(wanted: Clause, looking: Looking, named: frozenset[int], limit: int) -> Best | None:
    """What is ready near by, and what was named or spoken of, wherever it is; ``None`` where not so many are free
    within a few hundred rooms."""
    zones = looking.distances.zones()
    singled = named | looking.singled
    found: list[Row] = []
    looked = 0
    for count in RINGS:
        within = looking.distances.whole(count)
        found += [
            row
            for row in free_rows_in(within[looked:], wanted, looking.now)
            if row[0] not in singled and looking.readiness(row) is Readiness.READY
        ]
        looked = len(within)
        if len(found) >= limit:
            apart = rows(wanted & one_of("a.id", sorted(singled)), looking.now) if singled else []
            return _best_of([*found, *apart], looking, named, limit, is_counted=False)
        if looked == len(zones):
            break
    return None


def _best_of(
    found: Iterable[Row], looking: Looking, named: frozenset[int], limit: int, *, is_counted: bool = True
) -> Best:
    """Those named exactly, then by readiness: the less ready ones are not ranked if the others are enough."""
    first: list[Row] = []
    as_ready: dict[Readiness, list[Row]] = {readiness: [] for readiness in ORDER}
    counts: Counter[Readiness] = Counter()
    for row in found:
        readiness = looking.readiness(row)
        counts[readiness] += 1
        (first if row[0] in named else as_ready[readiness]).append(row)
    numbers: list[int] = []
    for alike in (first, *as_ready.values()):
        if len(numbers) < limit:
            numbers += [row[0] for row in sorted(alike, key=looking.rank)]
    return Best(numbers[:limit], counts, is_counted)
