"""How tiring alerts are, and which rule to change."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.alerts.fatigue import FEWEST, WITHIN, measure


@require_safe
@permission_required("alerts.view_fatigue", raise_exception=True)
@never_cache
def fatigue(request: HttpRequest) -> HttpResponse:
    context = {
        "fatigue": measure(user=request.user, now=timezone.now()),
        "within": WITHIN,
        "fewest": FEWEST,
    }
    return render(request, "alerts/fatigue.html", context)
