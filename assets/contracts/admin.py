"""Contracts, for administrators; what they cover and their documents are kept on the pages of contracts."""

from __future__ import annotations

from django.contrib import admin

from assets.contracts.models import Contract
from locations.admin_bases import KeptAdmin


@admin.register(Contract)
class ContractAdmin(KeptAdmin):
    list_display = ["number", "vendor", "site", "cover", "begins_on", "ends_on", "yearly_cost"]
    search_fields = ["number", "vendor"]
    list_select_related = ["site"]
    list_filter = ["site", "cover"]
    raw_id_fields = ["for_assets", "for_models"]
