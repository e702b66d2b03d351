"""Work orders in numbers: the table and the board, whose filters are the address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.maintenance.filters import WorkOrderFilter, floors_of
from assets.maintenance.mentions import unseen_count
from assets.maintenance.models import WorkOrder
from assets.maintenance.paging import CappedPaginator
from assets.maintenance.queries import counts_by_state
from assets.maintenance.transitions import MOVE, TRANSITIONS
from assets.maintenance.views.common import may_see
from assets.maintenance.words import OPEN, Kind, Priority, State, Team
from assets.models import Category
from assets.transitions import open_to
from assets.views.fragments import wants_fragment

PAGE_SIZE = 25
ON_BOARD = 8
"""Of a column, the most urgent; its heading counts all and leads to them."""
CLOSED = [state for state in State if state not in OPEN]


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def work_orders(request: HttpRequest) -> HttpResponse:
    """Filters as :class:`WorkOrderFilter` names them, ``page`` from 1; without ``state``, what is open."""
    chosen = _filtered(request, request.GET)
    state = chosen.form.cleaned_data["state"]
    counts = _counts(request)
    if state in CLOSED:
        found, counted = chosen.qs.closed().latest_closed(), None
    else:
        found, counted = chosen.qs.open().by_urgency(), counts[state] if state else sum(counts.values())
    context: dict[str, Any] = {
        **_filters(request, chosen),
        "page": _page(found, request, counted),
        "states": [(state.value, state.label, counts.get(state)) for state in State],
        "open_count": sum(counts.values()),
        "people": people_of(request.user) if request.user.has_perm(MOVE) else [],
        "priorities": Priority.choices,
    }
    template = "assets/work/_orders.html" if wants_fragment(request) else "assets/work/orders.html"
    return render(request, template, context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def work_board(request: HttpRequest) -> HttpResponse:
    """Open work by state, the most urgent of each; filters as for the table, but for ``state``."""
    others = request.GET.copy()
    others.pop("state", None)
    chosen = _filtered(request, others)
    counts = counts_by_state(chosen.qs)
    rows = chosen.qs.open().with_asset().by_urgency()
    columns = [
        (state, counts[state], [(order, open_to(TRANSITIONS, order, request.user)) for order in found])
        for state in OPEN
        for found in [rows.filter(state=state)[:ON_BOARD] if counts[state] else []]
    ]
    context = {**_filters(request, chosen), "columns": columns, "is_empty": not any(counts.values())}
    template = "assets/work/_board.html" if wants_fragment(request) else "assets/work/board.html"
    return render(request, template, context)


def people_of(user: Any) -> list[Any]:
    """Who may be given work: active people who may move orders, of the sites that the person sees."""
    model = get_user_model()
    people = model.objects.filter(is_active=True).exclude(role="display").order_by("first_name", "username")
    if not user.sees_all_sites:
        people = people.filter(sites__in=user.sites.values("pk")).distinct()
    return [person for person in people if person.has_perm(MOVE)]


def _filters(request: HttpRequest, chosen: WorkOrderFilter) -> dict[str, Any]:
    return {
        "chosen": chosen.form.cleaned_data,
        "kinds": Kind.choices,
        "teams": Team.choices,
        "levels": Priority.choices,
        "categories": Category.objects.all(),
        "floors": floors_of(request).select_related("building").order_by("building__name", "level"),
        "is_filtered": bool(request.GET),
        "unseen": unseen_count(request.user),
    }


def _filtered(request: HttpRequest, told: Any) -> WorkOrderFilter:
    orders = WorkOrder.objects.visible_to(request.user)
    chosen = WorkOrderFilter(told, queryset=orders, request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return chosen


def _counts(request: HttpRequest) -> dict[str, int]:
    """How many of each open state the other filters leave."""
    others = request.GET.copy()
    others.pop("state", None)
    return counts_by_state(_filtered(request, others).qs)


def _page(orders: Any, request: HttpRequest, counted: int | None) -> Any:
    """The page's rows are found by their numbers alone, and what they show is asked for those only."""
    try:
        page = CappedPaginator(orders, PAGE_SIZE, counted=counted).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
    found: Any = page.object_list
    numbers = list(found.values_list("pk", flat=True))
    rows = {order.pk: order for order in WorkOrder.objects.with_asset().filter(pk__in=numbers)}
    page.object_list = [rows[number] for number in numbers if number in rows]
    return page
