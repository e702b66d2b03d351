"""Parts, for administrators; what there is of them is moved on the pages of parts."""

from __future__ import annotations

from django.contrib import admin

from assets.stock.models import Part
from locations.admin_bases import EditableAdmin


@admin.register(Part)
class PartAdmin(EditableAdmin):
    list_display = ["number", "name", "maker", "unit", "unit_cost", "is_current"]
    search_fields = ["number", "name", "maker"]
