"""What is polled, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from collectors.credential_form import CredentialForm
from collectors.credentials import seal_credential
from collectors.endpoint_rules import UNPROTECTED, weak_endpoints
from collectors.models import (
    CollectorState,
    Credential,
    Disturbance,
    Endpoint,
    EndpointHealth,
    ManualPoll,
    Pause,
    Segment,
    Source,
    SourceHealth,
)
from collectors.pauses import end_pause
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
    list_select_related = ["site", "gateway"]
    search_fields = ["name"]
    autocomplete_fields = ["gateway"]


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
    autocomplete_fields = ["asset", "credential", "behind"]
    fieldsets = [
        (None, {"fields": ["name", "asset", "profile", "is_enabled"]}),
        ("Where it is", {"fields": ["segment", "host", "port", "unit_id", "behind"]}),
        ("How it is asked", {"fields": ["protocol", "credential", "exception_reason"]}),
        ("How often", {"fields": ["interval_s", "interval_in_use_s", "timeout_s"]}),
        (
            "Advanced",
            {
                "classes": ["collapse"],
                "description": "For devices with manners of their own; leave it as it is otherwise.",
                "fields": [
                    "driver", "context_name", "max_varbinds", "max_repetitions", "max_message_bytes",
                    "pause_between_ms", "line_settings",
                ],
            },
        ),
    ]  # fmt: skip


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


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin):
    """Pausing is done where the endpoint or segment is shown; resuming here too."""

    list_display = ["__str__", "reason", "begun_by", "begun_at", "until", "ended_at"]
    list_select_related = ["endpoint", "segment", "begun_by"]
    list_filter = ["segment"]
    search_fields = ["reason", "endpoint__name", "segment__name"]
    actions = ["resume"]

    @admin.action(description="Resume polling")
    def resume(self, request: HttpRequest, queryset: QuerySet[Pause]) -> None:
        ended = [pause for pause in queryset if end_pause(pause=pause, now=timezone.now())]
        self.message_user(request, f"{len(ended)} ended; the others were over.")


@admin.register(Disturbance)
class DisturbanceAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "words", "begin", "end"]
    list_filter = ["kind", "segment"]
    search_fields = ["title", "words"]
    date_hierarchy = "begin"


@admin.register(CollectorState)
class CollectorStateAdmin(ReadOnlyAdmin):
    list_display = ["holder", "at", "stopped_at", "queue_length", "lag_s", "spool_records", "dropped", "torn"]
    search_fields = ["holder"]


@admin.register(ManualPoll)
class ManualPollAdmin(ReadOnlyAdmin):
    list_display = ["endpoint", "requested_by", "requested_at", "finished_at"]
    list_select_related = ["endpoint", "requested_by"]
    search_fields = ["endpoint__name"]


@admin.register(Source)
class SourceAdmin(EditableAdmin):
    """Saving goes through ``Source.clean``."""

    list_display = ["name", "kind", "site", "networks", "is_enabled"]
    list_filter = ["kind", "site", "is_enabled"]
    list_select_related = ["site"]
    search_fields = ["name"]
    autocomplete_fields = ["credentials"]


@admin.register(SourceHealth)
class SourceHealthAdmin(ReadOnlyAdmin):
    list_display = ["source", "state", "since", "heard_at", "messages", "duplicates", "stripped", "detail"]
    list_filter = ["state"]
    list_select_related = ["source"]
    search_fields = ["source__name"]
