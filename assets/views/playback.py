"""Past days on the floor plan: the page with its slider, what it draws from, and the day of one asset."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from assets.history import Period
from assets.models import Asset, Stay
from assets.playback.days import Day
from assets.playback.floors import SLOTS, density, floor_changes, window_for
from assets.playback.rooms import Presence, presences, with_neighbours
from assets.playback.ways import kept_since
from assets.tables import safe_cell
from assets.views.map import floors_by_building
from assets.words import LOOKS
from locations.models import Floor

MAY_LOOK_BACK = ("assets.view_asset", "assets.view_stay", "assets.view_activityinterval")
may_look_back = permission_required(MAY_LOOK_BACK, raise_exception=True)
_LONGEST = timedelta(hours=26)
_MORNING = "08:00"
_FAR_US = 10**11


@require_safe
@may_look_back
@never_cache
def floor_playback(request: HttpRequest, floor: str) -> HttpResponse:
    """``day`` (2026-03-02, by default today) and ``at`` (14:05, by the site's clock); ``asset`` follows one."""
    this, now = _floor(request, floor), timezone.now()
    zone = ZoneInfo(this.building.site.timezone)
    day = asked_day(request, zone)
    period, asset = day.period, _asset(request)
    counts = density(this, period)
    facts = {
        "begin": int(period.begin.timestamp()),
        "length": int(period.length.total_seconds()),
        "until": int((min(max(now, period.begin), period.end) - period.begin).total_seconds()),
        "at": int((_moment(request, day, now) - period.begin).total_seconds()),
        "shifts": day.shifts,
        "density": counts,
        "slot": int(SLOTS.total_seconds()),
        "window": int(window_for(counts).total_seconds()),
    }
    context = {
        "floor": this,
        "sections": floors_by_building(request.user, this.building),
        "looks": LOOKS,
        "day": day.date,
        "yesterday": day.date - timedelta(days=1),
        "tomorrow": day.date + timedelta(days=1) if period.end <= now else None,
        "is_future": period.begin > now,
        "is_kept": period.begin >= kept_since(now),
        "kept_since": kept_since(now),
        "facts": facts,
        "asset": asset,
        "presences": asset_day(asset, day, now) if asset else [],
    }
    with timezone.override(zone):
        return render(request, "assets/playback.html", context)


@require_safe
@may_look_back
@never_cache
@gzip_page
def floor_playback_changes(request: HttpRequest, floor: str) -> HttpResponse:
    """What :func:`floor_changes` tells of ``from`` to ``to``, seconds since 1970 (by default today); of one ``asset``
    alone if named."""
    this, now = _floor(request, floor), timezone.now()
    today = Day.of(now, ZoneInfo(this.building.site.timezone)).period
    period = Period(_second(request, "from", today.begin), _second(request, "to", today.end))
    if not timedelta() < period.length <= _LONGEST:
        raise BadRequest("to: after “from”, and no more than a day.")
    told = floor_changes(this, period, now=now, asset=_asset(request))
    return HttpResponse(orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS), content_type="application/json")


@require_safe
@may_look_back
@never_cache
def asset_playback(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """On to the floor and the time of its longest stay on the ``day``, else to where it is now, else to any floor."""
    asset = _known_asset(request, asset_tag)
    day = asked_day(request, ZoneInfo(asset.site.timezone))
    floors = Floor.objects.visible_to(request.user)
    longest = max(asset_day(asset, day, timezone.now()), key=lambda stay: stay.length, default=None)
    place = getattr(asset, "now", None)
    key = longest.zone.floor_id if longest else getattr(place, "floor_id", None)
    floor = floors.filter(pk=key or 0).first() or floors.first()
    if floor is None:
        return render(request, "assets/map_none.html")
    query = request.GET.copy()
    if longest and "at" not in query:
        begin = max(longest.begin, day.period.begin) + timedelta(microseconds=999_999)  # it had begun by then
        query["at"] = f"{begin.astimezone(day.zone):%H:%M:%S}"
    query["day"], query["asset"] = day.date.isoformat(), asset.asset_tag
    return redirect(f"{reverse('playback', args=[floor.slug])}?{query.urlencode()}")


@require_safe
@may_look_back
@never_cache
def asset_day_file(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """The rooms of a ``day``, for a spreadsheet."""
    asset = _known_asset(request, asset_tag)
    day = asked_day(request, ZoneInfo(asset.site.timezone))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("Asset tag", "Room", "Floor", "From", "To", "Minutes in this day", "Minutes not heard"))
    for each in asset_day(asset, day, timezone.now()):
        place = [each.zone.name, each.zone.floor.name]
        times = [told(each.begin, day.zone), told(each.end, day.zone)]
        writer.writerow(
            safe_cell(cell)
            for cell in (asset.asset_tag, *place, *times, minutes(each.length), minutes(each.unheard))
        )
    return as_file(out.getvalue(), f"{asset.asset_tag}-{day.date}.csv")


def asset_day(asset: Asset, day: Day, now: datetime) -> list[Presence]:
    """The stays of a day as far as it has gone."""
    period = Period(day.period.begin, min(day.period.end, max(now, day.period.begin + timedelta(seconds=1))))
    stays = Stay.objects.filter(asset=asset).overlapping(period.begin, period.end).order_by("begin")
    return presences(list(with_neighbours(stays)), period, now=now)


def asked_day(request: HttpRequest, zone: ZoneInfo) -> Day:
    text = request.GET.get("day")
    if not text:
        return Day.of(timezone.now(), zone)
    try:
        return Day.named(text, zone)
    except ValueError as error:
        raise BadRequest(f"day: {error}.") from error


def as_file(content: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def told(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def minutes(length: timedelta) -> str:
    return f"{length / timedelta(minutes=1):.1f}"


def _moment(request: HttpRequest, day: Day, now: datetime) -> datetime:
    """The instant asked for; else now, or on an earlier day the morning."""
    text, period = request.GET.get("at"), day.period
    try:
        moment = day.moment(text or _MORNING) if text or period.end <= now else now
    except ValueError as error:
        raise BadRequest(f"at: {error}.") from error
    return min(max(moment, period.begin), max(period.begin, min(period.end, now)))


def _floor(request: HttpRequest, slug: str) -> Floor:
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    floor: Floor = get_object_or_404(floors, slug=slug)
    return floor


def _asset(request: HttpRequest) -> Asset | None:
    tag = request.GET.get("asset")
    return _known_asset(request, tag) if tag else None


def _known_asset(request: HttpRequest, tag: str) -> Asset:
    assets = Asset.objects.visible_to(request.user).select_related("site", "model__category", "now")
    asset: Asset = get_object_or_404(assets, asset_tag=tag)
    return asset


def _second(request: HttpRequest, name: str, default: datetime) -> datetime:
    text = request.GET.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and int(text[:12]) < _FAR_US and len(text) < 12):
        raise BadRequest(f"{name}: whole seconds since 1970.")
    return datetime.fromtimestamp(int(text), ZoneInfo("UTC"))
