"""One work order: all that is known of it, its moves, and what is written to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets.maintenance.attaching import add_file, add_photo
from assets.maintenance.downtime import begin_downtime, end_downtime, strike_downtime
from assets.maintenance.entries import add_labour, add_part, add_visit, strike_out, sums_of
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.forms import ENTRY_FORMS
from assets.maintenance.history import earlier_orders, readings_around
from assets.maintenance.mentions import see_mentions
from assets.maintenance.models import WorkOrder
from assets.maintenance.orders import assign_order, comment_on, move_work_order, set_priority
from assets.maintenance.photos import MOST_BYTES
from assets.maintenance.signatures import read_signature
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.views.acts import uploaded
from assets.maintenance.views.common import answer, may_move, may_see, the_order, whole
from assets.maintenance.views.lists import people_of
from assets.maintenance.words import DownReason, Outcome, Percent, Priority
from assets.transitions import open_to


@require_safe
@may_see
@never_cache
def work_order(request: HttpRequest, number: int) -> HttpResponse:
    """All of one order: its asset and place now, what happened, what was done, and what the person may do."""
    order, now = the_order(request, number), timezone.now()
    steps = open_to(TRANSITIONS, order, request.user)
    see_mentions(order=order, person=request.user, now=now)
    context = {
        **whole_order(order),
        "now": order.asset.now_as_of(now),
        "steps": [step for step in steps if not step.needs_signature],
        "finish": next((step for step in steps if step.needs_signature), None),
        "priorities": Priority.choices,
        "outcomes": Outcome.choices,
        "people": people_of(request.user),
        "reasons": DownReason.choices,
        "percents": Percent.choices,
        "readings": readings_around(order, now=now) if request.user.has_perm("assets.view_reading") else [],
        "earlier": earlier_orders(order),
    }
    with timezone.override(order.asset.site.timezone):
        return render(request, "assets/work/order.html", context)


def whole_order(order: WorkOrder) -> dict[str, Any]:
    """What was done for it, also for its printed sheet."""
    return {
        "order": order,
        "asset": order.asset,
        "events": order.events.select_related("by"),
        "photos": order.photos.defer("content").select_related("by"),
        "files": order.files.defer("content").select_related("by"),
        "labour": order.labour.select_related("who"),
        "parts": order.parts.all(),
        "visits": order.visits.all(),
        "downtimes": order.downtimes.all(),
        "signatures": order.signatures.defer("drawing").annotate(
            has_drawing=ExpressionWrapper(Q(drawing__isnull=False), output_field=BooleanField())
        ),
        "sums": sums_of(order),
    }


@require_POST
@may_move
def work_order_move(request: HttpRequest, number: int) -> HttpResponse:
    """``transition`` of the table, from the ``version`` or the state ``seen``, with what it needs; ``to`` the
    board, with its ``filters`` as they were."""
    order, told = the_order(request, number), request.POST

    def move() -> None:
        move_work_order(
            order=order,
            transition=told.get("transition", ""),
            by=request.user,
            now=timezone.now(),
            note=told.get("note", ""),
            seen=told.get("seen"),
            version=whole(told.get("version")),
            outcome=told.get("outcome", ""),
            signature=read_signature(told.get("signature", ""), told.get("drawing", "")),
        )

    if told.get("to") != "board":
        return answer(request, order, move)
    filters = QueryDict(told.get("filters", "")).urlencode()
    return answer(request, order, move, f"{reverse('work-board')}?{filters}" if filters else "work-board")


@require_POST
@may_move
def work_order_comment(request: HttpRequest, number: int) -> HttpResponse:
    order, note = the_order(request, number), request.POST.get("note", "")
    return answer(
        request, order, lambda: comment_on(order=order, by=request.user, now=timezone.now(), note=note)
    )


@require_POST
@may_move
def work_order_priority(request: HttpRequest, number: int) -> HttpResponse:
    order, told = the_order(request, number), request.POST

    def change() -> None:
        if told.get("priority", "") not in map(str, Priority.values):
            raise WorkRefusedError(_("priority: there is no such priority."))
        set_priority(
            order=order,
            by=request.user,
            now=timezone.now(),
            priority=Priority(int(told["priority"])),
            version=whole(told.get("version")),
        )

    return answer(request, order, change)


@require_POST
@may_move
def work_order_assign(request: HttpRequest, number: int) -> HttpResponse:
    """To ``person``, by user name."""
    order, told = the_order(request, number), request.POST

    def assign() -> None:
        to = person_named(told.get("person", ""))
        assign_order(
            order=order, to=to, by=request.user, now=timezone.now(), version=whole(told.get("version"))
        )

    return answer(request, order, assign)


def person_named(name: str) -> Any:
    """Raises :class:`WorkRefusedError` for who has no account."""
    person = get_user_model().objects.filter(username=name).first()
    if person is None:
        raise WorkRefusedError(_("person: there is no such person."))
    return person


@require_POST
@may_move
def work_order_add_photo(request: HttpRequest, number: int) -> HttpResponse:
    order = the_order(request, number)
    return answer(
        request,
        order,
        lambda: add_photo(order=order, content=uploaded(request), by=request.user, now=timezone.now()),
    )


@require_POST
@may_move
def work_order_add_file(request: HttpRequest, number: int) -> HttpResponse:
    """``file``, a PDF."""
    order = the_order(request, number)

    def keep() -> None:
        file = request.FILES.get("file")
        if file is None or (file.size or 0) > MOST_BYTES:
            words = _("file: choose a PDF of at most %s MB.") % (MOST_BYTES // 1_000_000)
            raise WorkRefusedError(words)
        add_file(order=order, name=file.name or "", content=file.read(), by=request.user, now=timezone.now())

    return answer(request, order, keep)


@require_POST
@may_move
def work_order_add(request: HttpRequest, number: int) -> HttpResponse:
    """``entry`` says what is written to it: labour, part, visit, down; up ends what it holds; strike takes one out."""
    order, told = the_order(request, number), request.POST
    entry = told.get("entry", "")
    common: dict[str, Any] = {"order": order, "by": request.user, "now": timezone.now()}
    version = whole(told.get("version"))

    def strike() -> None:
        kind, pk = told.get("kind", ""), whole(told.get("pk")) or 0
        down = order.downtimes.filter(pk=pk).first() if kind == "down" else None
        if down is not None:
            strike_downtime(down=down, by=request.user, now=common["now"])
        else:
            strike_out(**common, kind=kind, pk=pk)

    def add() -> None:
        if entry not in ENTRY_FORMS:
            raise WorkRefusedError(_("entry: there is no such entry."))
        with timezone.override(order.asset.site.timezone):
            said = _cleaned(ENTRY_FORMS[entry](told))
        if entry == "down":
            said |= {
                "version": version,
                "percent": Percent(said["percent"]),
                "reason": DownReason(said["reason"]),
            }
        do[entry](**common, **said)

    do: dict[str, Callable[..., Any]] = {
        "labour": add_labour,
        "part": add_part,
        "visit": add_visit,
        "down": begin_downtime,
    }
    acts: dict[str, Callable[[], Any]] = {
        "strike": strike,
        "up": partial(end_downtime, **common, version=version),
    }
    return answer(request, order, acts.get(entry, add))


def _cleaned(form: forms.Form) -> dict[str, Any]:
    """Raises :class:`WorkRefusedError` that names the first field that is wrong."""
    if form.is_valid():
        return form.cleaned_data
    field, problems = next(iter(form.errors.items()))
    raise WorkRefusedError(f"{form.fields[field].label}: {problems[0]}")
