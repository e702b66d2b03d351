"""What administrators decide beforehand: risks, service levels, templates. Orders have pages of their own."""

from __future__ import annotations

from django.contrib import admin

from assets.maintenance.models import OrderTemplate, RiskClass, ServiceLevel
from locations.admin_bases import EditableAdmin


@admin.register(RiskClass)
class RiskClassAdmin(EditableAdmin):
    list_display = ["category", "risk"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]


@admin.register(ServiceLevel)
class ServiceLevelAdmin(EditableAdmin):
    list_display = ["priority", "response_min", "resolution_min"]


@admin.register(OrderTemplate)
class OrderTemplateAdmin(EditableAdmin):
    list_display = ["name", "kind", "impact", "due_days", "is_current"]
    search_fields = ["name"]
