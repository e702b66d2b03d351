"""Past days as the API tells them. Lengths are seconds, and only of what lies inside the period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import Waypoint
from assets.recording.moments import from_us, from_us_or_none
from assets.serializers import AssetBrief
from assets.words import Activity, Basis
from locations.api import FloorBrief, ZoneBrief


@extend_schema_field(float)
class Seconds(serializers.Field[timedelta, Any, float, Any]):
    """A length of time."""

    def to_representation(self, value: timedelta) -> float:
        return value.total_seconds()


class NeighbourSerializer(serializers.Serializer[Any]):
    """``apart_s``: for how long in between no room is known."""

    zone = ZoneBrief()
    floor = FloorBrief(source="zone.floor")
    apart_s = Seconds(source="apart")


class ShareSerializer(serializers.Serializer[Any]):
    activity = serializers.ChoiceField(choices=Activity.choices)
    seconds = Seconds(source="length")


class PresenceSerializer(serializers.Serializer[Any]):
    """One stay; ``end`` is null while it lasts. ``unheard_s`` of its seconds nothing was heard."""

    asset = AssetBrief()
    zone = ZoneBrief()
    floor = FloorBrief(source="zone.floor")
    begin = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    seconds = Seconds(source="length")
    unheard_s = Seconds(source="unheard")
    activities = ShareSerializer(source="shares", many=True)
    came_from = NeighbourSerializer(allow_null=True)
    went_to = NeighbourSerializer(allow_null=True)


class StateSerializer(serializers.Serializer[Any]):
    """``at``: since when it stood there. ``silent_since``: nothing had been reported of its place since then.

    ``error_m`` is null where only the room is known of that time; ``activity`` where nothing is recorded.
    """

    asset_tag = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    is_installed = serializers.BooleanField()
    zone = serializers.IntegerField(source="zone_id", allow_null=True)
    zone_name = serializers.CharField(allow_null=True)
    x = serializers.FloatField()
    y = serializers.FloatField()
    error_m = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    silent_since = serializers.DateTimeField(allow_null=True)
    activity = serializers.ChoiceField(choices=Activity.choices, allow_null=True)
    basis = serializers.ChoiceField(choices=Basis.choices, allow_null=True)
    since = serializers.DateTimeField(allow_null=True)


class WaypointSerializer(serializers.ModelSerializer[Waypoint]):
    """``silent_since``: from then until this point, nothing was reported."""

    at = serializers.SerializerMethodField()
    silent_since = serializers.SerializerMethodField()
    floor = FloorBrief()
    zone = ZoneBrief(allow_null=True)

    class Meta:
        model = Waypoint
        fields = ["at", "floor", "zone", "x", "y", "error_m", "confidence", "silent_since"]

    def get_at(self, point: Waypoint) -> datetime:
        return from_us(point.at_us)

    def get_silent_since(self, point: Waypoint) -> datetime | None:
        return from_us_or_none(point.silent_since_us)
