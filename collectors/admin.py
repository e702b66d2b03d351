"""What is polled, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from collectors.credential_form import CredentialForm
from collectors.credentials import seal_credential
from collectors.endpoint_rules import UNPROTECTED, weak_endpoints
from collectors.models import Credential, Endpoint, EndpointHealth, ManualPoll, Segment
from locations.admin_bases import EditableAdmin, ReadOnlyAdmin


class WeakFilter(admin.SimpleListFilter):
    """The list of risks: endpoints that speak something weaker than SNMP v3 with sound privacy, and why."""

    title = "protection"
    parameter_name = "protection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("weak", "Weaker than SNMP v3 with privacy"),
            ("unprotected", "No protection in the protocol"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> QuerySet[Endpoint]:  # noqa: ARG002
        if self.value() == "weak":
            return queryset.filter(weak_endpoints())
        if self.value() == "unprotected":
            return queryset.filter(protocol__in=UNPROTECTED)
        return queryset


@admin.register(Segment)
class SegmentAdmin(EditableAdmin):
    list_display = ["name", "site", "networks", "ports", "serial_lines", "gateway", "requests_per_s"]
    list_filter = ["site"]


@admin.register(Credential)
class CredentialAdmin(EditableAdmin):
    form = CredentialForm
    list_display = ["name", "kind", "protocols"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Credential, form: CredentialForm, change: Any) -> None:
        if form.cleaned_data["secret"]:
            seal_credential(credential=obj, secret=form.cleaned_data["secret"])
        else:
            super().save_model(request, obj, form, change)


@admin.register(Endpoint)
class EndpointAdmin(EditableAdmin):
    """Saving goes through the guard: ``Endpoint.clean`` calls ``validate_endpoint``."""

    list_display = [
        "name",
        "profile",
        "protocol",
        "host",
        "port",
        "segment",
        "is_enabled",
        "exception_reason",
    ]
    list_filter = [WeakFilter, "protocol", "segment", "is_enabled"]
    list_select_related = ["segment"]
    search_fields = ["name", "host", "profile"]
    autocomplete_fields = ["asset", "credential"]


@admin.register(EndpointHealth)
class EndpointHealthAdmin(ReadOnlyAdmin):
    list_display = [
        "endpoint",
        "quality",
        "attempted_at",
        "answered_at",
        "failing_since",
        "failures_in_a_row",
    ]
    list_filter = ["quality"]
    list_select_related = ["endpoint"]
    search_fields = ["endpoint__name"]


@admin.register(ManualPoll)
class ManualPollAdmin(ReadOnlyAdmin):
    list_display = ["endpoint", "requested_by", "requested_at", "finished_at"]
    list_select_related = ["endpoint", "requested_by"]
    search_fields = ["endpoint__name"]
