"""What was in a room between two times: table, file and chart."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.history import Period
from assets.models import Category, Stay
from assets.playback.charts import occupancy_chart
from assets.playback.rooms import LONGEST, installed_in, occupancy, presences, room_through_time, stays_in
from assets.tables import safe_cell
from assets.views.playback import as_file, may_look_back, minutes, told
from assets.words import LOOKS
from locations.models import Zone

PAGE_SIZE = 100
MOST_ROWS = 20_000
LARGEST_KEY = 2**63 - 1
HEADINGS = (
    "Asset tag", "Model", "Category", "From", "To", "Minutes in this period", "Minutes not heard",
    "Activity while there", "Came from", "Went to", "Room as it was called",
)  # fmt: skip


@require_safe
@may_look_back
@never_cache
def room_history(request: HttpRequest, zone: int) -> HttpResponse:
    """``from`` and ``to`` (2026-03-02T14:00, by the site's clock; by default the last hour), ``category``, ``page``."""
    room, now = _room(request, zone), timezone.now()
    clock = _clock(room)
    period = _period(request, clock, now)
    rooms = room_through_time(room)
    stays = _stays(request, rooms, period)
    page = Paginator(stays, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "room": room,
        "earlier": [each for each in rooms if each.pk != room.pk],
        "period": period,
        "begin_field": _field(period.begin, clock),
        "end_field": _field(period.end, clock),
        "page": page,
        "presences": presences(list(page.object_list), period, now=now),
        "category": request.GET.get("category", ""),
        "categories": Category.objects.all(),
        "installed": installed_in(rooms).visible_to(request.user),  # type: ignore[attr-defined]
        "is_future": period.begin > now,
        "first": _first(rooms) if not page.paginator.count else None,
        "query": _query(request, period, clock),
        "date": period.begin.astimezone(clock).date(),
        "at": f"{period.begin.astimezone(clock):%H:%M}",
    }
    with timezone.override(clock):
        return render(request, "assets/room_history.html", context)


@require_safe
@may_look_back
@never_cache
def room_history_file(request: HttpRequest, zone: int) -> HttpResponse:
    """The same rows for a spreadsheet, all pages of them."""
    room, now = _room(request, zone), timezone.now()
    clock = _clock(room)
    period = _period(request, clock, now)
    stays = list(_stays(request, room_through_time(room), period)[:MOST_ROWS])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for each in presences(stays, period, now=now):
        writer.writerow(
            safe_cell(cell)
            for cell in (
                each.asset.asset_tag,
                each.asset.model,
                each.asset.model.category.name,
                told(each.begin, clock),
                told(each.end, clock),
                minutes(each.length),
                minutes(each.unheard),
                ", ".join(f"{LOOKS[s.activity].word} {minutes(s.length)} min" for s in each.shares),
                each.came_from and each.came_from.zone.name,
                each.went_to and each.went_to.zone.name,
                each.zone.name,
            )
        )
    return as_file(out.getvalue(), f"room-{room.pk}-{period.begin.astimezone(clock):%Y-%m-%d-%H%M}.csv")


@require_safe
@may_look_back
@never_cache
def room_history_chart(request: HttpRequest, zone: int) -> JsonResponse:
    """How many were in the room, as a Vega-Lite specification."""
    room, now = _room(request, zone), timezone.now()
    clock = _clock(room)
    period = _period(request, clock, now)
    stays = Stay.objects.filter(zone__in=room_through_time(room)).overlapping(period.begin, period.end)
    chosen = _of_category(request, stays.visible_to(request.user))
    until = min(max(now, period.begin), period.end)
    return JsonResponse(occupancy_chart(occupancy(chosen[:MOST_ROWS], period), period, clock, until=until))


def _room(request: HttpRequest, key: int) -> Zone:
    if key > LARGEST_KEY:
        raise Http404("No such room.")
    rooms = Zone.objects.visible_to(request.user).select_related("floor__building__site", "department")
    room: Zone = get_object_or_404(rooms, pk=key)
    return room


def _clock(room: Zone) -> ZoneInfo:
    return ZoneInfo(room.floor.building.site.timezone)


def _stays(request: HttpRequest, rooms: list[Zone], period: Period) -> QuerySet[Stay]:
    stays: Any = stays_in(rooms, period)
    return _of_category(request, stays.visible_to(request.user))


def _of_category(request: HttpRequest, stays: QuerySet[Stay]) -> QuerySet[Stay]:
    slug = request.GET.get("category")
    if not slug:
        return stays
    if not Category.objects.filter(slug=slug).exists():
        raise BadRequest("category: no such category.")
    return stays.filter(asset__model__category__slug=slug)


def _period(request: HttpRequest, clock: ZoneInfo, now: datetime) -> Period:
    end = _moment(request, "to", clock) or now
    begin = _moment(request, "from", clock) or end - timedelta(hours=1)
    if not begin < end:
        raise BadRequest("to: the end is after the begin.")
    if end - begin > LONGEST:
        raise BadRequest(f"to: at most {LONGEST.days} days are shown at once.")
    return Period(begin, end)


def _moment(request: HttpRequest, name: str, clock: ZoneInfo) -> datetime | None:
    """A moment as the browser's field writes it, by the site's clock; one with an offset is taken as it is."""
    text = request.GET.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"{name}: a time is written as in 2026-03-02T14:00.") from error
    if not 1990 <= moment.year <= 2200:
        raise BadRequest(f"{name}: no such time is in any history.")
    return moment if moment.tzinfo else moment.replace(tzinfo=clock)


def _field(moment: datetime, clock: ZoneInfo) -> str:
    return f"{moment.astimezone(clock):%Y-%m-%dT%H:%M}"


def _query(request: HttpRequest, period: Period, clock: ZoneInfo) -> str:
    """What chart and file are asked for: the period as it is shown, with its offset."""
    query = request.GET.copy()
    query.pop("page", None)
    query["from"] = period.begin.astimezone(clock).isoformat(timespec="seconds")
    query["to"] = period.end.astimezone(clock).isoformat(timespec="seconds")
    return query.urlencode()


def _first(rooms: list[Zone]) -> datetime | None:
    """When anything was first recorded in the room."""
    return Stay.objects.filter(zone__in=rooms).order_by("begin").values_list("begin", flat=True).first()
