"""Where a wall display is signed in: on the screen itself, by the code that its administrator was given."""

from __future__ import annotations

import math
from http import HTTPStatus

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hospital.address import client_address
from hospital.audit.events import record_delay, record_sign_in_event
from hospital.audit.models import Action
from hospital.displays import SESSION_LASTS, claim_display
from hospital.throttle import claim_attempt, forgive

ATTEMPTED = "a wall display"
"""Stands for the account in the count of wrong attempts: a code names none."""
WRONG = (
    "This code is not known, was used already, or is older than a day. An administrator can give a new one."
)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def enter_display(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "hospital/enter_display.html")
    address = client_address(request)
    wait = claim_attempt(username=ATTEMPTED, address=address, now=timezone.now())
    if wait:
        record_delay(username=ATTEMPTED, request=request)
        said = f"Too many attempts. Try again in {math.ceil(wait.total_seconds())} seconds."
        return _refused(request, said, HTTPStatus.TOO_MANY_REQUESTS)
    display = claim_display(request.POST.get("code", "")[:100], now=timezone.now())
    floor = display.floors.order_by("building", "level").first() if display else None
    if display is None or floor is None:
        record_sign_in_event(action=Action.SIGN_IN_FAILED, username=ATTEMPTED, request=request)
        return _refused(request, WRONG, HTTPStatus.OK)
    forgive(username=ATTEMPTED, address=address)
    login(request, display.account)
    request.session.set_expiry(SESSION_LASTS)
    return redirect("wall", floor.slug)


def _refused(request: HttpRequest, said: str, status: HTTPStatus) -> HttpResponse:
    return render(request, "hospital/enter_display.html", {"error": said}, status=status)
