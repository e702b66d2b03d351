"""The closing report of a recall, as a page that prints and as a PDF."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.recalls.printing import print_report
from assets.recalls.report import report_of
from assets.recalls.views.shared import may_see, one_notice


@require_safe
@may_see
@never_cache
def recall_report(request: HttpRequest, pk: int) -> HttpResponse:
    notice = one_notice(pk)
    return render(
        request, "recalls/report.html", {"report": report_of(notice, request.user), "notice": notice}
    )


@require_safe
@may_see
@never_cache
def recall_report_file(request: HttpRequest, pk: int) -> HttpResponse:
    notice = one_notice(pk)
    content = print_report(report_of(notice, request.user), by=request.user, now=timezone.now())
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"recall-{notice.authority}-{notice.number}")
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )
