"""Home: the answer that each role comes for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.units import asked_for_most
from assets.words import LOOKS, Activity
from hospital.homes import (
    equipment_in_trouble,
    failing_endpoints,
    fleet_now,
    system_state,
    whole_fleet,
)
from hospital.roles import Role
from locations.models import Zone

MOST_ENDPOINTS = 6


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    make = _HOMES[Role(getattr(request.user, "role", Role.NURSE))]
    template, context = make(request.user)
    return render(request, template, context | {"now": timezone.now()})


def _ward(user: Any) -> tuple[str, dict[str, Any]]:
    near = (
        Zone.objects.visible_to(user)
        .current()
        .filter(pk=user.home_zone_id)
        .select_related("floor__building", "department")
        .first()
    )
    tiles = asked_for_most(near=near, user=user, now=timezone.now())
    return "hospital/home_nurse.html", {"near": near, "tiles": tiles}


def _workshop(user: Any) -> tuple[str, dict[str, Any]]:
    failing = failing_endpoints(user)
    context = {
        "troubles": {trouble.key: trouble for trouble in equipment_in_trouble(user)},
        "failing_count": failing.count(),
        "failing": failing[:MOST_ENDPOINTS],
    }
    return "hospital/home_biomed.html", context


def _fleet(user: Any) -> tuple[str, dict[str, Any]]:
    lines = fleet_now(user)
    counts = whole_fleet(lines)
    owned, unheard, in_use = sum(counts.values()), counts[Activity.UNKNOWN], counts[Activity.IN_USE]
    context = {
        "lines": lines,
        "owned": owned,
        "unheard": unheard,
        "heard": owned - unheard,
        "in_use": in_use,
        "in_use_share": 100 * in_use / (owned - unheard) if owned > unheard else None,
        "counts": [(look, value, counts[value]) for value, look in LOOKS.items()],
    }
    return "hospital/home_facilities.html", context


def _system(_user: Any) -> tuple[str, dict[str, Any]]:
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
