"""Choosing what one's own home page shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Category
from assets.par.units import unit_named
from assets.units import units_for
from hospital.fleet_trends import fleet_trends
from hospital.home_panels import MOST_TILES, PANELS, choose_home, home_of, reset_home
from hospital.roles import Role
from locations.models import Zone


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def home_choice(request: HttpRequest) -> HttpResponse:
    """Parts with a number each for their order, tiles by category, and the unit; ``reset`` takes it all back."""
    person: Any = request.user
    if person.role not in PANELS:
        raise PermissionDenied  # this home page is the same for all
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        if "reset" in request.POST:
            reset_home(person=person)
            messages.success(request, gettext("Your home page is as it was at first."))
            return redirect("home")
        try:
            choose_home(person=person, panels=_panels(request), tiles=_tiles(request), zone=_zone(request))
        except ValidationError as error:
            problems = error.message_dict
        else:
            return redirect("home")
    return render(request, "hospital/home_choice.html", _context(request) | {"problems": problems})


def _panels(request: HttpRequest) -> list[str]:
    """Those ticked, by the numbers typed beside them; the same number keeps the order of the page."""
    offered = [panel.name for panel in PANELS[str(getattr(request.user, "role", ""))]]
    ticked = [name for name in offered if f"show-{name}" in request.POST]
    return sorted(ticked, key=lambda name: _number(request.POST.get(f"order-{name}", "")))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 999


def _tiles(request: HttpRequest) -> list[str]:
    return list(dict.fromkeys(slug for slug in request.POST.getlist("tile") if slug))


def _zone(request: HttpRequest) -> Zone | None:
    """The unit that is asked for; the one there is where the page asked for none."""
    asked = request.POST.get("zone")
    if asked is None:
        return getattr(request.user, "home_zone", None)
    if not asked:
        return None
    zone = unit_named(f"zone:{asked}", request.user)
    if not isinstance(zone, Zone):
        raise ValidationError({"zone": gettext("There is no such room at your sites.")})
    return zone


def _context(request: HttpRequest) -> dict[str, Any]:
    person: Any = request.user
    home = home_of(person)
    hidden = [panel for panel in PANELS[person.role] if not home.shows(panel.name)]
    lines = [(panel, True) for panel in home.panels] + [(panel, False) for panel in hidden]
    tiles = [*home.tiles, *[""] * (MOST_TILES - len(home.tiles))]
    return {
        "lines": [(number, panel, is_shown) for number, (panel, is_shown) in enumerate(lines, start=1)],
        "tiles": list(enumerate(tiles, start=1)),
        "has_tiles": person.role == Role.NURSE,
        "categories": Category.objects.filter(is_mobile=True),
        "units": units_for(person),
        "home": home,
    }


@require_safe
@permission_required("assets.view_activityinterval", raise_exception=True)
@never_cache
def home_trends(request: HttpRequest) -> HttpResponse:
    """Seven days of each category as small lines, fetched once the page is there."""
    return render(request, "hospital/_trends.html", {"trends": fleet_trends(request.user, timezone.now())})
