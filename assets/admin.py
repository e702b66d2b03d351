"""Equipment, for administrators. What the recorder writes can be looked at and not changed."""

from __future__ import annotations

from django.contrib import admin

from assets.models import (
    ActivityInterval,
    Asset,
    AssetNow,
    Category,
    EquipmentModel,
    Identifier,
    ReadingNow,
    Statement,
    Stay,
)
from locations.admin_bases import EditableAdmin, KeptAdmin, ReadOnlyAdmin


@admin.register(Category)
class CategoryAdmin(EditableAdmin):
    list_display = ["name", "slug", "shape", "stale_after_s", "presumed_after_s", "is_mobile"]
    search_fields = ["name", "plural"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(EquipmentModel)
class EquipmentModelAdmin(EditableAdmin):
    list_display = ["name", "manufacturer", "category"]
    list_filter = ["category"]
    search_fields = ["name", "manufacturer"]
    autocomplete_fields = ["category"]


class IdentifierInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Identifier
    extra = 0


@admin.register(Asset)
class AssetAdmin(KeptAdmin):
    list_display = ["asset_tag", "model", "serial_number", "department", "rtls_tag", "retired_at"]
    list_filter = [
        "site",
        "model__category",
        "ownership",
        "is_fixed",
        ("retired_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["model", "department", "rtls_tag"]
    search_fields = ["asset_tag", "serial_number", "model__name", "model__manufacturer"]
    autocomplete_fields = ["model", "department", "home_zone", "rtls_tag", "power_feed"]
    readonly_fields = ["created_at"]
    inlines = [IdentifierInline]


@admin.register(AssetNow)
class AssetNowAdmin(ReadOnlyAdmin):
    list_display = ["asset", "activity", "basis", "since", "zone", "position_at", "heard_at"]
    list_filter = ["activity", "basis", "floor"]
    list_select_related = ["asset__model__category", "zone"]
    search_fields = ["asset__asset_tag"]


@admin.register(ActivityInterval)
class ActivityIntervalAdmin(ReadOnlyAdmin):
    list_display = ["asset", "activity", "basis", "begin", "end", "source"]
    list_filter = ["activity", "basis"]
    list_select_related = ["asset__model__category"]
    search_fields = ["=asset__asset_tag"]


@admin.register(Stay)
class StayAdmin(ReadOnlyAdmin):
    list_display = ["asset", "zone", "begin", "end", "source"]
    list_select_related = ["asset__model__category", "zone"]
    search_fields = ["=asset__asset_tag"]


@admin.register(ReadingNow)
class ReadingNowAdmin(ReadOnlyAdmin):
    list_display = ["asset", "name", "number", "text", "quality", "at", "source"]
    list_filter = ["quality", "name"]
    list_select_related = ["asset__model__category"]
    search_fields = ["=asset__asset_tag"]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ["asset", "activity", "at", "by"]
    list_filter = ["activity"]
    list_select_related = ["asset__model__category", "by"]
    search_fields = ["=asset__asset_tag"]
