"""The page that records a survey on a phone: stand somewhere, say where, record what is heard of the tag you carry."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.find import clean_text
from assets.surveying import carried_by_name, carried_like
from collectors.clock_words import zone_for
from hospital.survey_drawing import draw_survey
from hospital.survey_recording import (
    LENGTH,
    RecordingError,
    begin_recording,
    end_recording,
    heard_so_far,
    read_recording,
)
from hospital.surveys import floor_of, may_record
from locations.models import Floor, SurveyPoint, Zone
from locations.survey_models import Signals
from locations.survey_points import bounds_of, cover, is_on_plan, remove_survey_point

MOST_POINTS = 200
"""Points listed on the page, the newest first; all of them are drawn, and in the file."""


@require_http_methods(["GET", "HEAD", "POST"])
@may_record
@never_cache
def survey(request: HttpRequest, floor: str) -> HttpResponse:
    """``action`` is ``begin`` (tag, x, y), ``heard`` or ``end`` (recording), or ``remove`` (point)."""
    found = floor_of(request, floor)
    if request.method != "POST":
        return _page(request, found)
    act = ACTIONS.get(request.POST.get("action", ""))
    if act is None:
        return _refused("The page did not say what to do. Load it again.")
    try:
        return act(request, found)
    except RecordingError as error:
        return _refused(str(error), "recording")


@require_safe
@may_record
@never_cache
def survey_tags(request: HttpRequest) -> HttpResponse:
    """Tags on equipment whose tag or label holds ``q``."""
    text = clean_text(request.GET.get("q", ""))
    found = carried_like(request.user, text) if text else []
    return JsonResponse({"tags": [{"tag": str(asset.rtls_tag), "name": str(asset)} for asset in found]})


def _page(request: HttpRequest, floor: Floor) -> HttpResponse:
    zones = _zones(floor)
    points = list(_points(floor).select_related("survey__by").order_by("-at", "-pk"))
    coverage = cover(zones, [(point.x, point.y) for point in points])
    context = {
        "floor": floor,
        "zones": zones,
        "points": points[:MOST_POINTS],
        "points_count": len(points),
        "coverage": coverage,
        "drawing": draw_survey(floor, zones, {zone.pk for zone in coverage.surveyed}, points),
        "seconds": int(LENGTH.total_seconds()),
    }
    with timezone.override(zone_for(request.user)):
        return render(request, "hospital/survey.html", context)


def _begin(request: HttpRequest, floor: Floor) -> HttpResponse:
    spot = _spot(request)
    if spot is None or not is_on_plan(bounds_of(floor, _zones(floor)), spot):
        return _refused(
            "Say where you stand: tap the plan, choose a room, or type metres on this floor.", "x"
        )
    name = clean_text(request.POST.get("tag", ""))
    asset = carried_by_name(request.user, name) if name else None
    if asset is None:
        return _refused("No equipment that you may see has a tag or a label of that name.", "tag")
    recording = begin_recording(floor=floor, asset=asset, by=request.user, spot=spot, now=timezone.now())
    return JsonResponse(
        {"recording": recording.sign(), "seconds": LENGTH.total_seconds(), "tag": str(asset.rtls_tag)}
    )


def _heard(request: HttpRequest, floor: Floor) -> HttpResponse:
    now = timezone.now()
    recording = read_recording(request.POST.get("recording", ""), floor=floor, by=request.user, now=now)
    return JsonResponse(_counts(heard_so_far(recording, now=now)))


def _end(request: HttpRequest, floor: Floor) -> HttpResponse:
    now = timezone.now()
    recording = read_recording(request.POST.get("recording", ""), floor=floor, by=request.user, now=now)
    point = end_recording(recording, floor=floor, by=request.user, now=now)
    if point is None:
        return JsonResponse({"point": None, **_counts({})})
    told = {"id": point.pk, "x": point.x, "y": point.y}
    return JsonResponse({"point": told, **_counts(point.signals), **_covered(floor)})


def _remove(request: HttpRequest, floor: Floor) -> HttpResponse:
    number = request.POST.get("point", "")
    points = SurveyPoint.objects.on_floor(floor.pk)
    point = get_object_or_404(points, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    remove_survey_point(point=point, now=timezone.now())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"removed": point.pk, **_covered(floor)})
    messages.success(request, f"Point at {point.x:g} / {point.y:g} m removed.")
    return redirect("survey", floor.slug)


ACTIONS = {"begin": _begin, "heard": _heard, "end": _end, "remove": _remove}


def _refused(words: str, field: str = "") -> JsonResponse:
    return JsonResponse({"error": words, "field": field}, status=400)


def _counts(signals: Signals) -> dict[str, int]:
    return {"receivers": len(signals), "sightings": sum(int(signal[0]) for signal in signals.values())}


def _covered(floor: Floor) -> dict[str, Any]:
    """What the page shows of the floor after a change."""
    spots = list(_points(floor).values_list("x", "y"))
    coverage = cover(_zones(floor), spots)
    return {
        "points": len(spots),
        "surveyed": [zone.pk for zone in coverage.surveyed],
        "bare": [zone.name for zone in coverage.bare],
    }


def _spot(request: HttpRequest) -> tuple[float, float] | None:
    try:
        return float(request.POST.get("x", "")), float(request.POST.get("y", ""))
    except ValueError:
        return None


def _zones(floor: Floor) -> list[Zone]:
    return list(Zone.objects.current().filter(floor=floor).order_by("name", "pk"))


def _points(floor: Floor) -> Any:
    return SurveyPoint.objects.current().on_floor(floor.pk)
