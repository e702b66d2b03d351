"""Past days over the API: a floor at an instant, who was on a floor or in a room, and the way of an asset."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assets.history import Period
from assets.models import Asset, Category, Stay, Waypoint
from assets.playback.rooms import LONGEST, presences, room_through_time, stays_in, with_neighbours
from assets.playback.serializers import PresenceSerializer, StateSerializer, WaypointSerializer
from assets.playback.states import State, floor_as_of
from assets.recording.moments import to_us
from locations.models import Floor, Zone
from locations.rest import PageOfList, refuse_unknown

DEFAULT = timedelta(hours=24)
LARGEST_KEY = 2**63 - 1
_BEFORE_ANY, _AFTER_ALL = (datetime.fromisoformat(f"{year}-01-01T00:00:00+00:00") for year in (1990, 2200))
FROM = OpenApiParameter("from", OpenApiTypes.DATETIME, description="From; a day before `to` when not told.")
TO = OpenApiParameter(
    "to",
    OpenApiTypes.DATETIME,
    description="To, not included; now when not told. At most 31 days after `from`.",
)
AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="The instant; now when not told.")
CATEGORY = OpenApiParameter("category", OpenApiTypes.STR, description="Slug of a category.")


def told_moment(request: Request, name: str) -> datetime | None:
    """A query parameter as a moment with a zone; raises a 400 that names it."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _BEFORE_ANY <= moment <= _AFTER_ALL:
        raise ValidationError({name: ["Enter a date and time with a zone, as in 2026-03-02T12:00:00Z."]})
    return moment


def told_period(request: Request) -> Period:
    """``from`` to ``to``; raises a 400 for one that ends before it begins or is longer than a month."""
    end = told_moment(request, "to") or timezone.now()
    begin = told_moment(request, "from") or end - DEFAULT
    if not begin < end:
        raise ValidationError({"to": ["The end is after the begin."]})
    if end - begin > LONGEST:
        raise ValidationError({"to": [f"At most {LONGEST.days} days are told at once."]})
    return Period(begin, end)


class PastView(ListAPIView[Any], ABC):
    """A list of the past; who may see stays may see it."""

    required_permission = "assets.view_stay"
    pagination_class = PageOfList
    filter_backends = ()
    filters: tuple[str, ...] = ("from", "to")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        refuse_unknown(request, self.filters, PageOfList.parameters)
        rows = self.paginate_queryset(self.rows())
        serializer = self.get_serializer(self.told(rows or []), many=True)
        return self.get_paginated_response(serializer.data)

    @abstractmethod
    def rows(self) -> Any:
        """Everything that the answer is a page of."""

    def told(self, rows: Sequence[Any]) -> Iterable[Any]:
        """One page of it, as the serializer takes it."""
        return rows

    def floor(self) -> Floor:
        floors = Floor.objects.visible_to(self.request.user).select_related("building")
        floor: Floor = get_object_or_404(floors, slug=self.kwargs["slug"])
        return floor


class PresenceView(PastView):
    queryset = Stay.objects.none()
    serializer_class = PresenceSerializer
    filters = ("from", "to", "category")

    def narrowed(self, stays: QuerySet[Stay]) -> QuerySet[Stay]:
        """What the person may see of them, of the category asked for."""
        seen: Any = stays
        seen = seen.visible_to(self.request.user)
        slug = self.request.query_params.get("category")
        if slug is None:
            return seen  # type: ignore[no-any-return]
        if not Category.objects.filter(slug=slug).exists():
            raise ValidationError({"category": ["There is no such category."]})
        return seen.filter(asset__model__category__slug=slug)  # type: ignore[no-any-return]

    def told(self, rows: Sequence[Any]) -> Iterable[Any]:
        return presences(rows, told_period(self.request), now=timezone.now())


class FloorHistoryView(PresenceView):
    """Who was in which zone of a floor, oldest first: stays that share time with the period."""

    def rows(self) -> QuerySet[Stay]:
        period = told_period(self.request)
        stays = Stay.objects.filter(zone__floor=self.floor()).overlapping(period.begin, period.end)
        return self.narrowed(with_neighbours(stays.order_by("begin", "pk")))

    @extend_schema(operation_id="floors_history_list", parameters=[FROM, TO, CATEGORY])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ZoneHistoryView(PresenceView):
    """Who was in a room, oldest first; stays in zones that had its code in earlier or later plans are among them."""

    def rows(self) -> QuerySet[Stay]:
        period = told_period(self.request)
        if self.kwargs["pk"] > LARGEST_KEY:
            raise Http404("No such zone.")
        zone: Zone = get_object_or_404(Zone.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return self.narrowed(stays_in(room_through_time(zone), period))

    @extend_schema(operation_id="zones_history_list", parameters=[FROM, TO, CATEGORY])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class FloorAsOfView(PastView):
    """Everything that was on a floor at one instant, and what it did then, as it was known then."""

    queryset = Stay.objects.none()
    serializer_class = StateSerializer
    filters = ("at",)

    def rows(self) -> Sequence[State]:
        now = timezone.now()
        return floor_as_of(self.floor(), min(told_moment(self.request, "at") or now, now), now=now)

    @extend_schema(operation_id="floors_as_of_list", parameters=[AT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AssetTrailView(PastView):
    """The way of an asset, oldest first: each point stands until the next one, or until ``silent_since`` of that."""

    queryset = Waypoint.objects.none()
    serializer_class = WaypointSerializer

    def rows(self) -> QuerySet[Waypoint]:
        period = told_period(self.request)
        assets = Asset.objects.visible_to(self.request.user)
        asset: Asset = get_object_or_404(assets, asset_tag=self.kwargs["asset_tag"])
        points = Waypoint.objects.filter(
            asset=asset, at_us__gte=to_us(period.begin), at_us__lt=to_us(period.end)
        )
        return points.select_related("floor", "zone").order_by("at_us")

    @extend_schema(operation_id="assets_trail_list", parameters=[FROM, TO])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
