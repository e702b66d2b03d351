"""What equipment cost, for administrators."""

from __future__ import annotations

from django.contrib import admin

from assets.measures.models import Purchase
from locations.admin_bases import EditableAdmin


@admin.register(Purchase)
class PurchaseAdmin(EditableAdmin):
    list_display = ["asset", "cost", "bought_on", "life_years", "support_ends_on"]
    search_fields = ["asset__asset_tag"]
    list_select_related = ["asset__model__category"]
    autocomplete_fields = ["asset"]
