"""Rules that open orders, for administrators; who works with rules finds them on the rule's own page."""

from __future__ import annotations

from django.contrib import admin

from assets.device_orders.models import OrderRule
from locations.admin_bases import EditableAdmin


@admin.register(OrderRule)
class OrderRuleAdmin(EditableAdmin):
    list_display = ["rule", "kind", "priority", "team", "when_clear"]
    list_select_related = ["rule"]
