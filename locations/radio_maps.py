"""The radio map of a floor, kept in the process until its receivers, its survey or its plan change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet, Sum

from locations.estimation.anchors import Anchor, Signal, SurveyPoint
from locations.estimation.radio_map import Area, RadioMap
from locations.estimation.walls import Door
from locations.geometry import PlanStamp, plan_stamp
from locations.models import Passage, Receiver, Zone
from locations.polygons import polygon_of
from locations.receiver_kinds import ReceiverKind
from locations.survey_models import SurveyPoint as Surveyed

FEWEST = 3
"""Receivers of one floor without which no more can be said than which of them hears best."""


@dataclass(frozen=True, slots=True)
class RadioStamp:
    """What changes whenever receivers, survey, zones or doors of a floor do."""

    plan: PlanStamp
    receivers: tuple[object, ...]
    survey: tuple[object, ...]
    doors: tuple[int, datetime | None]


_maps: dict[int, tuple[RadioStamp, RadioMap | None]] = {}


class MapNotDrawnError(Exception):
    """The map of a floor is to be drawn first, by :func:`radio_map`: that takes seconds."""

    def __init__(self, floor_id: int) -> None:
        super().__init__(f"the radio map of floor {floor_id} is not drawn yet")
        self.floor_id = floor_id


def drawn_map(floor_id: int) -> RadioMap | None:
    """As :func:`radio_map`, for whoever keeps others waiting: raises :class:`MapNotDrawnError` rather than draw."""
    kept = _maps.get(floor_id)
    if kept is None or kept[0] != _stamp(floor_id):
        raise MapNotDrawnError(floor_id)
    return kept[1]


def is_surveyed(floor_id: int) -> bool:
    """Whether anybody has walked the floor with a tag; without that its map says nothing of strengths."""
    return Surveyed.objects.current().on_floor(floor_id).exists()


def radio_map(floor_id: int) -> RadioMap | None:
    """The map of a floor, or ``None`` where too few receivers tell how strongly they hear.

    Costs four short queries, to see whether anything changed: ask once for a batch.
    """
    stamp = _stamp(floor_id)
    kept = _maps.get(floor_id)
    if kept is None or kept[0] != stamp:
        kept = _maps[floor_id] = (stamp, _build(floor_id))
    return kept[1]


def _stamp(floor_id: int) -> RadioStamp:
    receivers = _receivers(floor_id).aggregate(
        Count("pk"), Max("pk"), Sum("x"), Sum("y"), Sum("reach_m"), Sum("zone_id")
    )
    points = Surveyed.objects.current().on_floor(floor_id).order_by()
    survey = points.aggregate(Count("pk"), Sum("pk"), Max("at"))
    doors = _doors(floor_id).aggregate(n=Count("pk"), at=Max("updated_at"))
    return RadioStamp(
        plan_stamp([floor_id]),
        tuple(receivers.values()),
        tuple(survey.values()),
        (doors["n"], doors["at"]),
    )


def _build(floor_id: int) -> RadioMap | None:
    anchors = [
        Anchor(identifier, x, y, reach_m=reach)
        for identifier, x, y, reach in _receivers(floor_id).values_list("identifier", "x", "y", "reach_m")
    ]
    if len(anchors) < FEWEST:
        return None
    zones = Zone.objects.current().filter(floor=floor_id).order_by().values_list("pk", "polygon")
    doors = _doors(floor_id).values_list("zone_a", "zone_b", "x", "y")
    area = Area(
        {pk: polygon_of(rings) for pk, rings in zones},
        [Door(zone_a, zone_b, x, y) for zone_a, zone_b, x, y in doors],
    )
    return RadioMap(anchors, survey=_survey(floor_id), area=area)


def _survey(floor_id: int) -> list[SurveyPoint]:
    points = Surveyed.objects.current().on_floor(floor_id).order_by("pk")
    return [
        SurveyPoint(
            point.x,
            point.y,
            {name: Signal(mean, spread, count) for name, (count, mean, spread, *_) in point.signals.items()},
        )
        for point in points
    ]


def _receivers(floor_id: int) -> QuerySet[Receiver]:
    return Receiver.objects.filter(floor=floor_id, kind=ReceiverKind.RADIO).order_by("identifier")


def _doors(floor_id: int) -> QuerySet[Passage]:
    return Passage.objects.filter(zone_a__floor=floor_id, zone_b__floor=floor_id).order_by()
