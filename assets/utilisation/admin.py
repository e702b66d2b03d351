"""Utilisation, for administrators: staffed hours and the time zone that days are counted in. Roll-ups are looked at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from assets.utilisation.models import DayCost, FleetDay, SiteClock, StaffedHours
from assets.utilisation.roller import mark_site
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


class RolledUpAgainAdmin(EditableAdmin):
    """What is changed here counts in the roll-ups from its day on."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's
        earlier = form.initial.get("valid_from")
        super().save_model(request, obj, form, change)
        mark_site(obj.site_id, min(obj.valid_from, _day(earlier) or obj.valid_from))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        mark_site(obj.site_id, obj.valid_from)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        marks = list(queryset.values_list("site", "valid_from"))
        super().delete_queryset(request, queryset)
        for site, day in marks:
            mark_site(site, day)


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value


@admin.register(StaffedHours)
class StaffedHoursAdmin(RolledUpAgainAdmin):
    list_display = ["site", "department", "valid_from", "week"]
    list_select_related = ["site", "department"]


@admin.register(SiteClock)
class SiteClockAdmin(RolledUpAgainAdmin):
    list_display = ["site", "valid_from", "timezone"]
    list_select_related = ["site"]


@admin.register(DayCost)
class DayCostAdmin(EditableAdmin):
    list_display = ["site", "category", "cost"]
    list_select_related = ["site", "category"]
    list_filter = ["site"]


@admin.register(FleetDay)
class FleetDayAdmin(ReadOnlyAdmin):
    list_display = ["day", "site", "category", "assets_count", "confirmed", "presumed", "unknown"]
    list_filter = ["site"]
    list_select_related = ["site", "category"]
