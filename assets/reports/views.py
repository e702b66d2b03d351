"""Pages of reports: one view for each form that a report takes, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.reports import parquet
from assets.reports.catalogue import BY_SLUG, REPORTS
from assets.reports.files import printed, sheet_of
from assets.reports.forms import SHOWN, AskedForm
from assets.reports.report import Asked, Column, Report, Row, Table, in_order
from assets.utilisation import reports
from assets.utilisation.answers import file_of, pdf_of, refused, today_of
from assets.utilisation.forms import ReportForm
from assets.utilisation.models import StaleDay

may_see = permission_required("utilisation.view_fleetday", raise_exception=True)
MOST_ROWS = 25


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column with the address that sorts by it; ``order`` is how it is sorted now, for a reader."""

    column: Column
    address: str
    order: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it."""

    table: Table
    heads: list[Head]
    rows: list[Row]
    more: int
    files: str


@require_safe
@may_see
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Which questions there are answers to."""
    form = ReportForm(request.GET, user=request.user, today=today_of(request))
    context = {
        "reports": REPORTS, "has_parquet": parquet.is_installed(), "no_parquet": parquet.MISSING,
        "form": form, "query": request.GET.urlencode(), "kinds": parquet.KINDS,
        "choice": form.choice() if form.is_valid() else None,
    }  # fmt: skip
    return render(request, "reports/index.html", context, status=200 if form.is_valid() else 400)


@require_safe
@may_see
@never_cache
def report(request: HttpRequest, name: str) -> HttpResponse:
    """``sort`` and ``table`` say which table is in which order, ``of`` whose things are shown beneath."""
    chosen, form = _form(request, name)
    query = _query(request)
    context: dict[str, Any] = {
        "report": chosen, "reports": REPORTS, "form": form, "query": query,
        "shared": _query(request, keep={"site", "from", "to", "unit"}),
    }  # fmt: skip
    if not form.is_valid():
        return render(request, "reports/report.html", context, status=400)
    asked = form.asked(now=timezone.now(), of=request.GET.get("of", ""))
    with timezone.override(ZoneInfo(asked.choice.site.timezone)):
        answer = chosen.answer(asked)
        context |= {
            "choice": asked.choice,
            "answer": answer,
            "tables": [
                _shown(request, table, answer.rows.get(table.name, ()), f"{query}&table={table.name}")
                for table in chosen.tables
                if table.name in answer.rows
            ],
            "behind": _behind(chosen, asked),
            "is_narrowed": asked.choice.is_narrowed,
            "fresh": reports.freshness(asked.choice.site, StaleDay.objects),
        }
        return render(request, "reports/report.html", context)


@require_safe
@may_see
@never_cache
def chart(request: HttpRequest, name: str) -> HttpResponse:
    chosen, form = _form(request, name)
    if not form.is_valid():
        return refused(form)
    spec = chosen.answer(form.asked(now=timezone.now())).chart
    if spec is None:
        raise Http404
    return JsonResponse(spec)


@require_safe
@may_see
@never_cache
def table_file(request: HttpRequest, name: str) -> HttpResponse:
    """One table, the first unless ``table`` names another, in the order of ``sort``; ``as=xlsx`` asks for "
    "a workbook."""
    chosen, form = _form(request, name)
    if not form.is_valid():
        return refused(form)
    asked = form.asked(now=timezone.now())
    table = chosen.table(request.GET.get("table", ""))
    with timezone.override(ZoneInfo(asked.choice.site.timezone)):
        rows = in_order(
            chosen.answer(asked).rows.get(table.name, ()), table.columns, request.GET.get("sort", "")
        )
        sheet = sheet_of(chosen, table, rows, asked)
    return file_of(request, sheet, f"{chosen.slug}-{table.name}-{asked.choice.first}-{asked.choice.last}")


@require_safe
@may_see
@never_cache
def report_print(request: HttpRequest, name: str) -> HttpResponse:
    chosen, form = _form(request, name)
    if not form.is_valid():
        return refused(form)
    asked = form.asked(now=timezone.now())
    with timezone.override(ZoneInfo(asked.choice.site.timezone)):
        content = printed(chosen, chosen.answer(asked), asked, now=asked.now)
    return pdf_of(content, f"{chosen.slug}-{asked.choice.first}-{asked.choice.last}.pdf")


@require_safe
@may_see
@never_cache
def parquet_file(request: HttpRequest, what: str) -> HttpResponse:
    """Roll-ups or intervals of the period; ``category`` in the address narrows them."""
    if what not in parquet.KINDS:
        raise Http404
    form = AskedForm(request.GET, user=request.user, today=today_of(request), report=BY_SLUG["par"])
    if not form.is_valid():
        return refused(form)
    asked = form.asked(now=timezone.now())
    try:
        content = parquet.parquet_of(what, asked.choice, asked.now)
    except parquet.NoWriterError:
        return HttpResponse(str(parquet.MISSING), status=501, content_type="text/plain; charset=utf-8")
    file = f"{what}-{asked.choice.first}-{asked.choice.last}.parquet"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type="application/vnd.apache.parquet", headers=headers)


def _form(request: HttpRequest, name: str) -> tuple[Report, AskedForm]:
    chosen = BY_SLUG.get(name)
    if chosen is None:
        raise Http404
    return chosen, AskedForm(request.GET, user=request.user, today=today_of(request), report=chosen)


def _query(request: HttpRequest, keep: set[str] | None = None) -> str:
    """The filters of the address alone, or some of them."""
    asked = [(name, value) for name, value in request.GET.items() if value and name not in SHOWN]
    return urlencode([(name, value) for name, value in asked if keep is None or name in keep])


def _shown(request: HttpRequest, table: Table, rows: Any, files: str) -> Shown:
    is_meant = request.GET.get("table", "") in {"", table.name}
    sort = request.GET.get("sort", "") if is_meant else ""
    ordered = in_order(rows, table.columns, sort)
    if sort:
        files = f"{files}&{urlencode({'sort': sort})}"
    heads = [_head(request, table, column, sort) for column in table.columns]
    return Shown(table, heads, ordered[:MOST_ROWS], max(0, len(ordered) - MOST_ROWS), files)


def _head(request: HttpRequest, table: Table, column: Column, sort: str) -> Head:
    """Numbers downwards first, words upwards; a second time the other way round."""
    first, second = (f"-{column.name}", column.name) if column.is_number else (column.name, f"-{column.name}")
    order = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
    query = (
        f"{_query(request)}&{urlencode({'table': table.name, 'sort': second if sort == first else first})}"
    )
    return Head(column, f"?{query}#{table.name}".replace("?&", "?"), order)


def _behind(chosen: Report, asked: Asked) -> dict[str, Any] | None:
    if not asked.of:
        return None
    found = chosen.behind(asked)
    if found is None:
        return {"title": gettext("There is nothing behind that."), "table": None, "rows": ()}
    table, rows = found
    return {"title": table.title, "table": table, "rows": rows}
