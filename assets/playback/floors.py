"""A floor in the past: everything that changed on it in a period, in one compact answer, and when it was busy.

Times are seconds since the begin of the period; what was before has negative ones. The browser draws from this, and
:func:`assets.playback.states.floor_as_of` says the same of a single instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from assets.history import Period
from assets.models import ActivityInterval, Asset, Waypoint
from assets.playback.ways import (
    IS_INSTALLED,
    MOST_POINTS,
    is_past_trails,
    of_site,
    ways_of_points,
    ways_of_stays,
)
from assets.recording.moments import to_us
from assets.words import Activity, Basis
from locations.models import Floor, Zone

WINDOWS = tuple(timedelta(minutes=minutes) for minutes in (25 * 60, 6 * 60, 60, 15, 5))
"""By how much of a day a page asks at a time; the longest that is likely to fit into one answer."""
SLOTS = timedelta(minutes=10)
_US = 1_000_000
_ACTIVITIES, _BASES = tuple(Activity.values), tuple(Basis.values)


def density(floor: Floor, period: Period) -> list[int]:
    """How many points of ways each ten minutes of the period have: how much moved when."""
    begin, step = to_us(period.begin), SLOTS // timedelta(microseconds=1)
    rows = (
        Waypoint.objects.filter(floor=floor, at_us__gte=begin, at_us__lt=to_us(period.end))
        .order_by()
        .values_list((F("at_us") - begin) / step)
        .annotate(Count("pk"))
    )
    counts = [0] * -(-period.length // SLOTS)
    for slot, count in rows:
        counts[slot] = count
    return counts


def window_for(counts: Iterable[int]) -> timedelta:
    """By how much at a time a day of that density is asked for."""
    busiest = max(counts, default=0)
    total = sum(counts)
    fits = (w for w in WINDOWS if min(total, busiest * (w / SLOTS)) <= MOST_POINTS / 4)
    return next(fits, WINDOWS[-1])


def floor_changes(
    floor: Floor, period: Period, *, now: datetime, asset: Asset | None = None
) -> dict[str, Any]:
    """Who was on the floor, how each moved and what it did, from the period's begin to its end or ``now``.

    ``until`` is up to when that is told: shorter than asked for where more than ``MOST_POINTS`` were kept. Not
    ``exact``: only rooms are known of that time, and markers stand in their middle. With
    ``asset``, of that one alone.
    """
    period = Period(period.begin, max(period.begin, min(period.end, now)))
    equipment = of_site(floor) if asset is None else of_site(floor).filter(pk=asset.pk)
    tell = ways_of_stays if is_past_trails(floor, period, now) else ways_of_points
    told = tell(floor, equipment, period)
    period = Period(period.begin, told.until)
    assets = list(_identities(equipment, floor, told.points, period))
    deeds = _deeds([asset["pk"] for asset in assets], period)
    begin = to_us(period.begin)
    return {
        "floor": floor.slug,
        "begin": begin / _US,
        "until": _seconds(to_us(told.until), begin),
        "exact": told.is_exact,
        "activities": _ACTIVITIES,
        "bases": _BASES,
        "zones": dict(Zone.objects.filter(floor=floor).order_by().values_list("pk", "name")),
        "assets": [
            _asset(row, told.points.get(row["pk"], []), deeds.get(row["pk"], []), floor, begin)
            for row in assets
        ],
    }


def _identities(
    equipment: QuerySet[Asset], floor: Floor, visitors: Iterable[int], period: Period
) -> Iterable[Any]:
    """Who these are, with what comes after the period: whether a silence began in it."""
    end = to_us(period.end)
    after = Waypoint.objects.filter(asset=OuterRef("pk"), at_us__gt=end).order_by("at_us")
    was_there = Q(intervals__begin__lt=period.end) & (
        Q(intervals__end__isnull=True) | Q(intervals__end__gt=period.begin)
    )
    fixed = equipment.filter(IS_INSTALLED, home_zone__floor=floor).filter(was_there).values("pk")
    return (
        equipment.filter(Q(pk__in=list(visitors)) | Q(pk__in=fixed))
        .order_by("asset_tag")
        .annotate(
            next_at=Subquery(after.values("at_us")[:1]), next_silent=Subquery(after.values("silent_since_us")[:1])
        )
        .values(
            "pk", "asset_tag", "model__manufacturer", "model__name", "model__category__slug",
            "model__category__name", "model__category__shape", "model__category__stale_after_s",
            "home_zone_id", "home_zone__label_x", "home_zone__label_y", "now__position_at", "now__stale_at",
            "next_at", "next_silent",
        )
    )  # fmt: skip


def _deeds(asset_ids: list[int], period: Period) -> dict[int, list[tuple[Any, ...]]]:
    rows = ActivityInterval.objects.filter(asset__in=asset_ids).overlapping(period.begin, period.end)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows.order_by("asset", "begin").values_list("asset_id", "begin", "end", "activity", "basis"):
        found[row[0]].append(row)
    return found


def _asset(
    row: dict[str, Any], way: list[tuple[Any, ...]], deeds: list[tuple[Any, ...]], floor: Floor, begin: int
) -> dict[str, Any]:
    is_fixed = not way
    return {
        "id": row["pk"],
        "tag": row["asset_tag"],
        "name": f"{row['model__manufacturer']} {row['model__name']}",
        "category": row["model__category__slug"],
        "category_name": row["model__category__name"],
        "shape": row["model__category__shape"],
        "fixed": is_fixed,
        "stale": row["model__category__stale_after_s"],
        "home": [row["home_zone_id"], row["home_zone__label_x"], row["home_zone__label_y"]]
        if is_fixed
        else None,
        "way": [_point(point, floor, begin) for point in way],
        "silent": None if is_fixed else _silent(row, begin),
        "deeds": _deeds_told(deeds, row["now__stale_at"], begin),
    }


def _point(row: tuple[Any, ...], floor: Floor, begin: int) -> list[Any]:
    """Time, zone, x, y, error, confidence, and since when nothing had been reported; elsewhere, the time alone."""
    _, at, floor_id, zone, x, y, error, confidence, silent = row
    told = _seconds(at, begin)
    since = None if silent is None else _seconds(silent, begin)
    return [told, zone, x, y, error, confidence, since] if floor_id == floor.pk else [told, since]


def _silent(row: dict[str, Any], begin: int) -> float | None:
    """From when on nothing was reported any more, as far as the period's end."""
    if row["next_at"] is not None:
        return None if row["next_silent"] is None else _seconds(row["next_silent"], begin)
    last = row["now__position_at"]
    return None if last is None else _seconds(to_us(last), begin)


def _deeds_told(deeds: list[tuple[Any, ...]], stale_at: datetime | None, begin: int) -> list[list[Any]]:
    """Time, activity and basis by their numbers; the time alone where nothing is recorded from then on."""
    told: list[list[Any]] = []
    for _, start, end, activity, basis in deeds:
        told.append([_seconds(to_us(start), begin), _ACTIVITIES.index(activity), _BASES.index(basis)])
        if end is not None:
            told.append([_seconds(to_us(end), begin)])
        elif stale_at is not None and activity != Activity.UNKNOWN and basis != Basis.PERSON:
            # No sweep has come by yet; silence makes unknown at its moment all the same.
            told.append([_seconds(to_us(stale_at), begin), *_UNHEARD])
    return [entry for n, entry in enumerate(told) if not (n + 1 < len(told) and told[n + 1][0] == entry[0])]


_UNHEARD = (_ACTIVITIES.index(Activity.UNKNOWN), _BASES.index(Basis.SILENCE))


def _seconds(at_us: int, begin_us: int) -> float:
    return round((at_us - begin_us) / _US, 1)
