"""Alerts, for administrators: who is on call, and when equipment is worked on. The rest is only looked at."""

from __future__ import annotations

from django.contrib import admin

from assets.alerts.models import (
    Alert,
    AlertTransition,
    Channel,
    Delivery,
    MaintenanceWindow,
    OnCall,
    QuietHours,
    Rule,
    RuleVersion,
    Subscription,
)
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


@admin.register(OnCall)
class OnCallAdmin(EditableAdmin):
    list_display = ["person", "role", "site", "begin", "end", "weekdays", "time_from", "time_to"]
    list_filter = ["role", "site"]
    list_select_related = ["person", "site"]


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(EditableAdmin):
    list_display = ["name", "site", "begin", "end", "weekdays", "time_from", "time_to"]
    list_filter = ["site"]
    search_fields = ["name"]
    autocomplete_fields = ["category", "department", "zone", "asset"]


@admin.register(QuietHours)
class QuietHoursAdmin(EditableAdmin):
    list_display = ["person", "time_from", "time_to", "critical_passes"]


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    """Changed on their own page, where each change is a version."""

    list_display = ["name", "kind", "severity", "is_enabled", "version"]
    search_fields = ["name"]


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    list_display = ["rule", "version", "at", "by"]
    list_select_related = ["rule", "by"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["title", "words", "severity", "state", "began_at", "raised_at", "resolved_at"]
    list_filter = ["state", "severity", "kind"]
    search_fields = ["title", "words"]


@admin.register(AlertTransition)
class AlertTransitionAdmin(ReadOnlyAdmin):
    list_display = ["alert", "step", "at", "by", "note"]
    list_select_related = ["alert", "by"]


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "target", "person", "is_enabled"]
    list_select_related = ["person"]


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["channel", "severity", "rule", "department", "is_enabled"]
    list_select_related = ["channel", "rule", "department"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["transition", "channel", "state", "attempts", "created_at", "done_at", "error"]
    list_filter = ["state"]
    list_select_related = ["transition", "channel"]
