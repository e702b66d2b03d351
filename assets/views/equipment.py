"""The list of all equipment: what the filter bar says is the address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.filters import AssetFilter
from assets.models import Asset, Category
from assets.tables import SORTS, counts_by_activity, equipment_csv, sort_columns, sorted_equipment
from assets.views.fragments import wants_fragment
from assets.words import LOOKS
from locations.models import Floor

PAGE_SIZE = 50


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def equipment(request: HttpRequest) -> HttpResponse:
    """Filters as :class:`AssetFilter` names them, ``sort`` as in :data:`SORTS`, ``page`` from 1."""
    chosen = _filtered(request)
    activities = _activity_counts(request)
    page = _page(sorted_equipment(chosen.qs.with_place(), _sort(request)), request)
    context: dict[str, Any] = {
        "page": page,
        "filter": chosen,
        "chosen": chosen.form.cleaned_data,
        "sort": _sort(request),
        "columns": sort_columns(_sort(request)),
        "activities": activities,
        "total": sum(activity["count"] for activity in activities),
        "categories": Category.objects.all(),
        "floors": Floor.objects.visible_to(request.user).select_related("building"),
    }
    template = "assets/_equipment_table.html" if wants_fragment(request) else "assets/equipment.html"
    return render(request, template, context)


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
def equipment_file(request: HttpRequest) -> HttpResponse:
    """The filtered list, all pages of it, for a spreadsheet."""
    rows = sorted_equipment(_filtered(request).qs.with_place().select_related("site"), _sort(request))
    name = f"equipment-{timezone.now():%Y-%m-%d}.csv"
    return HttpResponse(
        equipment_csv(rows.iterator(chunk_size=1000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _filtered(request: HttpRequest) -> AssetFilter:
    chosen = AssetFilter(request.GET, queryset=_owned(request), request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return chosen


def _owned(request: HttpRequest) -> QuerySet[Asset]:
    return Asset.objects.visible_to(request.user).in_service()


def _sort(request: HttpRequest) -> str:
    sort = request.GET.get("sort") or "tag"
    if sort.removeprefix("-") not in SORTS:
        raise BadRequest("sort: no such column.")
    return sort


def _page(assets: QuerySet[Asset], request: HttpRequest) -> Any:
    try:
        return Paginator(assets, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error


def _activity_counts(request: HttpRequest) -> list[dict[str, Any]]:
    """How many of each activity the other filters leave; each count is a filter itself."""
    others = request.GET.copy()
    others.pop("activity", None)
    rest = AssetFilter(others, queryset=_owned(request), request=request)
    counts = counts_by_activity(rest.qs)
    return [{"value": value, "look": LOOKS[value], "count": count} for value, count in counts.items()]
