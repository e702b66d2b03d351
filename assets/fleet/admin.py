"""Prices, for administrators, and forecasts to look at."""

from __future__ import annotations

from django.contrib import admin

from assets.fleet.models import Forecast, Prices
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


@admin.register(Prices)
class PricesAdmin(EditableAdmin):
    list_display = ["site", "category", "purchase", "life_years", "service", "rental", "changed_at"]
    list_select_related = ["site", "category"]
    list_filter = ["site"]


@admin.register(Forecast)
class ForecastAdmin(ReadOnlyAdmin):
    list_display = ["site", "category", "department", "measure", "last_day", "outcome", "computed_at"]
    list_select_related = ["site", "category", "department"]
    list_filter = ["site", "outcome"]
