"""What has to be tested and how often, decided by administrators; procedures and records, to look at."""

from __future__ import annotations

from django.contrib import admin

from assets.procedures.models import Procedure, ProcedureVersion, Requirement, TestRecord
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


@admin.register(Procedure)
class ProcedureAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "category", "model", "retired_at"]
    list_filter = ["kind"]
    list_select_related = ["category", "model"]
    search_fields = ["name"]


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(ReadOnlyAdmin):
    list_display = ["procedure", "number", "state", "published_at", "published_by"]
    list_filter = ["state"]
    list_select_related = ["procedure", "published_by"]


@admin.register(TestRecord)
class TestRecordAdmin(ReadOnlyAdmin):
    list_display = ["number", "asset", "has_passed", "done_on", "due_on", "struck_at"]
    list_filter = ["kind", "has_passed"]
    list_select_related = ["asset__model__category"]
    search_fields = ["asset__asset_tag"]


@admin.register(Requirement)
class RequirementAdmin(EditableAdmin):
    list_display = ["kind", "category", "model", "every_months"]
    list_filter = ["kind"]
    list_select_related = ["category", "model"]
    autocomplete_fields = ["category"]
