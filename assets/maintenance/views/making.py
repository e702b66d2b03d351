"""New orders, also from templates, and the same act on many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assets.maintenance.bulk import Row, assign_all, cancel_all, prioritise_all
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.forms import NewOrderForm, templates_offered
from assets.maintenance.models import OrderTemplate
from assets.maintenance.orders import open_work_order
from assets.maintenance.views.common import REFUSALS, may_move, whole
from assets.maintenance.views.pages import person_named
from assets.maintenance.words import Kind, Priority


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def work_new(request: HttpRequest) -> HttpResponse:
    """``template`` and ``asset`` of the address fill the form beforehand."""
    if request.method != "POST":
        return _form(request, NewOrderForm(initial=_initial(request), user=request.user))
    form = NewOrderForm(request.POST, user=request.user)
    if not form.is_valid():
        return _form(request, form)
    told = form.cleaned_data
    try:
        opened = open_work_order(
            asset=told["asset"],
            kind=Kind(told["kind"]),
            by=request.user,
            now=timezone.now(),
            note=told["note"],
            impact=told["impact"],
            due_at=told["due_at"],
            is_down=told["is_down"],
        )
    except REFUSALS as refused:
        form.add_error(None, str(refused))
        return _form(request, form)
    if not opened.is_new:
        messages.info(request, _("There is an open order for it: what you wrote is added to it."))
    return redirect("work-order", opened.order.number)


def _form(request: HttpRequest, form: NewOrderForm) -> HttpResponse:
    return render(request, "assets/work/new.html", {"form": form, "templates": templates_offered()})


def _initial(request: HttpRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"asset": request.GET.get("asset", "")}
    template = OrderTemplate.objects.filter(
        pk=whole(request.GET.get("template")) or 0, is_current=True
    ).first()
    if template is not None:
        initial |= {"kind": template.kind, "impact": template.impact, "note": template.note}
        if template.due_days:
            initial["due_at"] = timezone.localtime() + timedelta(days=template.due_days)
    return initial


@require_POST
@may_move
@never_cache
def work_bulk(request: HttpRequest) -> HttpResponse:
    """``do``: assign (to ``person``), priority, or cancel (with a ``note``), to each ``order``; answered row by row."""
    rows: list[Row] = []
    error = ""
    try:
        rows = _do_to_all(request)
    except WorkRefusedError as refused:
        error = str(refused)
    context = {
        "rows": rows,
        "error": error,
        "done": sum(row.is_done for row in rows),
        "refused": [row for row in rows if not row.is_done],
    }
    return render(request, "assets/work/bulk.html", context)


def _do_to_all(request: HttpRequest) -> list[Row]:
    told, by, now = request.POST, request.user, timezone.now()
    numbers = [number for text in told.getlist("order") if (number := whole(text)) is not None]
    do = told.get("do", "")
    if do == "assign":
        return assign_all(numbers=numbers, to=person_named(told.get("person", "")), by=by, now=now)
    if do == "priority" and told.get("priority", "") in map(str, Priority.values):
        return prioritise_all(numbers=numbers, priority=Priority(int(told["priority"])), by=by, now=now)
    if do == "cancel":
        return cancel_all(numbers=numbers, note=told.get("note", ""), by=by, now=now)
    raise WorkRefusedError(_("do: choose what to do with them."))
