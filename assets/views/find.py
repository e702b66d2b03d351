"""Find: the nearest ready piece of equipment, from where one stands."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.find import Found, Hit, Readiness, clean_text, find_equipment
from assets.units import Unit, asked_for_most, unit_of, units_for
from assets.views.fragments import wants_fragment
from locations.models import Zone

GROUPS = {Readiness.READY: "Ready now", Readiness.SOON: "Soon", Readiness.NOT: "Not now"}
MOST_HITS = 30


@require_safe
@permission_required("assets.find_asset", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def find(request: HttpRequest) -> HttpResponse:
    """``q`` is what is looked for, ``near`` the primary key of the zone to count from."""
    text = clean_text(request.GET.get("q", ""))
    near, now = _near(request), timezone.now()
    context: dict[str, Any] = {"text": text, "near": near, "now": now}
    if text:
        found = find_equipment(text=text, near=near, user=request.user, now=now, limit=MOST_HITS)
        context |= {"found": found, "groups": _groups(found)}
    else:
        context["tiles"] = asked_for_most(near=near, user=request.user, now=now)
    if wants_fragment(request):
        return render(request, "assets/_find_results.html", context)
    context["units"] = _units(request, near)
    return render(request, "assets/find.html", context)


def _near(request: HttpRequest) -> Zone | None:
    """The zone asked for, else the one asked for last, else the person's own."""
    zones = Zone.objects.visible_to(request.user).current().select_related("floor__building", "department")
    if asked := request.GET.get("near", ""):
        if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
            raise BadRequest("“near” is the number of a zone.")
        zone: Zone = get_object_or_404(zones, pk=int(asked))
        if request.session.get("near") != zone.pk:
            request.session["near"] = zone.pk
        return zone
    remembered = request.session.get("near") or getattr(request.user, "home_zone_id", None)
    return zones.filter(pk=remembered).first() if remembered else None


def _units(request: HttpRequest, near: Zone | None) -> list[Unit]:
    units = units_for(request.user)
    if near is not None and near.pk not in {unit.zone_id for unit in units}:
        units.insert(0, unit_of(near))
    return units


def _groups(found: Found) -> list[tuple[str, str, int, list[Hit]]]:
    """What there is of each readiness: name, title, how many in all, and the best of them."""
    counts = {Readiness.READY: found.ready, Readiness.SOON: found.soon, Readiness.NOT: found.others}
    groups = [
        (key.value, title, counts[key], [hit for hit in found.hits if hit.readiness == key])
        for key, title in GROUPS.items()
    ]
    return [group for group in groups if group[3]]
