"""Pages of replacement: scores, one with its parts, the plan with chart and files, and weights and budgets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.models import Asset
from assets.planning.calendar import day_at
from assets.replacement.allotting import YEARS
from assets.replacement.charts import plan_chart
from assets.replacement.files import plan_sheet
from assets.replacement.forms import ScoresForm, WeightsForm
from assets.replacement.models import Score, Weights
from assets.replacement.plan import BY, Plan, groups_of, plan_of, planned_in, within_plan
from assets.replacement.scoring import ask_anew, weights_of
from assets.replacement.shown import part_lines
from assets.replacement.words import Part
from assets.utilisation.answers import file_of
from assets.views.fragments import wants_fragment
from locations.models import Site

may_see = permission_required("replacement.view_score", raise_exception=True)
may_set = permission_required(["replacement.view_score", "replacement.set_budget"], raise_exception=True)
PAGE_SIZE = 50


@require_safe
@may_see
@never_cache
def scores(request: HttpRequest) -> HttpResponse:
    """What is most to be replaced first; ``q``, ``site``, ``category`` and ``unit`` narrow it."""
    form = ScoresForm(request.GET, user=request.user)
    if not form.is_valid():
        return render(request, "replacement/scores.html", {"form": form, "parts": Part}, status=400)
    told = form.cleaned_data
    named = {
        "asset__site": told["site"],
        "asset__model__category": told["category"],
        "asset__department": told["unit"],
    }
    found = Score.objects.visible_to(request.user).matching(told["q"])
    found = found.filter(**{name: value for name, value in named.items() if value is not None})
    page = _page(request, found.by_rank().with_asset())
    is_narrowed = any(told.values())
    context = {"form": form, "page": page, "parts": Part, "is_narrowed": is_narrowed}
    return render(request, "replacement/scores.html", context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def score_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """A page of its own, and as a fragment for the page of the piece."""
    assets = Asset.objects.visible_to(request.user).select_related("site", "model__category")
    asset = get_object_or_404(assets, asset_tag=asset_tag)
    score = Score.objects.filter(asset=asset).select_related("asset").first()
    weights = weights_of(asset.site)
    context = {"asset": asset, "score": score, "lines": part_lines(score, weights) if score else []}
    template = "replacement/_score.html" if wants_fragment(request) else "replacement/score.html"
    return render(request, template, context)


@require_safe
@may_see
@never_cache
def plan(request: HttpRequest) -> HttpResponse:
    """``site``; ``year``: whose pieces are listed; ``by``: category or department."""
    told = _plan(request)
    year, by = _year(request, told), request.GET.get("by", "category")
    if by not in BY:
        raise BadRequest("by: category or department.")
    context = {
        "plan": told,
        "sites": Site.objects.visible_to(request.user),
        "year": year,
        "by": by,
        "ways": BY.items(),
        "groups": groups_of(told.site, year, by),
        "page": _page(request, planned_in(told.site, year)),
    }
    return render(request, "replacement/plan.html", context)


@require_safe
@may_see
@never_cache
def plan_drawn(request: HttpRequest) -> JsonResponse:
    return JsonResponse(plan_chart(_plan(request)))


@require_safe
@may_see
@never_cache
def plan_file(request: HttpRequest) -> HttpResponse:
    """Piece by piece; ``as=xlsx`` is a workbook, else it is a plain table."""
    told = _plan(request)
    sheet = plan_sheet(told, within_plan(told.site, told.years))
    return file_of(request, sheet, f"replacement-{told.site.slug}-{told.years[0].year}")


@require_http_methods(["GET", "HEAD", "POST"])
@may_set
@never_cache
def weights(request: HttpRequest) -> HttpResponse:
    """The weights and budgets of ``site``; kept, everything is worked out anew within a minute."""
    site, now = _site(request), timezone.now()
    first = day_at(now, site.timezone).year
    row = Weights.objects.filter(site=site).first() or Weights(site=site)
    data = request.POST if request.method == "POST" else None
    form = WeightsForm(data, instance=row, years=range(first, first + YEARS))
    if form.is_valid():
        form.keep()
        ask_anew(site, now=now)
        messages.success(request, _("Kept. Scores and plan are worked out anew within a minute."))
        return redirect(f"{reverse('replacement-plan')}?site={site.slug}")
    sites = Site.objects.visible_to(request.user)
    context = {"form": form, "site": site, "sites": sites}
    return render(request, "replacement/weights.html", context, status=400 if form.is_bound else 200)


def _site(request: HttpRequest) -> Site:
    """The one that the address names, or else the first."""
    seen = Site.objects.visible_to(request.user)
    slug = request.GET.get("site", "")
    found: Site | None = (seen.filter(slug=slug) if slug else seen).first()
    if found is None:
        raise Http404("There is no such site.")
    return found


def _plan(request: HttpRequest) -> Plan:
    return plan_of(_site(request), timezone.now())


def _year(request: HttpRequest, told: Plan) -> int:
    text = request.GET.get("year", "")
    years = {str(year.year): year.year for year in told.years}
    if text and text not in years:
        raise BadRequest("year: one of the plan.")
    return years[text] if text else told.years[0].year


def _page(request: HttpRequest, rows: Any) -> Page[Any]:
    try:
        return Paginator(rows, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
