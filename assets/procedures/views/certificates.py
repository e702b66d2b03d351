"""A certificate: what was measured, with what, by whom and until when it holds, as a page and on paper."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets.procedures.certificates import certificate_of, print_certificate
from assets.procedures.models import TestRecord
from assets.procedures.recording import strike_record
from assets.procedures.views.shared import REFUSALS, may_see_records, may_test, the_record


def address_of(record: TestRecord) -> str:
    return f"{settings.PUBLIC_URL}{record.get_absolute_url()}"


@require_safe
@may_see_records
@never_cache
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    record = the_record(request, pk)
    others = TestRecord.objects.visible_to(request.user).standing().filter(instruments__calibration=record)
    with timezone.override(record.asset.site.timezone):
        context: dict[str, Any] = {
            "record": record,
            "asset": record.asset,
            "certificate": certificate_of(record),
            "measured_with_it": others.select_related("asset__model")[:100],
        }
        return render(request, "procedures/certificate.html", context)


@require_safe
@may_see_records
@never_cache
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    record = the_record(request, pk)
    with timezone.override(record.asset.site.timezone):
        content = print_certificate(certificate_of(record), address_of(record))
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{record.number}.pdf"'},
    )


@require_POST
@may_test
def certificate_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """``why`` it was wrong."""
    record = the_record(request, pk)
    try:
        strike_record(record=record, by=request.user, now=timezone.now(), why=request.POST.get("why", ""))
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect(record.get_absolute_url())
