"""What runs and records can be filtered by over the API."""

from __future__ import annotations

import django_filters

from assets.procedures.models import Procedure, Run, TestRecord
from assets.procedures.words import KINDS, RecordKind


class ProcedureFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    kind = django_filters.ChoiceFilter(choices=KINDS)
    category = django_filters.CharFilter(field_name="category__slug", label="Slug of a category")

    class Meta:
        model = Procedure
        fields: list[str] = []


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    order = django_filters.NumberFilter(label="Number of an order", min_value=0, max_value=2**63 - 1)
    asset = django_filters.CharFilter(
        field_name="order__asset__asset_tag", lookup_expr="iexact", label="Asset tag"
    )

    class Meta:
        model = Run
        fields: list[str] = []


class RecordFilter(django_filters.FilterSet):  # type: ignore[misc]
    kind = django_filters.ChoiceFilter(choices=RecordKind.choices)
    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    has_passed = django_filters.BooleanFilter()
    is_latest = django_filters.BooleanFilter(label="The one that counts for its equipment")
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")

    class Meta:
        model = TestRecord
        fields: list[str] = []
