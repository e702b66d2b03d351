"""Ways in over the API: which there are, and how each does. Nothing of tokens, logins or settings."""

from __future__ import annotations

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collectors.models import Source, SourceHealth
from collectors.source_standing import TITLES, SourceState, source_state
from locations.api import SiteBrief
from locations.rest import ReadOnlyViewSet


class SourceHealthSerializer(serializers.ModelSerializer[SourceHealth]):
    """Counts are since the source was made; ``refused``: reason → messages. ``told_at``: of whoever serves it."""

    class Meta:
        model = SourceHealth
        fields = [
            "since", "told_at", "detail", "detail_at", "heard_at", "messages", "observations", "duplicates",
            "refused", "stripped", "senders",
        ]  # fmt: skip


class SourceSerializer(serializers.ModelSerializer[Source]):
    """``health`` is null until somebody serves it, or something came."""

    kind_name = serializers.CharField(source="get_kind_display")
    site = SiteBrief()
    state = serializers.SerializerMethodField()
    health = SourceHealthSerializer(allow_null=True)

    class Meta:
        model = Source
        fields = [
            "id", "name", "kind", "kind_name", "site", "networks", "messages_per_s", "max_message_bytes",
            "quiet_after_s", "is_enabled", "state", "health",
        ]  # fmt: skip

    @extend_schema_field(
        serializers.ChoiceField(choices=[(state.value, TITLES[state]) for state in SourceState])
    )
    def get_state(self, source: Source) -> str:
        """As the pages show it."""
        return str(source_state(source, timezone.now()))


class SourceFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    site = django_filters.CharFilter(field_name="site__slug", label="Slug of a site")
    kind = django_filters.ChoiceFilter(choices=Source.Kind.choices)
    is_enabled = django_filters.BooleanFilter()

    class Meta:
        model = Source
        fields: list[str] = []


class SourceViewSet(ReadOnlyViewSet[Source]):
    """What others tell us by themselves, and how that goes."""

    queryset = Source.objects.select_related("site", "health")
    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    lookup_value_regex = "[0-9]{1,18}"
