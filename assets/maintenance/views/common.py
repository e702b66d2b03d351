"""What the pages of work orders share: who may, which orders there are, and how an act is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.maintenance.photos import PhotoRefusedError
from assets.statements import StatementRefusedError
from assets.transitions import TransitionRefusedError

may_see = permission_required("maintenance.view_workorder", raise_exception=True)
may_move = permission_required(
    ["maintenance.view_workorder", "maintenance.move_workorder"], raise_exception=True
)
REFUSALS = (WorkRefusedError, StatementRefusedError, PhotoRefusedError, TransitionRefusedError)


def the_order(request: HttpRequest, number: int) -> WorkOrder:
    order: WorkOrder = get_object_or_404(
        WorkOrder.objects.visible_to(request.user).with_asset(), number=number
    )
    return order


def whole(text: str | None) -> int | None:
    """A number as a form sends it; nothing for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def answer(
    request: HttpRequest, order: WorkOrder, do: Callable[[], Any], to: str = "work-order"
) -> HttpResponse:
    """Does it and leads back, to the order or to where ``to`` says; why it could not be done is told there."""
    try:
        do()
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect(to, order.number) if to == "work-order" else redirect(to)
