"""Service contracts over the API, to read."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.contracts.models import Contract
from assets.contracts.words import Cover
from locations.rest import ReadOnlyViewSet


class ContractSerializer(serializers.ModelSerializer[Contract]):
    """``week``: the covered hours, Monday first; null is around the clock. Money in the hospital's currency."""

    site = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    models = serializers.PrimaryKeyRelatedField(source="for_models", many=True, read_only=True)  # type: ignore[var-annotated]
    assets = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        source="for_assets", slug_field="asset_tag", many=True, read_only=True
    )

    class Meta:
        model = Contract
        fields = [
            "id", "site", "number", "vendor", "phone", "cover", "week", "response_h", "begins_on", "ends_on",
            "yearly_cost", "is_left_to_end", "follows", "note", "models", "assets",
        ]  # fmt: skip
        extra_kwargs = {"week": {"help_text": "Seven lists, Monday first; null is around the clock."}}


class ContractFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Number, vendor or note")
    cover = django_filters.ChoiceFilter(choices=Cover.choices)
    ends_by = django_filters.DateFilter(
        field_name="ends_on", lookup_expr="lte", label="Ends on that day or before"
    )
    asset = django_filters.CharFilter(method="filter_asset", label="Tag of a piece that it names by itself")

    class Meta:
        model = Contract
        fields: list[str] = []

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        return queryset.matching(text)

    @extend_schema_field(str)
    def filter_asset(self, queryset: Any, _name: str, tag: str) -> Any:
        return queryset.filter(for_assets__asset_tag__iexact=tag)


class ContractViewSet(ReadOnlyViewSet[Contract]):
    """Service contracts by their last day, with what they cover."""

    queryset = Contract.objects.select_related("site").prefetch_related("for_models", "for_assets")
    serializer_class = ContractSerializer
    filterset_class = ContractFilter
