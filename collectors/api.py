"""Endpoints over the API: what is polled and how that goes. Nothing of credentials, not even their names."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import Asset
from assets.serializers import AssetBrief
from assets.words import Quality
from collectors.endpoint_rules import weaknesses
from collectors.models import Disturbance, Endpoint, EndpointHealth, Pause, Segment
from collectors.situation import situation_at
from collectors.standing import TITLES, Facts, Situation, State, state_of
from locations.api import SiteBrief
from locations.rest import HistoryViewSet, PeriodFilter, ReadOnlyViewSet


class SegmentBrief(serializers.ModelSerializer[Segment]):
    site = SiteBrief()

    class Meta:
        model = Segment
        fields = ["name", "site"]


class HealthSerializer(serializers.ModelSerializer[EndpointHealth]):
    """How polling goes: ``quality`` and ``detail`` are of the latest attempt, null before the first."""

    quality_name = serializers.CharField(source="get_quality_display", allow_null=True)

    class Meta:
        model = EndpointHealth
        fields = [
            "attempted_at", "answered_at", "latency_ms", "quality", "quality_name", "detail", "failing_since",
            "failures_in_a_row", "polls", "answers", "next_poll_at", "recovered_at", "typical_ms", "refused",
        ]  # fmt: skip


class PauseSerializer(serializers.Serializer[Pause]):
    """What holds polling back: of this endpoint, of its segment, or of everything."""

    of = serializers.SerializerMethodField()
    reason = serializers.CharField()
    begun_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)

    def get_of(self, pause: Pause) -> str:
        if pause.endpoint_id:
            return "endpoint"
        return "segment" if pause.segment_id else "everything"


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """``asset`` is null for a gateway whose table names its devices; ``health`` before the first poll."""

    protocol_name = serializers.CharField(source="get_protocol_display")
    segment = SegmentBrief()
    asset = serializers.SerializerMethodField()
    health = HealthSerializer(allow_null=True)
    state = serializers.SerializerMethodField()
    pause = serializers.SerializerMethodField()
    weaknesses = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = [
            "id", "name", "protocol", "protocol_name", "host", "port", "unit_id", "profile", "segment",
            "asset", "interval_s", "interval_in_use_s", "timeout_s", "pause_between_ms", "behind", "driver",
            "context_name", "max_varbinds", "max_repetitions", "max_message_bytes", "line_settings",
            "is_enabled", "exception_reason", "weaknesses", "state", "pause", "health",
        ]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=[(state.value, TITLES[state]) for state in State]))
    def get_state(self, endpoint: Endpoint) -> str:
        """As the pages show it; ``behind`` is silent for the sake of a gateway that fails."""
        return str(state_of(Facts.of(endpoint), timezone.now(), self._situation))

    @extend_schema_field(PauseSerializer(allow_null=True))
    def get_pause(self, endpoint: Endpoint) -> dict[str, Any] | None:
        pause = self._situation.pauses.on(endpoint_id=endpoint.pk, segment_id=endpoint.segment_id)
        return dict(PauseSerializer(pause).data) if pause else None

    def get_weaknesses(self, endpoint: Endpoint) -> list[str]:
        """In words, what makes it weaker than SNMP v3 with sound authentication and privacy."""
        return weaknesses(endpoint)

    @property
    def _situation(self) -> Situation:
        """Looked up once for a whole list."""
        told: Any = self.root.context
        if "situation" not in told:
            told["situation"] = situation_at(timezone.now())
        found: Situation = told["situation"]
        return found

    @extend_schema_field(AssetBrief(allow_null=True))
    def get_asset(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """The asset, unless it belongs to a site that the person who asks may not see."""
        asset: Asset | None = endpoint.asset
        if asset is None or not (self._sees_all or asset.site_id == endpoint.segment.site_id):
            return None
        return dict(AssetBrief(asset).data)

    @property
    def _sees_all(self) -> bool:
        return bool(self.context["request"].user.sees_all_sites)


class EndpointFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    site = django_filters.CharFilter(field_name="segment__site__slug", label="Slug of a site")
    segment = django_filters.CharFilter(field_name="segment__name", label="Name of a segment")
    protocol = django_filters.ChoiceFilter(choices=Endpoint.Protocol.choices)
    profile = django_filters.CharFilter(label="Name of a device profile")
    asset = django_filters.CharFilter(method="filter_asset", label="Asset tag")
    is_enabled = django_filters.BooleanFilter()
    is_failing = django_filters.BooleanFilter(method="filter_failing", label="Failing since its last answer")
    quality = django_filters.ChoiceFilter(
        choices=Quality.choices, field_name="health__quality", label="Quality of the latest attempt"
    )

    class Meta:
        model = Endpoint
        fields: list[str] = []

    def filter_asset(self, queryset: Any, _name: str, value: Any) -> Any:
        """Equipment that one may not see is not behind any endpoint."""
        return queryset.filter(asset__in=Asset.objects.visible_to(self.request.user).filter(asset_tag=value))

    def filter_failing(self, queryset: Any, _name: str, value: Any) -> Any:
        is_well = Q(health__failing_since__isnull=True)
        return queryset.filter(~is_well if value else is_well)


class EndpointViewSet(ReadOnlyViewSet[Endpoint]):
    """Addresses that are polled, and how that goes."""

    queryset = Endpoint.objects.select_related(
        "segment__site", "asset__model__category", "health", "credential"
    )
    serializer_class = EndpointSerializer
    filterset_class = EndpointFilter
    lookup_value_regex = "[0-9]{1,18}"


class DisturbanceSerializer(serializers.ModelSerializer[Disturbance]):
    """What was not as it should be, from when to when; without ``end`` it lasts."""

    kind_name = serializers.CharField(source="get_kind_display")
    segment = serializers.CharField(source="segment.name", allow_null=True, default=None)

    class Meta:
        model = Disturbance
        fields = [
            "id", "kind", "kind_name", "title", "endpoint", "segment", "source", "words", "begin", "end",
        ]  # fmt: skip


class DisturbanceFilter(PeriodFilter):
    kind = django_filters.ChoiceFilter(choices=Disturbance.Kind.choices)
    endpoint = django_filters.NumberFilter(field_name="endpoint_id", label="Id of an endpoint")
    segment = django_filters.CharFilter(field_name="segment__name", label="Name of a segment")
    source = django_filters.NumberFilter(field_name="source_id", label="Id of a source")
    is_open = django_filters.BooleanFilter(field_name="end", lookup_expr="isnull", label="Still lasting")

    class Meta:
        model = Disturbance
        fields: list[str] = []


class DisturbanceViewSet(HistoryViewSet[Disturbance]):
    """State changes of collecting. With ``from`` and ``to``: what shares time with that."""

    queryset = Disturbance.objects.select_related("segment")
    serializer_class = DisturbanceSerializer
    filterset_class = DisturbanceFilter
    lookup_value_regex = "[0-9]{1,18}"
