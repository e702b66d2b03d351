"""Plans, to look at: pages make them, and the clock what falls due by them."""

from __future__ import annotations

from django.contrib import admin

from assets.planning.models import Plan
from locations.admin_bases import ReadOnlyAdmin


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "asset", "model", "unit", "every", "meter", "ended_at"]
    list_filter = ["kind", "unit"]
    search_fields = ["name", "asset__asset_tag"]
    list_select_related = ["asset__model__category", "model"]
