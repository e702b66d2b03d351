"""The walk to what is due, and what came of coming for it."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.locating import Outcome
from assets.locating import log_attempt as log_looking
from assets.planning.models import Occurrence
from assets.planning.plans import PlanRefusedError, log_attempt
from assets.planning.views.shared import answer, may_walk, the_occurrence
from assets.planning.walking import DAYS, walk_for
from assets.planning.words import Why
from assets.units import units_for
from assets.views.fragments import wants_fragment
from assets.views.near import near_of

USUAL = 7


@require_safe
@may_walk
@never_cache
@vary_on_headers("HX-Request")
def walk(request: HttpRequest) -> HttpResponse:
    """``days``: how far ahead, 1, 7 or 30; ``near``: the room to begin at."""
    told = request.GET.get("days", "")
    if told and told not in map(str, DAYS):
        raise BadRequest("days: 1, 7 or 30.")
    days, near = int(told or USUAL), near_of(request)
    context = {
        "walk": walk_for(request.user, near=near, now=timezone.now(), days=days),
        "near": near,
        "days": days,
    }
    if wants_fragment(request):
        return render(request, "planning/_walk.html", context)
    return render(
        request, "planning/walk.html", context | {"choices": DAYS, "units": units_for(request.user)}
    )


@require_POST
@may_walk
@never_cache
def occurrence_attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """``why``: in_use or not_found, with a ``note``; where it was looked for is where it is shown."""
    one = the_occurrence(request, pk)
    return answer(request, lambda: _attempt(request, one), "maintenance-walk")


def _attempt(request: HttpRequest, one: Occurrence) -> None:
    why, now = request.POST.get("why", ""), timezone.now()
    if why not in Why.values:
        raise PlanRefusedError(_("why: in use, or could not be located."))
    place = getattr(getattr(one.asset, "now", None), "zone", None)
    with transaction.atomic():
        attempt = log_attempt(
            occurrence=one,
            why=Why(why),
            by=request.user,
            now=now,
            zone=place,
            note=request.POST.get("note", ""),
        )
        if why == Why.NOT_FOUND and attempt.at == now:
            looked_in = [place] if place else []
            log_looking(
                asset=one.asset, by=request.user, outcome=Outcome.NOT_FOUND, looked_in=looked_in, at=now
            )
