"""Bringing notices in: a file is handed in, the columns of a table are chosen, and its progress is shown."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from assets.recalls.contents import RowRefusedError
from assets.recalls.importing import MOST_BYTES, FileRefusedError, choose_columns, hand_in
from assets.recalls.models import ImportRun
from assets.recalls.tables import FIELDS, NEEDED, Table, read_row, read_table
from assets.recalls.views.shared import may_import
from assets.recalls.words import RunState
from assets.views.fragments import wants_fragment

MOST_RUNS = 20
PREVIEWED = 5


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
@never_cache
def recall_import(request: HttpRequest) -> HttpResponse:
    """Takes a file, and shows the files of the last time."""
    problem = ""
    if request.method == "POST":
        try:
            run = _handed_in(request)
        except FileRefusedError as refused:
            problem = str(refused)
        else:
            return redirect(run)
    runs = ImportRun.objects.select_related("by")[:MOST_RUNS]
    return render(request, "recalls/import.html", {"runs": runs, "problem": problem})


def _handed_in(request: HttpRequest) -> ImportRun:
    sent: Any = request.FILES.get("file")
    if sent is None:
        raise FileRefusedError(_("file: choose one first."))
    if sent.size > MOST_BYTES:
        raise FileRefusedError(
            _("file: it is larger than %s MB. Use the command import_recalls.") % (MOST_BYTES // 1_000_000)
        )
    return hand_in(
        content=sent.read(), file_name=sent.name, by=request.user, now=timezone.now(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
@never_cache
@vary_on_headers("HX-Request")
def recall_import_run(request: HttpRequest, uuid: Any) -> HttpResponse:
    """One file: its columns to choose, its progress, or what came of it. Posted: ``column-…`` and ``authority``."""
    run: ImportRun = get_object_or_404(ImportRun.objects.select_related("by"), pk=uuid)
    if run.state != RunState.MAPPING:
        if request.method == "POST":
            messages.info(request, _("This file is on its way already."))
            return redirect(run)
        template = "recalls/_run.html" if wants_fragment(request) else "recalls/run.html"
        return render(request, template, {"run": run})
    table = read_table(bytes(run.file.content))
    mapping = (
        {name: request.POST.get(f"column-{name}", "") for name in FIELDS} if request.POST else run.mapping
    )
    authority = request.POST.get("authority", run.authority)
    problem: RowRefusedError | None = None
    if request.method == "POST" and request.POST.get("act") != "preview":
        try:
            choose_columns(run=run, mapping=mapping, authority=authority)
        except RowRefusedError as refused:
            problem = refused
        else:
            return redirect(run)
    return render(request, "recalls/columns.html", _columns(run, table, mapping, authority, problem))


def _columns(
    run: ImportRun, table: Table, mapping: dict[str, str], authority: str, problem: RowRefusedError | None
) -> dict[str, Any]:
    fields = [
        {
            "name": name,
            "label": label,
            "column": mapping.get(name, ""),
            "is_needed": name in NEEDED,
            "problem": str(problem) if problem and problem.field == name else "",
        }
        for name, label in FIELDS.items()
    ]
    return {
        "run": run,
        "table": table,
        "fields": fields,
        "authority": authority,
        "problem": problem,
        "is_listed": problem is not None and problem.field in FIELDS,
        "rows": [_previewed(table, line, cells, mapping, authority) for line, cells in islice(table.rows(), PREVIEWED)],
    }  # fmt: skip


def _previewed(
    table: Table, line: int, cells: list[str], mapping: dict[str, str], authority: str
) -> dict[str, Any]:
    """A row as it would be kept, or what is wrong with it."""
    chosen = {name: column for name, column in mapping.items() if column in table.columns}
    if any(name not in chosen for name in NEEDED):
        return {"line": line, "cells": cells[:6]}
    try:
        return {"line": line, "content": read_row(table.named(cells), chosen, authority)}
    except RowRefusedError as refused:
        return {"line": line, "field": refused.field, "words": str(refused)}
