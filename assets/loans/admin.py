"""Programmes, for administrators; loans are moved on their own pages."""

from __future__ import annotations

from django.contrib import admin

from assets.loans.models import Programme
from locations.admin_bases import EditableAdmin


@admin.register(Programme)
class ProgrammeAdmin(EditableAdmin):
    list_display = ["name", "code", "default_days", "is_current"]
    search_fields = ["name", "code"]
