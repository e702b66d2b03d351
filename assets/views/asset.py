"""One piece of equipment: what it does, where it is, what it reports, and how the last day went."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.charts import trend_chart
from assets.history import PERIODS, Period, activity_spans, hours_to_show, silences
from assets.models import Asset
from assets.readings import reading_lines
from assets.strip import day_strip
from assets.trends import reading_points
from assets.views.fragments import wants_fragment
from assets.vocabulary import VOCABULARY


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """The page; asked for a fragment, its live part alone. What a role may not see is not there.

    ``hours`` is how far it looks back, one of :data:`PERIODS`.
    """
    thing = _asset(request, asset_tag)
    with timezone.override(thing.site.timezone):
        context = _live(request, thing)
        context["trends"] = [line for line in context.get("readings", ()) if line.has_trend]
        template = "assets/_asset_live.html" if wants_fragment(request) else "assets/asset.html"
        return render(request, template, context)


@require_safe
@permission_required(["assets.view_asset", "assets.view_reading"], raise_exception=True)
@never_cache
def asset_chart(request: HttpRequest, asset_tag: str, name: str) -> JsonResponse:
    """The trend of one numeric reading, as a Vega-Lite specification; ``hours`` as for the page."""
    thing = _asset(request, asset_tag)
    term = VOCABULARY.get(name)
    if term is None or term.kind != "number":
        raise Http404("No such measurement.")
    period = Period.last_hours(_hours(request, thing), timezone.now())
    silent = silences(activity_spans(thing, period)) if _may(request, "activityinterval") else []
    points = reading_points(thing, term, period)
    return JsonResponse(trend_chart(points, term, period, ZoneInfo(thing.site.timezone), silent))


def _asset(request: HttpRequest, asset_tag: str) -> Asset:
    assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
    thing: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    return thing


def _hours(request: HttpRequest, thing: Asset) -> int:
    asked = request.GET.get("hours")
    if asked is None:
        return hours_to_show(thing, timezone.now())
    if asked not in map(str, PERIODS):
        raise BadRequest("hours: no such period.")
    return int(asked)


def _may(request: HttpRequest, model: str) -> bool:
    return request.user.has_perm(f"assets.view_{model}")


def _live(request: HttpRequest, thing: Asset) -> dict[str, Any]:
    may_see_activity, may_see_stays = _may(request, "activityinterval"), _may(request, "stay")
    context: dict[str, Any] = {
        "asset": thing,
        "now": thing.now_as_of(timezone.now()),
        "hours": _hours(request, thing),
        "periods": PERIODS,
        "today": f"{timezone.localdate():%Y-%m-%d}",
    }
    if may_see_activity or may_see_stays:
        context["strip"] = day_strip(
            thing,
            Period.last_hours(context["hours"], timezone.now()),
            ZoneInfo(thing.site.timezone),
            with_activity=may_see_activity,
            with_stays=may_see_stays,
        )
    if _may(request, "reading"):
        context["readings"] = reading_lines(thing)
    return context
