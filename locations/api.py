"""Places over the API: sites, floors and zones."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from locations.models import Building, Department, Floor, Site, Zone
from locations.rest import ReadOnlyViewSet
from locations.zones import ZoneKind


class SiteBrief(serializers.ModelSerializer[Site]):
    class Meta:
        model = Site
        fields = ["slug", "name"]


class SiteSerializer(serializers.ModelSerializer[Site]):
    class Meta:
        model = Site
        fields = ["slug", "name", "timezone"]


class BuildingBrief(serializers.ModelSerializer[Building]):
    class Meta:
        model = Building
        fields = ["slug", "name"]


class DepartmentBrief(serializers.ModelSerializer[Department]):
    class Meta:
        model = Department
        fields = ["code", "name"]


class FloorBrief(serializers.ModelSerializer[Floor]):
    class Meta:
        model = Floor
        fields = ["slug", "name", "level"]


class FloorSerializer(serializers.ModelSerializer[Floor]):
    building = BuildingBrief()
    site = SiteBrief(source="building.site")

    class Meta:
        model = Floor
        fields = ["slug", "name", "level", "building", "site"]


class FloorDetail(FloorSerializer):
    outline = serializers.JSONField(help_text="Rings of [x, y] in metres, the outer wall first.")

    class Meta(FloorSerializer.Meta):
        fields = [*FloorSerializer.Meta.fields, "outline"]


class ZoneBrief(serializers.ModelSerializer[Zone]):
    class Meta:
        model = Zone
        fields = ["id", "name", "kind"]


class ZoneSerializer(serializers.ModelSerializer[Zone]):
    kind_name = serializers.CharField(source="get_kind_display")
    floor = FloorBrief()
    department = DepartmentBrief(allow_null=True)

    class Meta:
        model = Zone
        fields = [
            "id", "code", "name", "kind", "kind_name", "floor", "department", "label_x", "label_y",
            "retired_at",
        ]  # fmt: skip


class ZoneDetail(ZoneSerializer):
    polygon = serializers.JSONField(help_text="Rings of [x, y] in metres, the outer one first, then holes.")

    class Meta(ZoneSerializer.Meta):
        fields = [*ZoneSerializer.Meta.fields, "polygon"]


class SiteFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    name = django_filters.CharFilter(lookup_expr="icontains", label="Part of the name")

    class Meta:
        model = Site
        fields: list[str] = []


class FloorFilter(django_filters.FilterSet):  # type: ignore[misc]
    site = django_filters.CharFilter(field_name="building__site__slug", label="Slug of a site")
    building = django_filters.CharFilter(field_name="building__slug", label="Slug of a building")
    level = django_filters.NumberFilter(label="0 is the ground floor")

    class Meta:
        model = Floor
        fields: list[str] = []


class ZoneFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Zones of the plan as it is now, unless ``is_retired`` asks for those of earlier plans."""

    site = django_filters.CharFilter(field_name="floor__building__site__slug", label="Slug of a site")
    floor = django_filters.CharFilter(field_name="floor__slug", label="Slug of a floor")
    kind = django_filters.MultipleChoiceFilter(choices=ZoneKind.choices, label="Kind; may be repeated")
    department = django_filters.CharFilter(field_name="department__code", label="Code of a department")
    is_retired = django_filters.BooleanFilter(
        field_name="retired_at", lookup_expr="isnull", exclude=True, label="Of an earlier plan"
    )

    class Meta:
        model = Zone
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Zone]) -> QuerySet[Zone]:
        found: Any = super().filter_queryset(queryset)
        current: QuerySet[Zone] = (
            found if self.form.cleaned_data["is_retired"] is not None else found.current()
        )
        return current


class SiteViewSet(ReadOnlyViewSet[Site]):
    """Hospital campuses."""

    queryset = Site.objects.all()
    serializer_class = SiteSerializer
    filterset_class = SiteFilter
    lookup_field = "slug"


class FloorViewSet(ReadOnlyViewSet[Floor]):
    """Storeys of buildings. The plan as GeoJSON is at ``/floors/<slug>/plan.geojson``."""

    queryset = Floor.objects.select_related("building__site")
    filterset_class = FloorFilter
    lookup_field = "slug"

    def get_serializer_class(self) -> type[FloorSerializer]:
        return FloorDetail if self.detail else FloorSerializer


class ZoneViewSet(ReadOnlyViewSet[Zone]):
    """Rooms and parts of floors; one of an earlier plan is still there by its id."""

    queryset = Zone.objects.select_related("floor", "department")
    filterset_class = ZoneFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_serializer_class(self) -> type[ZoneSerializer]:
        return ZoneDetail if self.detail else ZoneSerializer
