"""Looking is an event too: who looked at where something has been, who took data out, who was turned away."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils import timezone

from hospital.audit.models import Action, AuditRecord, Result
from hospital.audit.record import record_event

SAME_LOOK = timedelta(minutes=10)
"""A page that refreshes itself is one look, not hundreds."""

HISTORY_VIEWS: dict[str, tuple[str, str | None]] = {
    "asset": ("assets.asset", "asset_tag"),
    "locate": ("assets.asset", "asset_tag"),
    "stay-list": ("assets.stay", None),
    "stay-detail": ("assets.stay", "pk"),
    "admin:assets_stay_changelist": ("assets.stay", None),
    "admin:assets_stay_change": ("assets.stay", "object_id"),
}
"""Views that show where something has been: what they show, and the part of the address that names it."""


def note_access(request: HttpRequest, response: HttpResponseBase) -> None:
    """Records what the answer to ``request`` let a person see, if that is of interest to the trail."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated:
        return
    if response.status_code == HTTPStatus.FORBIDDEN:
        record_event(action=Action.DENIED, detail=_address_of(request), result=Result.REFUSED)
    elif response.status_code == HTTPStatus.OK and _takes_data_out(response):
        record_event(action=Action.EXPORT, object_type=match.view_name, detail=_address_of(request))
    elif response.status_code == HTTPStatus.OK and match.view_name in HISTORY_VIEWS:
        _note_look(request, match)


def _note_look(request: HttpRequest, match: ResolverMatch) -> None:
    object_type, part = HISTORY_VIEWS[match.view_name]
    object_id = str(match.kwargs[part]) if part else request.GET.urlencode()[:64]
    looks = AuditRecord.objects.filter(action=Action.VIEW_HISTORY, actor_id=request.user.pk)
    if looks.filter(object_type=object_type, object_id=object_id, at__gt=timezone.now() - SAME_LOOK).exists():
        return
    record_event(
        action=Action.VIEW_HISTORY,
        object_type=object_type,
        object_id=object_id,
        object_text=object_id,
        detail=_address_of(request),
    )


def _takes_data_out(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "")
    return kind.startswith("text/csv") or response.headers.get("Content-Disposition", "").startswith(
        "attachment"
    )


def _address_of(request: HttpRequest) -> str:
    return f"{request.method} {request.get_full_path()}"
