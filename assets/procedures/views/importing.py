"""Bringing procedures in from a file, which become drafts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.procedures.importing import (
    COLUMNS,
    MOST_BYTES,
    BroughtIn,
    FileRefusedError,
    bring_in_procedures,
)
from assets.procedures.views.shared import may_change


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def procedure_import(request: HttpRequest) -> HttpResponse:
    """``file``; answered by what was made, and what was left out and why."""
    brought: BroughtIn | None = None
    error = ""
    if request.method == "POST":
        try:
            brought = bring_in_procedures(_sent(request), by=request.user, now=timezone.now())
        except FileRefusedError as refused:
            error = str(refused)
    context = {"brought": brought, "error": error, "columns": COLUMNS}
    return render(request, "procedures/import.html", context)


def _sent(request: HttpRequest) -> bytes:
    file: Any = request.FILES.get("file")
    if file is None or (file.size or 0) > MOST_BYTES:
        raise FileRefusedError(_("file: choose one of at most %s MB.") % (MOST_BYTES // 1_000_000))
    content: bytes = file.read()
    return content
