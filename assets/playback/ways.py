"""The ways on a floor as rows of points: from the trails while they are kept, from the stays before that."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from assets.history import Period
from assets.models import Asset, Stay, Waypoint
from assets.recording.moments import from_us, to_us
from locations.models import Floor

MOST_POINTS = 120_000
"""A floor's changes in one answer: some 5 MB; what comes later is asked for with the next."""
Point = tuple[Any, ...]
"""Asset, time in microseconds, floor, zone, x, y, error, confidence, and since when nothing had been reported."""
_PLACE = ("asset_id", "at_us", "floor_id", "zone_id", "x", "y", "error_m", "confidence", "silent_since_us")


@dataclass(frozen=True, slots=True)
class Ways:
    """Points by asset, in order, up to when they are complete; not ``is_exact`` where only rooms are known."""

    points: dict[int, list[Point]]
    until: datetime
    is_exact: bool = True


def kept_since(now: datetime) -> datetime:
    """From when on ways are kept point by point."""
    return now - timedelta(days=settings.TRAIL_KEPT_DAYS)


def is_past_trails(floor: Floor, period: Period, now: datetime) -> bool:
    """Whether the floor's ways in that period are not kept: too old, or older than their being kept at all."""
    if period.begin < kept_since(now):
        return True
    return not Waypoint.objects.filter(floor=floor, at_us__lte=to_us(period.end)).exists()


def of_site(floor: Floor) -> QuerySet[Asset]:
    """Equipment that can be on the floor: only that of its own site, for that is who may see the floor."""
    found: QuerySet[Asset] = Asset.objects.filter(site__buildings=floor.building_id)
    return found


IS_INSTALLED = Q(is_fixed=True) | Q(model__category__is_mobile=False, rtls_tag__isnull=True)
"""What is not moved: it is where it is registered now; its places in the past nobody recorded."""


def latest_points(assets: QuerySet[Asset], at_us: int) -> QuerySet[Waypoint]:
    """Of each of these, the point that stood at that moment."""
    before = Waypoint.objects.filter(asset=OuterRef("pk"), at_us__lte=at_us).order_by("-at_us")
    standing = assets.order_by().annotate(standing=Subquery(before.values("pk")[:1]))
    return Waypoint.objects.filter(pk__in=standing.values("standing"))


def ways_of_points(floor: Floor, assets: QuerySet[Asset], period: Period) -> Ways:
    begin, end = to_us(period.begin), to_us(period.end)
    points: dict[int, list[Point]] = defaultdict(list)
    for row in latest_points(assets, begin).filter(floor=floor).order_by().values_list(*_PLACE):
        points[row[0]].append(row)
    within = Waypoint.objects.filter(at_us__gt=begin, at_us__lte=end)
    here = within.filter(floor=floor, asset__in=assets)
    visitors = set(here.order_by().values_list("asset_id", flat=True).distinct()) | set(points)
    told = within.filter(asset__in=visitors).order_by("at_us", "pk").values_list(*_PLACE)
    rows, until = list(told[: MOST_POINTS + 1]), period.end
    if len(rows) > MOST_POINTS:
        until = from_us(rows[-1][1] - 1)
        rows = [row for row in rows if row[1] < rows[-1][1]]
    for row in rows:
        points[row[0]].append(row)
    return Ways(points, until)


def ways_of_stays(floor: Floor, assets: QuerySet[Asset], period: Period) -> Ways:
    """Each stay as one point in the middle of its zone; where it ends and no other begins, the asset is nowhere."""
    stays = Stay.objects.overlapping(period.begin, period.end)
    here = stays.filter(zone__floor=floor, asset__in=assets)
    visitors = set(here.order_by().values_list("asset_id", flat=True).distinct())
    rows = stays.filter(asset__in=visitors).order_by("begin").select_related("zone")[:MOST_POINTS]
    points: dict[int, list[Point]] = defaultdict(list)
    for stay in rows:
        way, zone, begin = points[stay.asset_id], stay.zone, to_us(stay.begin)
        if way and way[-1][1] == begin:
            way.pop()
        way.append(
            (stay.asset_id, begin, zone.floor_id, zone.pk, zone.label_x, zone.label_y, None, 1.0, None)
        )
        if stay.end is not None:
            way.append((stay.asset_id, to_us(stay.end), None, None, None, None, None, None, None))
    return Ways(points, period.end, is_exact=False)
