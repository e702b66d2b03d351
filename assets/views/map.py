"""The floor map: its page, the way to the right floor, and the card of one asset."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.live.rights import may_watch
from assets.models import Asset
from assets.words import LOOKS
from locations.models import Building, Floor, Zone

MOST_BESIDE = 3


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
    beside = _beside(request, this)
    if beside:
        floors_shown = sorted([this, *beside], key=lambda storey: -storey.level)
        context = {"floor": this, "floors": floors_shown, "looks": LOOKS}
        return render(request, "assets/map_beside.html", context)
    sections = floors_by_building(request.user, this.building)
    context = {
        "floor": this,
        "sections": sections,
        "others": _others(sections[0][1], this),
        "chosen": chosen,
        "looks": LOOKS,
        "own_zone": _own_zone(request).filter(floor=this).first(),
    }
    return render(request, "assets/map.html", context)


@require_safe
@never_cache
def wall(request: HttpRequest, floor: str) -> HttpResponse:
    """The floor for a screen on a wall, for people and for the display's own account."""
    if not may_watch(request.user):
        raise PermissionDenied
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    this = get_object_or_404(floors, slug=floor)
    return render(
        request, "assets/wall.html", {"floor": this, "looks": LOOKS, "version": settings.STATIC_VERSION}
    )


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


def _beside(request: HttpRequest, this: Floor) -> list[Floor]:
    """Further floors of the building that ``?with=slug,slug`` names, from the top down; at most three."""
    slugs = [slug for slug in request.GET.get("with", "").split(",") if slug != this.slug]
    floors = Floor.objects.visible_to(request.user).filter(building=this.building, slug__in=slugs)
    return list(floors.order_by("-level")[:MOST_BESIDE]) if slugs != [""] else []


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


def _others(storeys: list[Floor], this: Floor) -> str:
    """Slugs of the floors of the building that are nearest to this one."""
    others = sorted(
        (abs(storey.level - this.level), storey.slug) for storey in storeys if storey.pk != this.pk
    )
    return ",".join(slug for _, slug in others[:MOST_BESIDE])


def _with_query(name: str, request: HttpRequest, slug: str) -> str:
    query = request.GET.urlencode()
    return reverse(name, args=[slug]) + (f"?{query}" if query else "")
