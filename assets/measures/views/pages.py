"""Measures of maintenance, and what each was made of; the filters are the address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.measures.asking import MeasuresForm, scope_of
from assets.measures.drill import OCCURRENCES, ORDERS
from assets.measures.report import report_of
from assets.measures.scope import BY, Scope

may_see = permission_required("measures.view_measures", raise_exception=True)
PAGE_SIZE = 50
MOST_ROWS = 150
"""So many lines of the table are written unless all are asked for; the sums are of all."""
View = Callable[[HttpRequest], HttpResponse]


class WrongFiltersError(Exception):
    """Filters that mean nothing; the form says at which field, and why."""

    def __init__(self, form: MeasuresForm) -> None:
        super().__init__(form.errors.as_text())
        self.form = form


def telling_faults(view: View) -> View:
    """Filters that mean nothing are answered with the form, each fault at its field."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except WrongFiltersError as wrong:
            return render(request, "measures/wrong.html", {"form": wrong.form}, status=400)

    return answer


@require_safe
@may_see
@never_cache
@telling_faults
def measures(request: HttpRequest) -> HttpResponse:
    """``by``: category, group or model; ``rows=all``: every line of a table that is long."""
    form, scope = asked(request)
    report = report_of(scope, form.cleaned_data["by"] or "category")
    shown = report.rows if request.GET.get("rows") == "all" else report.rows[:MOST_ROWS]
    return render(
        request,
        "measures/measures.html",
        {"report": report, "scope": scope, "form": form, "ways": BY.items(), "rows": shown},
    )


@require_safe
@may_see
@never_cache
@telling_faults
def measured_orders(request: HttpRequest) -> HttpResponse:
    """``figure``: see :data:`ORDERS`."""
    _form, scope = asked(request)
    key = request.GET.get("figure", "")
    if key not in ORDERS:
        raise BadRequest("figure: there is no such figure.")
    title, find = ORDERS[key]
    rows = find(scope).select_related("asset__model__category", "assigned_to").order_by("-opened_at", "-pk")
    return render(request, "measures/orders.html", _listed(request, scope, title, rows))


@require_safe
@may_see
@never_cache
@telling_faults
def measured_occurrences(request: HttpRequest) -> HttpResponse:
    """``part``: see :data:`OCCURRENCES`; ``risk``: high, other, or nothing for both."""
    _form, scope = asked(request)
    key, risk = request.GET.get("part", ""), request.GET.get("risk", "")
    if key not in OCCURRENCES:
        raise BadRequest("part: there is no such part.")
    if risk not in ("", "high", "other"):
        raise BadRequest("risk: high or other.")
    title, find = OCCURRENCES[key]
    rows = find(scope, risk).with_attempts().select_related("plan", "asset__model__category", "order")
    return render(
        request, "measures/occurrences.html", _listed(request, scope, title, rows.order_by("due_on", "pk"))
    )


def asked(request: HttpRequest) -> tuple[MeasuresForm, Scope]:
    """Raises :class:`WrongFiltersError`."""
    form = MeasuresForm(request.GET, user=request.user)
    if not form.is_valid():
        raise WrongFiltersError(form)
    return form, scope_of(form, user=request.user, now=timezone.now())


def _listed(request: HttpRequest, scope: Scope, title: Any, rows: Any) -> dict[str, Any]:
    try:
        page = Paginator(rows, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
    return {"page": page, "scope": scope, "title": title}
