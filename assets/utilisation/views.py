"""Pages of utilisation: every filter is in the address, so that a link is a report."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.models import Asset, Category
from assets.utilisation import reports
from assets.utilisation.answers import file_of, pdf_of, refused, today_of
from assets.utilisation.charts import at_once_chart, concurrent_chart, fleet_chart, strip_chart, week_chart
from assets.utilisation.days import HOUR_S
from assets.utilisation.explaining import explain, explain_size
from assets.utilisation.files import (
    asset_sheet,
    assets_sheet,
    at_once_sheet,
    fleet_sheet,
    idle_sheet,
    week_sheet,
)
from assets.utilisation.forms import ReportForm
from assets.utilisation.hearing import quality
from assets.utilisation.idling import idle_cost
from assets.utilisation.models import StaleDay
from assets.utilisation.patterns import Step, TooManyError, at_once, week
from assets.utilisation.printing import printed
from assets.utilisation.reports import Choice
from assets.utilisation.stripes import intervals_of, line_of, stripes
from locations.models import Site

may_see = permission_required("utilisation.view_fleetday", raise_exception=True)
MOST_ASSETS = 500


def for_choice(answer: Callable[[HttpRequest, Choice], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of what the address asks for, of the category that it names or of all; what cannot be is refused with
    the field named."""

    @require_safe
    @may_see
    @never_cache
    @wraps(answer)
    def view(request: HttpRequest, category: str | None = None) -> HttpResponse:
        kind = None if category is None else get_object_or_404(Category, slug=category)
        form = _form(request, kind)
        return answer(request, form.choice(kind)) if form.is_valid() else refused(form)

    return view


def _slug(choice: Choice) -> str:
    return choice.category.slug if choice.category else "all"


@require_safe
@may_see
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Every category: how much of it is used, how many are in use at once, how many are needed."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "utilisation/overview.html", context, status=400)
    choice = form.choice()
    with timezone.override(ZoneInfo(choice.site.timezone)):
        context |= {
            "choice": choice,
            "lines": reports.fleet(choice),
            "quality": quality(choice, now=timezone.now()),
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "utilisation/overview.html", context)


@for_choice
def overview_chart(_request: HttpRequest, choice: Choice) -> HttpResponse:
    return JsonResponse(fleet_chart(reports.fleet(choice)))


@for_choice
def overview_file(request: HttpRequest, choice: Choice) -> HttpResponse:
    return file_of(
        request, fleet_sheet(reports.fleet(choice), choice), f"utilisation-{choice.first}-{choice.last}"
    )


@for_choice
def overview_print(_request: HttpRequest, choice: Choice) -> HttpResponse:
    return pdf_of(printed(choice, now=timezone.now()), f"utilisation-{choice.first}-{choice.last}.pdf")


@for_choice
def fleet_print(_request: HttpRequest, choice: Choice) -> HttpResponse:
    name = f"utilisation-{_slug(choice)}-{choice.first}-{choice.last}.pdf"
    return pdf_of(printed(choice, now=timezone.now()), name)


@require_safe
@may_see
@never_cache
def fleet(request: HttpRequest, category: str) -> HttpResponse:
    """One category: its figures with how they came about, day by day, by unit, by room, and the assets behind them."""
    kind = get_object_or_404(Category, slug=category)
    form = _form(request, kind)
    context: dict[str, Any] = {"form": form, "category": kind, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "utilisation/fleet.html", context, status=400)
    choice = form.choice(kind)
    line, assets = reports.whole(choice), reports.assets(choice)
    with timezone.override(ZoneInfo(choice.site.timezone)):
        context |= {
            "choice": choice,
            "line": line,
            "explained": explain(line),
            "explained_size": explain_size(line),
            "units": reports.units(choice),
            "zones": reports.zones(choice),
            "assets": assets[:MOST_ASSETS],
            "more": max(0, len(assets) - MOST_ASSETS),
            "idle": reports.idle_list(choice, now=timezone.now()),
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "utilisation/fleet.html", context)


@for_choice
def fleet_days(_request: HttpRequest, choice: Choice) -> HttpResponse:
    lines = reports.by_day(choice)
    return JsonResponse(concurrent_chart(lines, lines[-1].owned if lines else 0))


@for_choice
def fleet_file(request: HttpRequest, choice: Choice) -> HttpResponse:
    name = f"utilisation-{_slug(choice)}-{choice.first}-{choice.last}"
    return file_of(request, assets_sheet(reports.assets(choice), choice), name)


@require_safe
@may_see
@never_cache
def times(request: HttpRequest, category: str) -> HttpResponse:
    """When one category is used: the hours of the week, and how many at once as time goes on."""
    kind = get_object_or_404(Category, slug=category)
    form = _form(request, kind)
    context: dict[str, Any] = {"form": form, "category": kind, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "utilisation/times.html", context, status=400)
    choice = form.choice(kind)
    with timezone.override(ZoneInfo(choice.site.timezone)):
        line = reports.whole(choice)
        context |= {
            "choice": choice,
            "line": line,
            "explained": explain(line),
            "explained_size": explain_size(line),
            "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "utilisation/times.html", context)


@for_choice
def times_week(_request: HttpRequest, choice: Choice) -> HttpResponse:
    return JsonResponse(week_chart(week(choice)))


@for_choice
def times_week_file(request: HttpRequest, choice: Choice) -> HttpResponse:
    return file_of(
        request, week_sheet(week(choice), choice), f"week-{_slug(choice)}-{choice.first}-{choice.last}"
    )


@for_choice
def times_at_once(_request: HttpRequest, choice: Choice) -> HttpResponse:
    line = reports.whole(choice)
    return JsonResponse(at_once_chart(_steps(choice), line.owned, line.size.pieces))


@for_choice
def times_at_once_file(request: HttpRequest, choice: Choice) -> HttpResponse:
    content = at_once_sheet(_steps(choice), choice, reports.whole(choice))
    return file_of(request, content, f"at-once-{_slug(choice)}-{choice.first}-{choice.last}")


def _steps(choice: Choice) -> list[Step]:
    try:
        return at_once(choice)
    except TooManyError:
        return []  # the page says why


@require_safe
@may_see
@never_cache
def idle(request: HttpRequest, category: str) -> HttpResponse:
    """What of one category is idle now, for how long, and what that costs."""
    kind = get_object_or_404(Category, slug=category)
    form = _form(request, kind)
    context: dict[str, Any] = {"form": form, "category": kind, "query": request.GET.urlencode()}
    context["is_priced"] = True
    if not form.is_valid():
        return render(request, "utilisation/idle.html", context, status=400)
    choice, now = form.choice(kind), timezone.now()
    with timezone.override(ZoneInfo(choice.site.timezone)):
        context |= {
            "choice": choice,
            "now": now,
            "idle": idle_cost(choice, now=now, per_day=choice.cost),
            "more_than": reports.IDLE_DAYS,
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "utilisation/idle.html", context)


@for_choice
def idle_file(request: HttpRequest, choice: Choice) -> HttpResponse:
    found = idle_cost(choice, now=timezone.now(), per_day=choice.cost)
    return file_of(request, idle_sheet(found, choice), f"idle-{_slug(choice)}")


@require_safe
@may_see
@never_cache
def asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """One asset over the period: the intervals that its figures come from."""
    thing, form = _thing(request, asset_tag)
    context: dict[str, Any] = {
        "form": form, "thing": thing, "category": thing.model.category, "query": request.GET.urlencode(),
    }  # fmt: skip
    if not form.is_valid():
        return render(request, "utilisation/asset.html", context, status=400)
    choice = form.choice(thing.model.category)
    with timezone.override(ZoneInfo(choice.site.timezone)):
        line = line_of(thing, choice)
        context |= {
            "choice": choice,
            "line": line,
            "explained": None if line is None else explain(line),
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "utilisation/asset.html", context)


@require_safe
@may_see
@never_cache
def asset_strip(request: HttpRequest, asset_tag: str) -> HttpResponse:
    thing, form = _thing(request, asset_tag)
    if not form.is_valid():
        return refused(form)
    choice = form.choice(thing.model.category)
    line = line_of(thing, choice)
    used_s = 0 if line is None else line.totals.in_use(choice.basis)
    return JsonResponse(strip_chart(list(stripes(thing, choice)), used_s / HOUR_S))


@require_safe
@may_see
@never_cache
def asset_file(request: HttpRequest, asset_tag: str) -> HttpResponse:
    thing, form = _thing(request, asset_tag)
    if not form.is_valid():
        return refused(form)
    choice = form.choice(thing.model.category)
    content = asset_sheet(thing, intervals_of(thing, choice), line_of(thing, choice), choice)
    return file_of(request, content, f"use-{thing.asset_tag}-{choice.first}-{choice.last}")


def _thing(request: HttpRequest, asset_tag: str) -> tuple[Asset, ReportForm]:
    """By the calendar of its own site."""
    sees = Asset.objects.filter(site__in=Site.objects.visible_to(request.user))
    thing = get_object_or_404(sees.select_related("model__category", "site"), asset_tag=asset_tag)
    data = request.GET.copy()
    data["site"] = thing.site.slug
    zone = ZoneInfo(thing.site.timezone)
    today = timezone.now().astimezone(zone).date()
    return thing, ReportForm(data, user=request.user, today=today, category=thing.model.category)


def _form(request: HttpRequest, category: Category | None = None) -> ReportForm:
    return ReportForm(request.GET, user=request.user, today=today_of(request), category=category)
