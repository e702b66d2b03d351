"""Home: the answer that each role comes for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.claims import claims_of
from assets.par.standing import Standing, standings
from assets.pool.messages import messages_for
from assets.tiles import asked_for_most, tiles_of
from assets.views.find import clock_of
from assets.words import LOOKS, Activity
from hospital.home_panels import Home, home_of
from hospital.home_work import gravest_alerts, pressing_work
from hospital.homes import (
    equipment_in_trouble,
    failing_endpoints,
    fleet_now,
    floors_now,
    system_state,
    whole_fleet,
)
from hospital.roles import Role
from locations.models import Zone

MOST_ENDPOINTS = 6


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    own = home_of(request.user)
    make = _HOMES[Role(getattr(request.user, "role", Role.NURSE))]
    template, context = make(request.user, own)
    with clock_of(context.get("near"), request.user):
        return render(request, template, context | {"now": timezone.now(), "home": own})


def _ward(user: Any, own: Home) -> tuple[str, dict[str, Any]]:
    near = (
        Zone.objects.visible_to(user)
        .current()
        .filter(pk=user.home_zone_id)
        .select_related("floor__building__site", "department")
        .first()
    )
    now = timezone.now()
    tiles = tiles_of(own.tiles, user=user, now=now) if own.tiles else []
    context = {
        "near": near,
        "of_unit": True,
        "tiles": tiles or asked_for_most(near=near, user=user, now=now),
        "claims": claims_of(user, now) if own.shows("claims") and user.has_perm("assets.claim_asset") else [],
        "lines": _par_of(user, near) if own.shows("par") else [],
        "pool_messages": messages_for(user, near, now) if own.shows("messages") else [],
    }
    return "hospital/home_nurse.html", context


def _par_of(user: Any, near: Zone | None) -> list[Standing]:
    """The levels of the person's own unit: its department and its room."""
    if near is None:
        return []
    of_room = standings(user, timezone.now(), zone=near.pk)
    if near.department_id is None:
        return of_room
    return [*standings(user, timezone.now(), department=near.department_id), *of_room]


def _workshop(user: Any, own: Home) -> tuple[str, dict[str, Any]]:
    failing = failing_endpoints(user)
    context = {
        "troubles": {trouble.key: trouble for trouble in equipment_in_trouble(user)},
        "failing_count": failing.count(),
        "failing": failing[:MOST_ENDPOINTS],
        "alerts": gravest_alerts(user) if own.shows("alerts") else None,
        "work": pressing_work(user) if own.shows("due") else None,
        "floors": floors_now(user) if own.shows("floors") else [],
    }
    return "hospital/home_biomed.html", context


def _fleet(user: Any, own: Home) -> tuple[str, dict[str, Any]]:
    lines = fleet_now(user)
    counts = whole_fleet(lines)
    owned, unheard, in_use = sum(counts.values()), counts[Activity.UNKNOWN], counts[Activity.IN_USE]
    context = {
        "fleets": lines,
        "owned": owned,
        "unheard": unheard,
        "heard": owned - unheard,
        "in_use": in_use,
        "in_use_share": 100 * in_use / (owned - unheard) if owned > unheard else None,
        "counts": [(look, value, counts[value]) for value, look in LOOKS.items()],
        "lines": [line for line in standings(user, timezone.now()) if line.kind] if own.shows("par") else [],
    }
    return "hospital/home_facilities.html", context


def _system(_user: Any, _own: Home) -> tuple[str, dict[str, Any]]:
    state = system_state()
    return "hospital/home_admin.html", {
        "state": state,
        "is_collecting": state.is_collecting(timezone.now()),
    }


_HOMES = {
    Role.NURSE: _ward,
    Role.BIOMED: _workshop,
    Role.FACILITIES: _fleet,
    Role.ADMIN: _system,
}
