"""What the pages of planning share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme

from assets.maintenance.events import WorkRefusedError
from assets.planning.models import Occurrence, Plan

may_see = permission_required(["planning.view_plan", "planning.view_occurrence"], raise_exception=True)
may_plan = permission_required(["planning.view_plan", "planning.make_plan"], raise_exception=True)
may_walk = permission_required(["planning.view_occurrence", "planning.walk_plans"], raise_exception=True)


def the_plan(request: HttpRequest, pk: int) -> Plan:
    plans = Plan.objects.visible_to(request.user).select_related("asset__model__category", "model__category")
    found: Plan = get_object_or_404(plans, pk=pk)
    return found


def the_occurrence(request: HttpRequest, pk: int) -> Occurrence:
    found: Occurrence = get_object_or_404(Occurrence.objects.visible_to(request.user), pk=pk)
    return found


def answer(request: HttpRequest, do: Callable[[], Any], otherwise: str) -> HttpResponse:
    """Does it and leads back to the page ``back`` names, else to ``otherwise``; why it was refused is told there."""
    try:
        do()
    except WorkRefusedError as refused:
        messages.error(request, str(refused))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else otherwise)
