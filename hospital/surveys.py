"""Radio surveys: the list of floors, and surveys as files out and in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from collectors.clock_words import zone_for
from hospital.audit.models import Action
from hospital.audit.record import record_event
from locations.models import Floor, Receiver, Survey, SurveyPoint, Zone
from locations.survey_files import SurveyFileError, import_survey, read_survey, write_survey
from locations.survey_points import Coverage, bounds_of, cover, is_on_plan

MOST_OCTETS = 1_000_000
"""Of a file through the page; a larger one goes by ``manage.py import_survey``."""

may_record = permission_required("locations.record_survey", raise_exception=True)


@dataclass(slots=True)
class FloorLine:
    """One floor in the list; ``at`` and ``who`` are of the newest point."""

    floor: Floor
    spots: list[tuple[float, float]] = field(default_factory=list)
    at: datetime | None = None
    who: str = ""
    coverage: Coverage = field(default_factory=Coverage)


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a file would add to a floor."""

    points: int
    receivers: int
    unknown: list[str]
    outside: int
    coverage: Coverage


@require_safe
@may_record
@never_cache
def surveys(request: HttpRequest) -> HttpResponse:
    """Floors with what was surveyed of each."""
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    lines = {floor.pk: FloorLine(floor) for floor in floors.order_by("building__name", "building", "-level")}
    points = SurveyPoint.objects.current().filter(survey__floor__in=list(lines)).order_by("at", "pk")
    for floor_id, x, y, at, who in points.values_list(
        "survey__floor", "x", "y", "at", "survey__by__username"
    ):
        line = lines[floor_id]
        line.spots.append((x, y))
        line.at, line.who = at, who or ""
    zones = defaultdict(list)
    for zone in Zone.objects.current().filter(floor__in=list(lines)).order_by("name", "pk"):
        zones[zone.floor_id].append(zone)
    for line in lines.values():
        line.coverage = cover(zones[line.floor.pk], line.spots)
    with timezone.override(zone_for(request.user)):
        return render(request, "hospital/surveys.html", {"lines": list(lines.values())})


@require_safe
@may_record
def survey_file(request: HttpRequest, floor: str) -> HttpResponse:
    """The current points of a floor, as the import takes them."""
    found = floor_of(request, floor)
    points = SurveyPoint.objects.current().on_floor(found.pk).order_by("survey", "at", "pk")
    name = f"survey-{found.slug}-{timezone.now():%Y-%m-%d}.csv"
    return HttpResponse(
        write_survey(points),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may_record
@never_cache
def survey_import(request: HttpRequest, floor: str) -> HttpResponse:
    """A file is looked over first: what it would add, or what is wrong with it. Then it is taken, unchanged."""
    found = floor_of(request, floor)
    context: dict[str, Any] = {"floor": found}
    if request.method != "POST":
        return render(request, "hospital/survey_import.html", context)
    try:
        name, text = _content(request)
        context |= {"look": look_over(found, text), "content": text, "name": name}
        if "confirm" in request.POST:
            stored = take_in(text=text, floor=found, name=name, by=request.user)
            messages.success(request, f"{stored} points added to the survey of {found.name}.")
            return redirect("survey", found.slug)
    except SurveyFileError as error:
        return render(request, "hospital/survey_import.html", context | {"error": error}, status=400)
    return render(request, "hospital/survey_import.html", context)


def look_over(floor: Floor, text: str) -> FileLook:
    """What storing the file would add; :class:`SurveyFileError` where it cannot be stored."""
    points = read_survey(text)
    heard = {receiver for signals in points.values() for receiver in signals}
    known = set(Receiver.objects.filter(floor=floor).values_list("identifier", flat=True))
    zones = list(Zone.objects.current().filter(floor=floor).order_by("name", "pk"))
    spots = [(x, y) for _, x, y, _ in points]
    bounds = bounds_of(floor, zones)
    outside = sum(not is_on_plan(bounds, spot) for spot in spots)
    return FileLook(len(points), len(heard), sorted(heard - known), outside, cover(zones, spots))


@transaction.atomic
def take_in(*, text: str, floor: Floor, name: str, by: Any) -> int:
    """Store a file as a survey, with one record in the trail for its points; how many they are."""
    survey = import_survey(text=text, floor=floor, device=name, by=by, at=timezone.now())
    count = survey.points.count()
    record_event(action=Action.CHANGE, obj=survey, detail=f"Imported: {count} points on {floor}")
    return count


def floor_of(request: HttpRequest, slug: str) -> Floor:
    """404 for a floor of a site not one's own."""
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    found: Floor = get_object_or_404(floors, slug=slug)
    return found


def _content(request: HttpRequest) -> tuple[str, str]:
    """Name and text of the file, or when it is confirmed, of what it held."""
    longest = Survey._meta.get_field("device").max_length
    if "confirm" in request.POST:
        return request.POST.get("name", "")[:longest] or "file", request.POST.get("content", "")
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise SurveyFileError("Choose a file that is not empty.")
    if file.size > MOST_OCTETS:
        raise SurveyFileError("The file has more than 1 MB: import it by manage.py import_survey.")
    try:
        return (file.name or "file")[:longest], file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SurveyFileError("The file is not text in UTF-8.") from error
