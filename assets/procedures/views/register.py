"""The register of calibrations and safety tests, whose filters are the address, and as a table for a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.models import Category
from assets.procedures.register import RegisterFilter, register_csv, registered, standing_counts, why
from assets.procedures.views.shared import may_see_records, page_of
from assets.procedures.words import RecordKind, Standing
from assets.views.fragments import wants_fragment
from locations.models import Floor

PAGE_SIZE = 50


@require_safe
@may_see_records
@never_cache
@vary_on_headers("HX-Request")
def calibration_register(request: HttpRequest) -> HttpResponse:
    """``kind`` calibration or safety, else calibration; filters as :class:`RegisterFilter` names them."""
    kind, today = _kind(request), timezone.localdate()
    chosen = _filtered(request, request.GET, kind, today)
    others = request.GET.copy()
    others.pop("standing", None)
    counts = standing_counts(_filtered(request, others, kind, today).qs)
    page = page_of(chosen.qs, request, PAGE_SIZE)
    context: dict[str, Any] = {
        "page": page,
        "lines": [(row, why(row, today)) for row in page],
        "kind": kind,
        "kinds": RecordKind.choices,
        "today": today,
        "standings": [(each.value, each.label, counts[each.value]) for each in Standing],
        "total": sum(counts.values()),
        "chosen": chosen.form.cleaned_data,
        "categories": Category.objects.all(),
        "floors": Floor.objects.visible_to(request.user).select_related("building"),
        "is_filtered": bool(set(request.GET) - {"kind", "page"}),
    }
    name = "procedures/_register.html" if wants_fragment(request) else "procedures/register.html"
    return render(request, name, context)


@require_safe
@may_see_records
@never_cache
def calibration_register_file(request: HttpRequest) -> StreamingHttpResponse:
    """All pages of the filtered register."""
    kind, today = _kind(request), timezone.localdate()
    rows = _filtered(request, request.GET, kind, today).qs
    return StreamingHttpResponse(
        register_csv(rows.iterator(chunk_size=1000), kind),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}-{today:%Y-%m-%d}.csv"'},
    )


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("kind") or RecordKind.CALIBRATION.value
    if kind not in RecordKind.values:
        raise BadRequest("kind: calibration or safety.")
    return kind


def _filtered(request: HttpRequest, told: Any, kind: str, today: date) -> RegisterFilter:
    chosen = RegisterFilter(told, queryset=registered(request.user, kind, today), request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return chosen
