"""An order at the equipment: the form for a phone, that keeps what it has no network for, and the sheet on paper."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.labels.symbols import Symbology, draw_symbol
from assets.maintenance.bedside import Used, record_work
from assets.maintenance.models import WorkOrder
from assets.maintenance.signatures import read_signature
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.views.common import REFUSALS, may_move, may_see, the_order, whole
from assets.maintenance.views.pages import whole_order
from assets.maintenance.words import OPEN, Outcome, State
from assets.transitions import open_to


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def work_bedside(request: HttpRequest, number: int) -> HttpResponse:
    """Sent by its script through the outbox; a browser without scripts posts it here."""
    order = the_order(request, number)
    if request.method == "POST":
        try:
            record_work(order=order, by=request.user, at=timezone.now(), **_told(request))
        except REFUSALS as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("It is with the order."))
        return redirect("work-bedside", number)
    context = {
        "order": order,
        "asset": order.asset,
        "now": order.asset.now_as_of(timezone.now()),
        "outcomes": Outcome.choices,
        "ways": {state: _steps(order, state, request.user) for state in OPEN},
        "states": {state.value: str(state.label) for state in State},
        "steps": open_to(TRANSITIONS, order, request.user),
    }
    return render(request, "assets/work/bedside.html", context)


def _told(request: HttpRequest) -> dict[str, Any]:
    told = request.POST
    part = told.get("part", "").strip()
    return {
        "transition": told.get("transition", ""),
        "note": told.get("note", ""),
        "minutes": whole(told.get("minutes")),
        "parts": [Used(part, whole(told.get("quantity")) or 1)] if part else [],
        "outcome": told.get("outcome", ""),
        "signature": read_signature(told.get("signature", ""), told.get("drawing", "")),
        "version": whole(told.get("version")),
    }


def _steps(order: WorkOrder, state: str, person: Any) -> list[dict[str, Any]]:
    """What the person could do were the order in that state: for a phone that knows no more than what it has sent."""
    then = copy(order)
    then.state = state
    if state != order.state:
        then.is_unverified, then.waits_for = False, ""
    return [
        {
            "key": step.key, "label": str(step.label), "target": step.target, "note": step.needs_note,
            "outcome": step.needs_outcome, "signature": step.needs_signature,
        }
        for step in open_to(TRANSITIONS, then, person)
    ]  # fmt: skip


@require_safe
@may_see
@never_cache
def work_sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The order on paper, with a code that opens its form at the bedside."""
    order = the_order(request, number)
    now = timezone.now()
    address = f"{settings.PUBLIC_URL}{order.get_absolute_url()}bedside/"
    context = {
        **whole_order(order),
        "now": order.asset.now_as_of(now),
        "address": address,
        "symbol": draw_symbol(Symbology.QR, address),
        "blank": range(4),
        "printed_at": now,
    }
    with timezone.override(order.asset.site.timezone):
        return render(request, "assets/work/sheet.html", context)
