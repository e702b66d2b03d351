"""Stocktakes, for administrators: to look at. They are opened, counted and closed on their own pages."""

from __future__ import annotations

from django.contrib import admin

from assets.stocktake.models import Stocktake
from locations.admin_bases import ReadOnlyAdmin


@admin.register(Stocktake)
class StocktakeAdmin(ReadOnlyAdmin):
    list_display = ["name", "site", "scope", "opened_at", "opened_by", "closed_at", "signed_by"]
    list_select_related = ["site", "opened_by"]
    list_filter = ["site"]
    search_fields = ["name"]
    exclude = ["drawing"]
