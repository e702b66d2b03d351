"""What equipment can be filtered by: one set for pages and API."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from assets.models import Asset, Category
from assets.words import Activity
from locations.models import Department, Floor, Zone

_TEXT_FIELDS = (
    "asset_tag",
    "serial_number",
    "model__name",
    "model__manufacturer",
    "model__category__name",
)


def _floors(request: Any) -> QuerySet[Floor]:
    return Floor.objects.visible_to(request.user).select_related("building")


def _zones(request: Any) -> QuerySet[Zone]:
    return Zone.objects.visible_to(request.user)


def departments_of(request: Any) -> QuerySet[Department]:
    sites = Floor.objects.visible_to(request.user).values("building__site")
    return Department.objects.filter(site__in=sites)


class AssetFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """``q`` matches each of its words somewhere in tag, serial number, model, maker or category."""

    q = django_filters.CharFilter(method="filter_text", label="Text")
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(), field_name="model__category", to_field_name="slug", label="Category"
    )
    activity = django_filters.ChoiceFilter(
        choices=Activity.choices, method="filter_activity", label="Activity"
    )
    floor = django_filters.ModelChoiceFilter(
        queryset=_floors, field_name="now__floor", to_field_name="slug", label="Floor"
    )
    zone = django_filters.ModelChoiceFilter(queryset=_zones, field_name="now__zone", label="Zone")
    department = django_filters.ModelChoiceFilter(
        queryset=departments_of, field_name="department", to_field_name="code", label="Department"
    )

    class Meta:
        model = Asset
        fields: list[str] = []

    def filter_text(self, queryset: QuerySet[Asset], _name: str, value: str) -> QuerySet[Asset]:
        words = [
            reduce(lambda a, b: a | b, (Q(**{f"{field}__icontains": word}) for field in _TEXT_FIELDS))
            for word in value.split()[:8]
        ]
        return queryset.filter(reduce(and_, words)) if words else queryset

    def filter_activity(self, queryset: QuerySet[Asset], _name: str, value: str) -> QuerySet[Asset]:
        """An asset without a current row has never been heard."""
        matches = Q(now__activity=value)
        if value == Activity.UNKNOWN:
            matches |= Q(now__isnull=True)
        return queryset.filter(matches)
