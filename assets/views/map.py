"""The floor map: its page, the way to the right floor, and the card of one asset."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.models import Asset
from assets.words import LOOKS
from locations.models import Building, Floor, Zone


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def map_home(request: HttpRequest) -> HttpResponse:
    """On to the person's own floor, else to the lowest one from the ground floor up."""
    floors = Floor.objects.visible_to(request.user)
    own_floor = _own_zone(request).values("floor")
    floor = floors.filter(pk__in=own_floor).first() or floors.filter(level__gte=0).first() or floors.first()
    if floor is None:
        return render(request, "assets/map_none.html")
    return redirect(_with_query("map", request, floor.slug))


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def floor_map(request: HttpRequest, floor: str) -> HttpResponse:
    """``?asset=TAG`` opens that asset; where it is on another floor by now, that floor's map answers."""
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    this = get_object_or_404(floors, slug=floor)
    chosen = _chosen(request)
    place = getattr(chosen, "now", None)
    if place is not None and place.floor is not None and place.floor.pk != this.pk:
        return redirect(_with_query("map", request, place.floor.slug))
    context = {
        "floor": this,
        "sections": floors_by_building(request.user, this.building),
        "chosen": chosen,
        "looks": LOOKS,
        "own_zone": _own_zone(request).filter(floor=this).first(),
    }
    return render(request, "assets/map.html", context)


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def map_card(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """What the map says about one asset, as a part of a page."""
    assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
    asset = get_object_or_404(assets, asset_tag=asset_tag)
    with timezone.override(asset.site.timezone):
        return render(
            request, "assets/map_card.html", {"asset": asset, "now": asset.now_as_of(timezone.now())}
        )


def _own_zone(request: HttpRequest) -> QuerySet[Zone]:
    """The person's own unit, as none or one."""
    return Zone.objects.filter(pk=getattr(request.user, "home_zone_id", None) or 0)


def _chosen(request: HttpRequest) -> Asset | None:
    tag = request.GET.get("asset", "")
    chosen: Asset | None = Asset.objects.visible_to(request.user).with_place().filter(asset_tag=tag).first()
    return chosen if tag else None


def floors_by_building(user: Any, here: Building) -> list[tuple[Building, list[Floor]]]:
    """Every building that the person may see with its floors from the top down, the one shown first."""
    floors = (
        Floor.objects.visible_to(user)
        .select_related("building")
        .defer("outline")
        .order_by("building__name", "building", "-level")
    )
    sections = [(building, list(storeys)) for building, storeys in groupby(floors, lambda f: f.building)]
    return sorted(sections, key=lambda section: section[0].pk != here.pk)


def _with_query(name: str, request: HttpRequest, slug: str) -> str:
    query = request.GET.urlencode()
    return reverse(name, args=[slug]) + (f"?{query}" if query else "")
