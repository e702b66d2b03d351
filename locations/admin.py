"""Places, for administrators."""

from __future__ import annotations

from django.contrib import admin

from locations.admin_bases import EditableAdmin, KeptAdmin
from locations.models import Building, Department, Floor, Passage, Receiver, Site, Tag, Zone


@admin.register(Site)
class SiteAdmin(EditableAdmin):
    list_display = ["name", "slug", "timezone"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Department)
class DepartmentAdmin(EditableAdmin):
    list_display = ["name", "code", "site"]
    list_filter = ["site"]
    search_fields = ["name", "code"]


@admin.register(Building)
class BuildingAdmin(EditableAdmin):
    list_display = ["name", "slug", "site"]
    list_filter = ["site"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Floor)
class FloorAdmin(EditableAdmin):
    list_display = ["name", "slug", "building", "level"]
    list_filter = ["building"]
    search_fields = ["name", "slug"]


@admin.register(Zone)
class ZoneAdmin(KeptAdmin):
    list_display = ["name", "code", "kind", "floor", "department", "retired_at"]
    list_filter = ["kind", "floor", ("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["floor", "department"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["department"]


@admin.register(Passage)
class PassageAdmin(EditableAdmin):
    list_display = ["zone_a", "zone_b", "kind", "length_m"]
    list_filter = ["kind"]
    list_select_related = ["zone_a", "zone_b"]
    autocomplete_fields = ["zone_a", "zone_b"]


@admin.register(Receiver)
class ReceiverAdmin(EditableAdmin):
    list_display = ["identifier", "kind", "label", "floor", "zone", "x", "y"]
    list_filter = ["kind", "floor"]
    list_select_related = ["floor", "zone"]
    search_fields = ["identifier", "label"]
    autocomplete_fields = ["zone"]


@admin.register(Tag)
class TagAdmin(EditableAdmin):
    list_display = ["identifier", "technology"]
    list_filter = ["technology"]
    search_fields = ["identifier"]
