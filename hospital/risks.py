"""The risk page: each exception with its reason, and who accepted it when, as the audit trail has it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.tables import safe_cell
from collectors.clock_words import zone_for
from collectors.risks import Risk, risks_for
from hospital.audit.models import AuditRecord

HEADINGS = (
    "Endpoint", "Device", "Place", "Segment", "Site", "Protocol", "What is weak", "Accepted because",
    "Accepted by", "Accepted at", "What to do", "Exception", "Polled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RiskLine:
    """``accepted_by`` is empty where the trail does not say: entered by a command, or before there was one."""

    risk: Risk
    accepted_by: str = ""
    accepted_at: datetime | None = None

    @property
    def place(self) -> str:
        """The device's, in words; where it belongs if it is not known where it is."""
        asset = self.risk.endpoint.asset
        now = getattr(asset, "now", None)
        zone = (now.zone if now else None) or (asset.home_zone if asset else None)
        return f"{zone.name}, {zone.floor.name}" if zone else ""


def risk_lines(user: Any) -> list[RiskLine]:
    """What ``user`` may see of it, the exceptions first."""
    risks = risks_for(user)
    accepted = _accepted([risk.endpoint.pk for risk in risks if risk.is_exception])
    return [
        RiskLine(risk, *(accepted.get(risk.endpoint.pk, ("", None)) if risk.is_exception else ("", None)))
        for risk in risks
    ]


def _accepted(endpoint_ids: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Who gave the reason that stands, and when."""
    told = AuditRecord.objects.filter(
        object_type="collectors.endpoint",
        object_id__in=[str(pk) for pk in endpoint_ids],
        changes__has_key="exception_reason",
    )
    rows = told.order_by("at", "pk").values_list("object_id", "actor_name", "at")
    return {int(object_id): (name, at) for object_id, name, at in rows}


@require_safe
@permission_required("collectors.view_endpoint", raise_exception=True)
@never_cache
def risks(request: HttpRequest) -> HttpResponse:
    lines, zone = risk_lines(request.user), zone_for(request.user)
    context = {
        "exceptions": [line for line in lines if line.risk.is_exception],
        "bare": [line for line in lines if not line.risk.is_exception],
        "now": timezone.now(),
    }
    with timezone.override(zone):
        return render(request, "hospital/risks.html", context)


@require_safe
@permission_required("collectors.view_endpoint", raise_exception=True)
@never_cache
def risks_file(request: HttpRequest) -> HttpResponse:
    """The same list for a spreadsheet."""
    name = f"risks-{timezone.now():%Y-%m-%d}.csv"
    return HttpResponse(
        risks_csv(risk_lines(request.user)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def risks_csv(lines: Iterable[RiskLine]) -> str:
    """Times in the zone of the endpoint's site, with their offset."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for line in lines:
        writer.writerow([safe_cell(cell) for cell in _cells(line)])
    return out.getvalue()


def _cells(line: RiskLine) -> list[Any]:
    endpoint = line.risk.endpoint
    zone = ZoneInfo(endpoint.segment.site.timezone)
    at = line.accepted_at.astimezone(zone).isoformat(timespec="seconds") if line.accepted_at else None
    return [
        endpoint.name,
        endpoint.asset.asset_tag if endpoint.asset else None,
        line.place,
        endpoint.segment.name,
        endpoint.segment.site.name,
        endpoint.get_protocol_display(),
        " ".join(line.risk.weaknesses),
        endpoint.exception_reason,
        line.accepted_by,
        at,
        line.risk.what_to_do,
        "yes" if line.risk.is_exception else "no",
        "yes" if endpoint.is_enabled else "no",
    ]
