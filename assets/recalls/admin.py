"""Recalls, for administrators: what device databases say, and lots. Notices and campaigns are only looked at."""

from __future__ import annotations

from django.contrib import admin

from assets.recalls.models import Campaign, DeviceRecord, Notice, Production
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["number", "authority", "firm", "classification", "status", "version", "changed_at"]
    list_filter = ["authority", "status", "classification"]
    search_fields = ["number", "firm"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["notice", "opened_at", "opened_by", "closed_at", "closed_by"]
    list_select_related = ["notice", "opened_by", "closed_by"]


@admin.register(DeviceRecord)
class DeviceRecordAdmin(EditableAdmin):
    list_display = ["device", "company", "brand", "model", "catalogue", "product_codes"]
    search_fields = ["device", "company", "brand", "model", "catalogue"]


@admin.register(Production)
class ProductionAdmin(EditableAdmin):
    list_display = ["asset", "lot"]
    search_fields = ["asset__asset_tag", "lot"]
    list_select_related = ["asset__model__category"]
    autocomplete_fields = ["asset"]
