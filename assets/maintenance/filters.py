"""One filter for work orders, for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from assets.maintenance.models import WorkOrder
from assets.maintenance.words import OPEN, Kind, Priority, State, Team, WaitsFor
from assets.models import Asset, Category, EquipmentModel
from locations.models import Floor


def floors_of(request: Any) -> Any:
    return Floor.objects.visible_to(request.user) if request else Floor.objects.none()


class WorkOrderFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Number, tag, model, or a word of the note")
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    state = django_filters.ChoiceFilter(choices=State.choices)
    team = django_filters.ChoiceFilter(choices=Team.choices)
    priority = django_filters.TypedChoiceFilter(choices=Priority.choices, coerce=int)
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(),
        to_field_name="slug",
        field_name="asset__model__category",
        method="filter_category",
    )
    place = django_filters.ModelChoiceFilter(
        queryset=floors_of, to_field_name="slug", field_name="asset__now__floor",
        label="Slug of the floor on which the equipment is now",
    )  # fmt: skip
    waits_for = django_filters.ChoiceFilter(choices=WaitsFor.choices)
    is_open = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", label="Still to be done"
    )
    is_unverified = django_filters.BooleanFilter(label="Reported without an account, not looked at yet")
    mine = django_filters.BooleanFilter(method="filter_mine", label="Assigned to who asks")
    unassigned = django_filters.BooleanFilter(field_name="assigned_to", lookup_expr="isnull")
    overdue = django_filters.BooleanFilter(method="filter_overdue", label="Should have been done by now")
    mentioned = django_filters.BooleanFilter(
        method="filter_mentioned", label="Names who asks, who has not looked since"
    )

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def filter_mine(self, queryset: Any, _name: str, is_mine: bool) -> Any:  # noqa: FBT001  django-filter calls it so
        return queryset.of(self.request.user) if is_mine else queryset

    def filter_overdue(self, queryset: Any, _name: str, is_overdue: bool) -> Any:  # noqa: FBT001
        return queryset.overdue(timezone.now()) if is_overdue else queryset

    def filter_mentioned(self, queryset: Any, _name: str, is_mentioned: bool) -> Any:  # noqa: FBT001
        return queryset.mentioning(self.request.user) if is_mentioned else queryset

    def filter_category(self, queryset: Any, _name: str, category: Category) -> Any:
        return queryset.filter(asset__model__in=list(category.models.values_list("pk", flat=True)))

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        """By the register; and by the notes, but of what is closed: ten years of notes are not read for a page."""
        wanted = text.strip()[:100]
        if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18:
            return queryset.filter(Q(number=int(wanted)) | Q(asset__asset_tag__iexact=wanted))
        models = EquipmentModel.objects.filter(
            Q(name__icontains=wanted)
            | Q(manufacturer__icontains=wanted)
            | Q(category__name__icontains=wanted)
        )
        found = Q(asset_tag__icontains=wanted) | Q(serial_number__iexact=wanted)
        found |= Q(model__in=list(models.values_list("pk", flat=True)))
        is_meant = Q(asset__in=Asset.objects.filter(found).values("pk"))
        if self.data.get("state") in OPEN or self.data.get("state") not in State.values:
            is_meant |= Q(note__icontains=wanted)
        return queryset.filter(is_meant)


class WorkOrderListFilter(WorkOrderFilter):
    """What the pages filter by, and what programs need besides."""

    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    site = django_filters.CharFilter(field_name="asset__site__slug", label="Slug of a site")
    opened_after = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")
