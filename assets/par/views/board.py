"""The par board, and the past of one level."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.par.files import par_csv
from assets.par.history import kept_between
from assets.par.models import ParLevel, Shortfall
from assets.par.standing import Standing, standings
from assets.views.fragments import wants_fragment

LOOKS_BACK = timedelta(days=7)


@require_safe
@permission_required("par.view_parlevel", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    """Every unit with its levels; ``short=1`` leaves those out that are kept."""
    lines = standings(request.user, timezone.now())
    is_short = request.GET.get("short") == "1"
    shown = [line for line in lines if line.kind or not is_short]
    context = {
        "units": by_unit(shown, own_unit(request.user)),
        "is_short": is_short,
        "count": len(lines),
        "critical": sum(line.kind == Shortfall.Kind.CRITICAL for line in lines),
        "short": sum(bool(line.missing) for line in lines),
        "over": sum(line.kind == Shortfall.Kind.MAXIMUM for line in lines),
        "undo": None if wants_fragment(request) else request.session.get("par_undo"),
    }
    return render(request, "par/_board.html" if wants_fragment(request) else "par/board.html", context)


def own_unit(user: Any) -> int | None:
    """The department of the person's own unit, if there is one."""
    return user.home_zone.department_id if getattr(user, "home_zone", None) else None


def by_unit(lines: list[Standing], own: int | None) -> list[tuple[str, list[Standing]]]:
    """The person's own unit first, then by name."""

    def place(line: Standing) -> tuple[bool, str]:
        is_own = line.level.department_id is not None and line.level.department_id == own
        return not is_own, line.level.unit_name

    ordered = sorted(lines, key=lambda line: (*place(line), line.level.category.name))
    return [(unit, list(group)) for (_, unit), group in groupby(ordered, key=place)]


@require_safe
@permission_required("par.view_parlevel", raise_exception=True)
def board_file(request: HttpRequest) -> HttpResponse:
    """The levels as a table that can be brought in again."""
    levels = ParLevel.objects.visible_to(request.user).with_unit()
    return HttpResponse(
        par_csv(levels),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="par-levels.csv"'},
    )


@require_safe
@permission_required("par.view_parlevel", raise_exception=True)
@never_cache
def level(request: HttpRequest, pk: int) -> HttpResponse:
    """How the level was kept in the last seven days."""
    thing = get_object_or_404(ParLevel.objects.visible_to(request.user).with_unit(), pk=pk)
    now = timezone.now()
    lines = standings(request.user, now, pk=pk)
    with timezone.override(ZoneInfo(thing.site.timezone)):
        context = {
            "level": thing,
            "lines": lines,
            "kept": kept_between(thing, now - LOOKS_BACK, now),
            "now": now,
        }
        return render(request, "par/level.html", context)
