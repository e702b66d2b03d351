"""Accounts and the trail, for administrators."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group

from hospital.audit.models import AuditRecord
from hospital.models import User
from locations.admin_bases import ReadOnlyAdmin

admin.site.site_header = admin.site.site_title = "Whereabouts"
admin.site.index_title = "Administration"
admin.site.unregister(Group)  # roles say who may do what: hospital/roles.py


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = ["username", "first_name", "last_name", "role", "is_active", "is_staff", "last_login"]
    list_filter = ["role", "is_active", "is_staff", "sites"]
    filter_horizontal = ["sites"]
    autocomplete_fields = ["home_zone"]
    readonly_fields = ["last_login", "date_joined", "is_demo"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "home_zone"]}),
        ("May do", {"fields": ["role", "is_active", "is_staff", "is_superuser"]}),
        ("May see", {"fields": ["all_sites", "sites"]}),
        ("Dates", {"fields": ["last_login", "date_joined", "is_demo"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2", "role", "sites"]}),
    ]


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_name", "action", "object_text", "detail", "address", "result"]
    list_filter = ["action", "result", "object_type"]
    search_fields = ["actor_name", "object_text", "=object_id", "detail", "=address", "=request_id"]
    date_hierarchy = "at"
