"""Find: the nearest ready piece of equipment, from where one stands, and the way to it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.claims import claims_of
from assets.find import Found, Hit, Readiness, clean_text, find_equipment, find_like, found_one
from assets.find.looking import place_of
from assets.find.way import draw_way
from assets.models import Asset
from assets.not_here import UNDO_WITHIN, is_wanted
from assets.searches import note_search
from assets.tiles import asked_for_most
from assets.units import Unit, unit_of, units_for
from assets.views.fragments import wants_fragment
from assets.views.near import near_of
from locations.models import Site, Zone

GROUPS = {Readiness.READY: _("Ready now"), Readiness.SOON: _("Soon"), Readiness.NOT: _("Not now")}
MOST_HITS = 30


@require_safe
@permission_required("assets.find_asset", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def find(request: HttpRequest) -> HttpResponse:
    """``q`` is what is looked for, ``near`` the primary key of the zone to count from."""
    text, near = clean_text(request.GET.get("q", "")), near_of(request)
    context = results(request, text, near)
    with clock_of(near, request.user):
        if wants_fragment(request):
            return render(request, "assets/_find_results.html", context)
        context["units"] = _units(request, near)
        return render(request, "assets/find.html", context)


@require_safe
@permission_required("assets.find_asset", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def find_way(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """The way to one piece, with what one says when one is there; asked for a fragment, the drawing alone.

    ``missed`` and ``lost`` name pieces that the person has just come from: not seen there, or claimed by others.
    """
    near, now = near_of(request), timezone.now()
    asset = one_asset(request, asset_tag)
    hit = found_one(asset=asset, near=near, user=request.user, now=now)
    row = getattr(hit.asset, "now", None)
    place = place_of(hit.asset)
    whole = Zone.objects.select_related("floor__building").get(pk=place.pk) if place else None
    origin = Zone.objects.select_related("floor__building").get(pk=near.pk) if near else None
    spot = (row.x, row.y) if row is not None and row.x is not None and row.zone_id else None
    context = {
        "hit": hit,
        "near": near,
        "way": draw_way(origin, whole, spot),
        "text": request.GET.get("q", ""),
    }
    with clock_of(near, request.user):
        if wants_fragment(request):
            return render(request, "assets/_way.html", context)
        return render(request, "assets/find_way.html", context | _come_from(request, near))


def results(request: HttpRequest, text: str, near: Zone | None) -> dict[str, Any]:
    """What the list shows: what was found, or tiles; and what the person holds."""
    now = timezone.now()
    context: dict[str, Any] = {"text": text, "near": near, "now": now}
    context["claims"] = claims_of(request.user, now) if request.user.has_perm("assets.claim_asset") else []
    if text:
        found = find_equipment(text=text, near=near, user=request.user, now=now, limit=MOST_HITS)
        note_search(text=text, near=near, user=request.user, found=found, now=now)
        context |= {"found": found, "groups": _groups(found), "best": found.hits[0] if found.hits else None}
    else:
        context["tiles"] = asked_for_most(near=near, user=request.user, now=now)
    return context


def next_free(request: HttpRequest, text: str, asset: Asset, near: Zone | None) -> Hit | None:
    """The next one to go for: of what was asked for, else of the same category."""
    now = timezone.now()
    if text:
        found = find_equipment(text=text, near=near, user=request.user, now=now, limit=MOST_HITS)
        free = next((hit for hit in found.hits if hit.is_free and hit.asset.pk != asset.pk), None)
        if free is not None:
            return free
    return find_like(asset=asset, near=near, user=request.user, now=now, limit=MOST_HITS).next_free


def one_asset(request: HttpRequest, asset_tag: str) -> Asset:
    assets = Asset.objects.visible_to(request.user).in_service().select_related("model__category", "site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    return asset


def clock_of(near: Zone | None, user: Any) -> Any:
    """Times are told by the clock of the site where the person stands, else of the first that they may see."""
    site = near.floor.building.site if near else Site.objects.visible_to(user).order_by("pk").first()
    return timezone.override(ZoneInfo(site.timezone) if site else None)


def _come_from(request: HttpRequest, near: Zone | None) -> dict[str, Any]:
    """The piece that the person was just at, and what became of it."""
    now = timezone.now()
    told: dict[str, Any] = {}
    for name in ("missed", "lost"):
        assets = Asset.objects.visible_to(request.user).filter(asset_tag=request.GET.get(name, ""))
        if (asset := assets.first()) is not None:
            told[name] = found_one(asset=asset, near=near, user=request.user, now=now)
    if "missed" in told:
        asset = told["missed"].asset
        told["is_wanted"] = is_wanted(asset, now)
        told["can_undo"] = asset.not_here.filter(by=request.user.pk, at__gt=now - UNDO_WITHIN).exists()
    return told


def _units(request: HttpRequest, near: Zone | None) -> list[Unit]:
    units = units_for(request.user)
    if near is not None and near.pk not in {unit.zone_id for unit in units}:
        units.insert(0, unit_of(near))
    return units


def _groups(found: Found) -> list[tuple[str, Any, int, list[Hit]]]:
    """What there is of each readiness: name, title, how many in all, and the best of them."""
    counts = {Readiness.READY: found.ready, Readiness.SOON: found.soon, Readiness.NOT: found.others}
    groups = [
        (key.value, str(title), counts[key], [hit for hit in found.hits if hit.readiness == key])
        for key, title in GROUPS.items()
    ]
    return [group for group in groups if group[3]]
