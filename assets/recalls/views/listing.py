"""The list of recalls, whose filters are the address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.recalls.counts import tallies
from assets.recalls.filters import NoticeFilter
from assets.recalls.models import Notice
from assets.recalls.views.shared import may_see
from assets.recalls.words import Class, Stage, Status
from assets.views.fragments import wants_fragment

PAGE_SIZE = 50


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def recalls(request: HttpRequest) -> HttpResponse:
    """Filters as :class:`NoticeFilter` names them, ``page`` from 1; without ``stage``, what is of concern here."""
    chosen = _filtered(request, request.GET)
    stage = chosen.form.cleaned_data["stage"]
    found = chosen.qs if stage else chosen.qs.about_us(request.user)
    page = _page(found.by_urgency().select_related("campaign"), request)
    counted = tallies([notice.pk for notice in page], request.user)
    context: dict[str, Any] = {
        "page": page,
        "lines": [(notice, counted[notice.pk]) for notice in page],
        "chosen": chosen.form.cleaned_data,
        "stages": _stages(request),
        "classes": Class.choices,
        "statuses": Status.choices,
        "is_filtered": bool(request.GET),
        "is_empty": not Notice.objects.exists(),
    }
    template = "recalls/_recalls.html" if wants_fragment(request) else "recalls/recalls.html"
    return render(request, template, context)


def _filtered(request: HttpRequest, told: Any) -> NoticeFilter:
    chosen = NoticeFilter(told, queryset=Notice.objects.all(), request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return chosen


def _stages(request: HttpRequest) -> list[tuple[str, Any, int]]:
    """How many of each stage the other filters leave; the first is all that is of concern here."""
    others = request.GET.copy()
    others.pop("stage", None)
    rest = _filtered(request, others).qs
    user = request.user
    stages = [(stage.value, stage.label, rest.at_stage(stage, user).count()) for stage in Stage]
    return [("", None, rest.about_us(user).count()), *stages]


def _page(notices: Any, request: HttpRequest) -> Any:
    try:
        return Paginator(notices, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
