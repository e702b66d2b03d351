"""Pages of fleet size and of forecasts: every filter and assumption is in the address, so that a link is a report."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.fleet.charts import forecast_chart, sensitivity_chart, sizes_chart
from assets.fleet.explaining import explain_pool, explain_saving, explain_tried
from assets.fleet.files import MAKERS, forecast_sheet
from assets.fleet.forecasts import about, forecast_for, known_days
from assets.fleet.forms import FleetForm, ForecastForm, MomentForm, PricesForm, Question
from assets.fleet.models import Prices
from assets.fleet.printing import printed_size
from assets.fleet.redistribution import MOST_MOVES
from assets.fleet.reporting import SizeReport, in_use_at, moment_of, size_report
from assets.fleet.sensitivity import BUFFERS, HOWS, sensitivity
from assets.fleet.shortages import Shortage, sizes
from assets.models import Category
from assets.utilisation import reports
from assets.utilisation.answers import file_of, pdf_of, refused, today_of
from assets.utilisation.calendars import calendar_of
from assets.utilisation.explaining import explain_size
from assets.utilisation.models import StaleDay
from assets.utilisation.patterns import TooManyError
from assets.utilisation.selecting import TOO_MANY
from assets.utilisation.views import MOST_ASSETS, may_see
from locations.models import Site

may_price = permission_required(["utilisation.view_fleetday", "fleet.change_prices"], raise_exception=True)
MOST_SHORTAGES = 50


def for_question(answer: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of what the address asks for; what cannot be is refused with the field named."""

    @require_safe
    @may_see
    @never_cache
    @wraps(answer)
    def view(request: HttpRequest, category: str, **more: str) -> HttpResponse:
        kind, form = _asked(request, category)
        return answer(request, form.question(kind), **more) if form.is_valid() else refused(form)

    return view


def _asked(request: HttpRequest, category: str) -> tuple[Category, FleetForm]:
    kind = get_object_or_404(Category, slug=category)
    return kind, FleetForm(request.GET, user=request.user, today=today_of(request), category=kind)


@require_safe
@may_see
@never_cache
def fleet_size(request: HttpRequest, category: str) -> HttpResponse:
    """How many of one category are needed, when that falls short, what fewer would mean and save, pools and moves."""
    kind, form = _asked(request, category)
    context: dict[str, Any] = {"form": form, "category": kind, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "fleet/size.html", context, status=400)
    question = form.question(kind)
    with timezone.override(ZoneInfo(question.choice.site.timezone)):
        context |= _told(size_report(question))
        return render(request, "fleet/size.html", context)


def _told(report: SizeReport) -> dict[str, Any]:
    found = report.shortages
    worst_first = sorted(found.found, key=lambda each: (-each.lacking, -each.seconds)) if found else []
    return {
        "choice": report.choice,
        "report": report,
        "line": report.line,
        "top": max(report.line.owned, report.line.size.pieces or 0, report.size.pieces if report.size else 0),
        "explained_size": explain_size(report.line),
        "explained_tried": explain_tried(report),
        "explained_pool": explain_pool(report),
        "explained_saving": explain_saving(report),
        "too_many": TOO_MANY,
        "shortages": [_shown(each) for each in worst_first[:MOST_SHORTAGES]],
        "more_shortages": max(0, len(worst_first) - MOST_SHORTAGES),
        "worst": _shown(found.worst) if found and found.worst else None,
        "who": [(report.name(each.unit), each) for each in report.who],
        "needs": [(report.name(each.unit), each) for each in (report.moves.needs if report.moves else ())],
        "moves": [
            (report.name(each.giver), report.name(each.taker), each)
            for each in (report.moves.moves if report.moves else ())[:MOST_MOVES]
        ],
        "hows": HOWS,
        "buffers": BUFFERS,
        "fresh": reports.freshness(report.choice.site, StaleDay.objects),
    }


def _shown(each: Shortage) -> dict[str, Any]:
    """With moments instead of seconds."""
    moments = {"begin": moment_of(each.begin), "end": moment_of(each.end), "worst": moment_of(each.worst)}
    address = f"{moments['worst']:%Y-%m-%dT%H:%M:%SZ}"
    return {
        **moments,
        "seconds": each.seconds,
        "most": each.most,
        "lacking": each.lacking,
        "address": address,
    }


@for_question
def size_curve(_request: HttpRequest, question: Question) -> HttpResponse:
    line = reports.whole(question.choice)
    return JsonResponse(sizes_chart(sizes(line), line))


@for_question
def size_sensitivity(_request: HttpRequest, question: Question, how: str) -> HttpResponse:
    chosen = next((each for each in HOWS if each == how), None)
    if chosen is None:
        raise Http404("Nothing is counted in this way.")
    line = reports.whole(question.choice)
    try:
        cells = sensitivity(line, [chosen])
    except TooManyError:
        return JsonResponse({"to": [{"message": str(TOO_MANY), "code": "too_many"}]}, status=400)
    return JsonResponse(sensitivity_chart(cells, line))


@for_question
def size_file(request: HttpRequest, question: Question, what: str) -> HttpResponse:
    """One part of the report; ``as=xlsx`` for a workbook."""
    make = MAKERS.get(what)
    if make is None:
        raise Http404("The report has no such part.")
    choice = question.choice
    try:
        sheet = make(question)
    except TooManyError:
        return JsonResponse({"to": [{"message": str(TOO_MANY), "code": "too_many"}]}, status=400)
    return file_of(request, sheet, f"fleet-size-{what}-{_slug(choice)}-{choice.first}-{choice.last}")


@for_question
def size_print(_request: HttpRequest, question: Question) -> HttpResponse:
    choice = question.choice
    content = printed_size(size_report(question), now=timezone.now())
    return pdf_of(content, f"fleet-size-{_slug(choice)}-{choice.first}-{choice.last}.pdf")


def _slug(choice: reports.Choice) -> str:
    return choice.category.slug if choice.category else "all"


@require_safe
@may_see
@never_cache
def in_use_then(request: HttpRequest, category: str) -> HttpResponse:
    """What was in use at a moment: what a shortage was made of."""
    kind, form = _asked(request, category)
    query = request.GET.copy()
    query.pop("at", None)
    moment = MomentForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "category": kind,
        "query": query.urlencode(),
        "moment_form": moment,
    }
    if not form.is_valid() or not moment.is_valid():
        return render(request, "fleet/then.html", context, status=400)
    choice, at = form.choice(kind), moment.moment()
    bounds = calendar_of(choice.site.pk).bounds(choice.first, choice.last)
    if not bounds[0] <= at.timestamp() < bounds[-1]:
        moment.add_error("at", _("This moment is not in the period."))
        return render(request, "fleet/then.html", context, status=400)
    found = in_use_at(choice, at)
    with timezone.override(ZoneInfo(choice.site.timezone)):
        context |= {
            "choice": choice,
            "at": at,
            "assets": found[:MOST_ASSETS],
            "count": len(found),
            "more": max(0, len(found) - MOST_ASSETS),
            "fresh": reports.freshness(choice.site, StaleDay.objects),
        }
        return render(request, "fleet/then.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_price
@never_cache
def prices(request: HttpRequest, category: str) -> HttpResponse:
    """What a piece of a category costs the site; saved, the report shows what follows."""
    kind = get_object_or_404(Category, slug=category)
    sites = Site.objects.visible_to(request.user)
    site = get_object_or_404(sites, slug=request.GET["site"]) if request.GET.get("site") else sites.first()
    if site is None:
        raise Http404("There is no site that you may see.")
    known = Prices.objects.filter(site=site, category=kind).first() or Prices(site=site, category=kind)
    form = PricesForm(request.POST if request.method == "POST" else None, instance=known)
    if form.is_valid():
        form.save()
        messages.success(request, _("The prices are kept."))
        return redirect(f"{reverse('fleet-size', args=[kind.slug])}?{request.GET.urlencode()}")
    context = {"form": form, "category": kind, "site": site, "query": request.GET.urlencode()}
    return render(request, "fleet/prices.html", context, status=400 if form.is_bound else 200)


@require_safe
@may_see
@never_cache
def forecast(request: HttpRequest, category: str) -> HttpResponse:
    """How many of a category are likely to be in use at once in the days to come, and how good such forecasts were."""
    kind = get_object_or_404(Category, slug=category)
    form = ForecastForm(request.GET, user=request.user)
    context: dict[str, Any] = {"form": form, "category": kind, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "fleet/forecast.html", context, status=400)
    asked = form.cleaned_data
    with timezone.override(ZoneInfo(asked["site"].timezone)):
        context |= {
            "site": asked["site"],
            "unit": asked["unit"],
            "forecast": forecast_for(kind, asked["site"], asked["unit"], asked["measure"]),
        }
        return render(request, "fleet/forecast.html", context)


def _forecast_asked(request: HttpRequest, category: str) -> tuple[Category, ForecastForm]:
    return get_object_or_404(Category, slug=category), ForecastForm(request.GET, user=request.user)


@require_safe
@may_see
@never_cache
def forecast_days(request: HttpRequest, category: str) -> HttpResponse:
    kind, form = _forecast_asked(request, category)
    if not form.is_valid():
        return _refused_forecast(form)
    asked = form.cleaned_data
    found = forecast_for(kind, asked["site"], asked["unit"], asked["measure"])
    return JsonResponse(
        forecast_chart(known_days(kind, asked["site"], asked["unit"], asked["measure"]), found)
    )


@require_safe
@may_see
@never_cache
def forecast_file(request: HttpRequest, category: str) -> HttpResponse:
    kind, form = _forecast_asked(request, category)
    if not form.is_valid():
        return _refused_forecast(form)
    asked = form.cleaned_data
    found = forecast_for(kind, asked["site"], asked["unit"], asked["measure"])
    sheet = forecast_sheet(found, about(kind, asked["site"], asked["unit"], asked["measure"], found))
    return file_of(request, sheet, f"forecast-{kind.slug}")


def _refused_forecast(form: ForecastForm) -> JsonResponse:
    return JsonResponse(form.errors.get_json_data(), status=400)
