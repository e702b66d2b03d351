"""Points of surveys as people make and remove them, and which rooms have any."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.db import transaction

from locations.models import Floor, Survey, SurveyPoint, Zone
from locations.polygons import polygon_of
from locations.survey_models import Signals

WALK = timedelta(hours=8)
"""Points of one person with one tag on one floor within this time are one survey."""
MARGIN_M = 1.0
"""How far outside the plan a point may lie: plans end at the inner face of a wall, or at its outer one."""

Spot = tuple[float, float]


@dataclass(slots=True)
class Coverage:
    """Rooms with a point and rooms without, in the order of their names."""

    surveyed: list[Zone] = field(default_factory=list)
    bare: list[Zone] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.surveyed) + len(self.bare)


@transaction.atomic
def record_survey_point(
    *, floor: Floor, spot: Spot, signals: Signals, device: str, by: Any, at: datetime
) -> SurveyPoint:
    """Store what was heard at a spot. What was recorded at the same moment by the same person is stored once."""
    Floor.objects.select_for_update().get(pk=floor.pk)  # two answers to one recording wait for each other
    mine = SurveyPoint.objects.filter(survey__floor=floor, survey__by=by)
    known: SurveyPoint | None = mine.filter(at=at).first()
    if known is not None:
        return known
    survey = _survey_of(floor, device, by, at, spot)
    return SurveyPoint.objects.create(survey=survey, x=spot[0], y=spot[1], signals=signals, at=at)


def remove_survey_point(*, point: SurveyPoint, now: datetime) -> None:
    """Take a point out of the radio map; removing it again changes nothing."""
    if point.removed_at is None:
        point.removed_at = now
        point.save(update_fields=["removed_at"])


def cover(zones: Iterable[Zone], spots: Sequence[Spot]) -> Coverage:
    """Which of these rooms have a spot; one on a wall counts for both sides."""
    found = Coverage()
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    for zone in zones:
        has_one = bool(spots) and bool(shapely.intersects_xy(polygon_of(zone.polygon), xs, ys).any())
        (found.surveyed if has_one else found.bare).append(zone)
    return found


def bounds_of(floor: Floor, zones: Iterable[Zone]) -> tuple[float, float, float, float] | None:
    """West, south, east and north end of the plan; none of a floor without one."""
    rings = [*(floor.outline or []), *(zone.polygon[0] for zone in zones)]
    points = [point for ring in rings for point in ring]
    if not points:
        return None
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def is_on_plan(bounds: tuple[float, float, float, float] | None, spot: Spot) -> bool:
    if bounds is None:
        return all(math.isfinite(value) and abs(value) <= 10_000 for value in spot)
    west, south, east, north = bounds
    x, y = spot
    return west - MARGIN_M <= x <= east + MARGIN_M and south - MARGIN_M <= y <= north + MARGIN_M


def _survey_of(floor: Floor, device: str, by: Any, at: datetime, spot: Spot) -> Survey:
    """The walk that this point belongs to. A spot recorded again begins another: in a file, a place stands once."""
    since = at - WALK
    walks = Survey.objects.filter(floor=floor, device=device, by=by, begun_at__gt=since, begun_at__lte=at)
    walk = walks.order_by("-begun_at", "-pk").first()
    if walk is not None and not walk.points.filter(x=spot[0], y=spot[1]).exists():
        return walk
    return Survey.objects.create(floor=floor, device=device, begun_at=at, by=by)
