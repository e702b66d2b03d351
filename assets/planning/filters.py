"""Filters of plans and of what falls due, for programs."""

from __future__ import annotations

import django_filters

from assets.planning.models import Occurrence, Plan
from assets.planning.words import KIND_CHOICES, Standing


class PlanFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    kind = django_filters.ChoiceFilter(choices=KIND_CHOICES)
    is_current = django_filters.BooleanFilter(
        field_name="ended_at", lookup_expr="isnull", label="Has not ended"
    )

    class Meta:
        model = Plan
        fields: list[str] = []


class OccurrenceFilter(django_filters.FilterSet):  # type: ignore[misc]
    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    site = django_filters.CharFilter(field_name="asset__site__slug", label="Slug of a site")
    plan = django_filters.NumberFilter(field_name="plan", label="Number of a plan")
    standing = django_filters.ChoiceFilter(choices=Standing.choices)
    due_after = django_filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")
    late_by = django_filters.DateFilter(
        method="filter_late", label="Planned still, and out of compliance on that day"
    )

    class Meta:
        model = Occurrence
        fields: list[str] = []

    def filter_late(self, queryset: object, _name: str, day: object) -> object:
        return queryset.planned().filter(late_from__lte=day)  # type: ignore[attr-defined]
