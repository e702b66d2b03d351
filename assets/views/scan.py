"""Scan: from the code before one to the thing it sticks on, or several things one after the other into a room."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.models import Asset
from assets.scanning import Scanned, resolve_code
from assets.scanning.addresses import name_of_room
from locations.models import Zone

DEEDS = {
    "open": pgettext_lazy("what a scan does", "Open"),
    "place": pgettext_lazy("what a scan does", "Place"),
    "cleaned": _("Cleaned"),
}
"""What a scan does, and the words for it."""
MOST_ROOMS = 500
"""A longer list is of no use on a phone: those are scanned or typed."""


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
@csp_update({"script-src": ["'wasm-unsafe-eval'"]})  # the reader, which is WebAssembly
def scan(request: HttpRequest) -> HttpResponseBase:
    """``code``: what was scanned. ``do``: one of :data:`DEEDS`. ``in``: the room to place in.

    ``then``: a page of ours that goes on with what was scanned, as ``?asset=``.
    """
    deed = request.GET.get("do") or "open"
    if deed not in DEEDS or (deed != "open" and not request.user.has_perm("assets.place_asset")):
        raise BadRequest("do: your role cannot do this by scanning.")
    code = request.GET.get("code", "")
    scanned = resolve_code(code, request.user) if code.strip() else None
    if scanned and deed == "open" and (address := _address_of(scanned, request)):
        return redirect(address)
    context: dict[str, Any] = {
        "deed": deed,
        "deed_words": DEEDS[deed],
        "deeds": DEEDS.items() if request.user.has_perm("assets.place_asset") else [],
        "scanned": scanned,
        "room": _room(request),
        "rooms": _rooms(request) if deed == "place" else [],
        "then": _then(request),
        "now": timezone.now(),
    }
    return render(request, "assets/scan.html", context)


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
def asset_label(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """What is in the code of a label; it is printed on metal, so this address stays."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
    return redirect("asset", asset.asset_tag)


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
def room_label(request: HttpRequest, floor: str, code: str) -> HttpResponse:
    rooms = Zone.objects.visible_to(request.user).current().select_related("floor")
    room = get_object_or_404(rooms, floor__slug=floor, code=code)
    return redirect(f"{reverse('scan')}?{urlencode({'code': name_of_room(room)})}")


def _address_of(scanned: Scanned, request: HttpRequest) -> str:
    """Where a single piece that is beyond doubt leads to."""
    if len(scanned.assets) != 1 or scanned.rooms or scanned.warnings:
        return ""
    tag = scanned.assets[0].asset_tag
    if then := _then(request):
        return f"{then}{'&' if '?' in then else '?'}{urlencode({'asset': tag})}"
    return reverse("asset", args=[tag])


def _then(request: HttpRequest) -> str:
    """Only a page of this site: a link from elsewhere cannot lead people away."""
    then = request.GET.get("then", "")
    is_ours = then.startswith("/") and url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if is_ours else ""


def _visible_rooms(request: HttpRequest) -> QuerySet[Zone]:
    return Zone.objects.visible_to(request.user).current().select_related("floor__building")


def _room(request: HttpRequest) -> Zone | None:
    asked = request.GET.get("in", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
        raise BadRequest("“in” is the number of a room.")
    room: Zone = get_object_or_404(_visible_rooms(request), pk=int(asked))
    return room


def _rooms(request: HttpRequest) -> list[Zone]:
    rooms = _visible_rooms(request).order_by("floor__building__name", "floor__level", "name")
    found = list(rooms[: MOST_ROOMS + 1])
    return found if len(found) <= MOST_ROOMS else []
