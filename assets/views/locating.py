"""The page for what is not where it is shown: where to look, ticked off, and found or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.locating import (
    UNABLE_AFTER,
    Outcome,
    attempts_since_found,
    heard_by,
    last_places,
    log_attempt,
    where_its_like_are,
)
from assets.models import Asset
from assets.not_here import missed_of
from assets.placing import PlacingRefusedError
from locations.models import Zone
from locations.place_words import place_words

MOST_ROOMS = 40


@dataclass(slots=True)
class Room:
    """One line of the list: a room, and why it is worth a look."""

    zone: Zone
    beside: str
    why: list[str] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("assets.locate_asset", raise_exception=True)
@never_cache
def locate(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """Posted: ``looked_in`` (rooms, by primary key), and ``found`` (a room) or, without, not found."""
    assets = Asset.objects.visible_to(request.user).in_service().with_place().select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    if request.method == "POST":
        return _note(request, asset)
    with timezone.override(ZoneInfo(asset.site.timezone)):
        attempts = attempts_since_found(asset)
        context = {
            "asset": asset,
            "now": asset.now_as_of(timezone.now()),
            "rooms": _rooms(request, asset),
            "heard": heard_by(asset),
            "missed": missed_of(asset, request.user, timezone.now()),
            "attempts": attempts,
            "is_unable": len(attempts) >= UNABLE_AFTER,
        }
        return render(request, "assets/locate.html", context)


def _note(request: HttpRequest, asset: Asset) -> HttpResponse:
    found = request.POST.get("found", "")
    zones = _zones(request, asset, [*request.POST.getlist("looked_in"), *([found] if found else [])])
    looked_in = [zones[int(pk)] for pk in request.POST.getlist("looked_in")]
    room = zones[int(found)] if found else None
    if room is not None and not request.user.has_perm("assets.place_asset"):
        raise PermissionDenied
    outcome = Outcome.FOUND if room is not None else Outcome.NOT_FOUND
    try:
        log_attempt(asset=asset, by=request.user, outcome=outcome, looked_in=looked_in, found_in=room)
    except PlacingRefusedError as refused:
        messages.error(request, str(refused))
        return redirect("locate", asset_tag=asset.asset_tag)
    if room is not None:
        messages.success(request, _("%(tag)s is in %(room)s.") % {"tag": asset.asset_tag, "room": room.name})
        return redirect("asset", asset_tag=asset.asset_tag)
    messages.info(request, _("Noted: %(tag)s was not found.") % {"tag": asset.asset_tag})
    return redirect("locate", asset_tag=asset.asset_tag)


def _zones(request: HttpRequest, asset: Asset, keys: list[str]) -> dict[int, Zone]:
    if len(keys) > MOST_ROOMS or not all(key.isascii() and key.isdecimal() and len(key) < 18 for key in keys):
        raise BadRequest("looked_in, found: rooms are told by their numbers.")
    wanted = {int(key) for key in keys}
    zones: dict[int, Zone] = (
        Zone.objects.visible_to(request.user)
        .current()
        .in_site(asset.site_id)
        .select_related("floor__building")
    ).in_bulk(wanted)
    if len(zones) != len(wanted):
        raise BadRequest("looked_in, found: there is no such room at the site of this equipment.")
    return zones


def _rooms(request: HttpRequest, asset: Asset) -> list[Room]:
    """Every room worth a look once, in the order of hope: last places, who heard it, where its like are, its home."""
    words = place_words(asset.site_id)
    rooms: dict[int, Room] = {}

    def note(zone: Zone | None, why: str) -> None:
        if zone is not None and zone.retired_at is None:
            rooms.setdefault(zone.pk, Room(zone, words.beside(zone.pk))).why.append(why)

    for stay in last_places(asset):
        came = date_format(timezone.localtime(stay.begin), "j M H:i")
        note(stay.zone, _("was there from %(at)s") % {"at": came})
    for passed in heard_by(asset):
        note(passed.zone, _("heard there at %(at)s") % {"at": f"{timezone.localtime(passed.at):%H:%M}"})
    for pile in where_its_like_are(asset, request.user):
        note(pile.zone, _("%(count)d of its kind are there") % {"count": pile.count})
    note(asset.home_zone, _("it belongs there"))
    return list(rooms.values())
