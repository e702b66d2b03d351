"""Accounts and the trail, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from hospital.audit.models import AuditRecord
from hospital.displays import give_code, make_display, revoke_display
from hospital.models import Display, User
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


@admin.register(Display)
class DisplayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Making a display gives the code that signs its screen in, shown once."""

    list_display = ["name", "account", "is_live", "code_until"]
    filter_horizontal = ["floors"]
    actions = ["give_new_code", "revoke"]

    @admin.display(boolean=True, description="May look")
    def is_live(self, display: Display) -> bool:
        return display.account.is_active

    def save_model(self, request: HttpRequest, obj: Display, form: Any, change: bool) -> None:  # noqa: FBT001 Django
        if change:
            return super().save_model(request, obj, form, change)
        made, code = make_display(name=obj.name, floors=form.cleaned_data["floors"], now=timezone.now())
        obj.__dict__.update(made.__dict__)
        return self._tell(request, obj, code)

    @admin.action(description="Give a new code")
    def give_new_code(self, request: HttpRequest, queryset: QuerySet[Display]) -> None:
        for display in queryset:
            self._tell(request, display, give_code(display, now=timezone.now()))

    @admin.action(description="Revoke: end it at once")
    def revoke(self, _request: HttpRequest, queryset: QuerySet[Display]) -> None:
        for display in queryset.select_related("account"):
            revoke_display(display)

    def has_delete_permission(self, _request: HttpRequest, _obj: Display | None = None) -> bool:
        return False  # it is revoked: the trail names its account

    def _tell(self, request: HttpRequest, display: Display, code: str) -> None:
        where = request.build_absolute_uri(reverse("enter-display"))
        self.message_user(request, f"On the screen “{display}”, open {where} within a day and type {code}")


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_name", "action", "object_text", "detail", "address", "result"]
    list_filter = ["action", "result", "object_type"]
    search_fields = ["actor_name", "object_text", "=object_id", "detail", "=address", "=request_id"]
    date_hierarchy = "at"
