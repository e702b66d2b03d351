"""Endpoints over the API: what is polled and how that goes. Nothing of credentials, not even their names."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import Asset
from assets.serializers import AssetBrief
from assets.words import Quality
from collectors.models import Endpoint, EndpointHealth, Segment
from locations.api import SiteBrief
from locations.rest import ReadOnlyViewSet


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
            "failures_in_a_row", "polls", "answers", "next_poll_at",
        ]  # fmt: skip


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """``asset`` is null for a gateway whose table names its devices; ``health`` before the first poll."""

    protocol_name = serializers.CharField(source="get_protocol_display")
    segment = SegmentBrief()
    asset = serializers.SerializerMethodField()
    health = HealthSerializer(allow_null=True)

    class Meta:
        model = Endpoint
        fields = [
            "id", "name", "protocol", "protocol_name", "host", "port", "unit_id", "profile", "segment",
            "asset", "interval_s", "timeout_s", "is_enabled", "health",
        ]  # fmt: skip

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

    queryset = Endpoint.objects.select_related("segment__site", "asset__model__category", "health")
    serializer_class = EndpointSerializer
    filterset_class = EndpointFilter
    lookup_value_regex = "[0-9]{1,18}"
