"""Asking for equipment to be brought, the board of the equipment pool, and one request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.models import Asset, Category
from assets.pool.deliveries import DeliveryRefusedError, ask_delivery, move_delivery
from assets.pool.forms import DeliveryForm
from assets.pool.models import DeliveryRequest
from assets.pool.transitions import TRANSITIONS
from assets.pool.words import MOST_PIECES, DeliveryState
from assets.transitions import TransitionRefusedError, open_to
from assets.units import units_for
from assets.views.fragments import wants_fragment
from assets.words import Activity
from locations.models import Zone

COLUMNS = (DeliveryState.ASKED, DeliveryState.ACCEPTED, DeliveryState.ON_THE_WAY, DeliveryState.DELIVERED)
MOST_ON_BOARD = 200
MOST_CHOICES = 30
may_see = permission_required("pool.view_deliveryrequest", raise_exception=True)
may_ask = permission_required(["pool.view_deliveryrequest", "pool.ask_delivery"], raise_exception=True)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def requests(request: HttpRequest) -> HttpResponse:
    """What is open, a column for each state; asked for a fragment, the columns alone."""
    found = DeliveryRequest.objects.visible_to(request.user).open().with_names()
    by_state: dict[str, list[Any]] = {state.value: [] for state in COLUMNS}
    for row in found[:MOST_ON_BOARD]:
        by_state[row.state].append((row, open_to(TRANSITIONS, row, request.user)))
    columns = [(state.value, state.label, by_state[state]) for state in COLUMNS]
    context = {"columns": columns, "now": timezone.now(), "is_empty": not any(by_state.values())}
    template = "assets/pool/_board.html" if wants_fragment(request) else "assets/pool/board.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_ask
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """``category`` (a slug) and ``to`` (a zone) are filled in already: then one tap asks."""
    form = DeliveryForm(request.POST if request.method == "POST" else None, user=request.user)
    zone = _zone(request, form)
    with timezone.override(zone.floor.building.site.timezone if zone else None):
        if form.is_bound and form.is_valid():
            told = form.cleaned_data
            try:
                made = ask_delivery(
                    category=told["category"],
                    quantity=told["quantity"],
                    to=told["to_zone"],
                    needed_by=told["needed_by"],
                    note=told["note"],
                    by=request.user,
                    now=timezone.now(),
                )
                return redirect(made)
            except DeliveryRefusedError as refused:
                form.add_error(refused.field or None, str(refused))
        context = {
            "form": form,
            "zone": zone,
            "quantities": range(1, 7),
            "most": MOST_PIECES,
            "categories": Category.objects.filter(is_mobile=True, models__assets__retired_at=None).distinct(),
            "category": request.POST.get("category") or request.GET.get("category", ""),
            "units": units_for(request.user),
        }
        return render(request, "assets/pool/ask.html", context, status=400 if form.is_bound else 200)


def _zone(request: HttpRequest, form: DeliveryForm) -> Zone | None:
    """Where to: what was told, else what Find was asked from last, else the person's own unit."""
    field: Any = form.fields["to_zone"]
    told = request.POST.get("to_zone") or request.GET.get("to") or request.session.get("near")
    wanted = told or getattr(request.user, "home_zone_id", None)
    is_number = str(wanted).isdecimal() and len(str(wanted)) < 18
    found: Zone | None = field.queryset.filter(pk=int(wanted)).first() if wanted and is_number else None
    return found


@require_safe
@may_see
@never_cache
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: its way so far, what is brought, and what the person may do."""
    found = _delivery(request, pk)
    steps = open_to(TRANSITIONS, found, request.user)
    names = next((step for step in steps if step.names_assets), None)
    context = {
        "delivery": found,
        "events": found.events.select_related("by"),
        "brought": list(found.assets.with_place()),
        "names": names,
        "steps": [step for step in steps if step is not names],
        "choices": _choices(found) if names else [],
        "now": timezone.now(),
    }
    with timezone.override(found.to_zone.floor.building.site.timezone):
        return render(request, "assets/pool/request.html", context)


def _choices(found: DeliveryRequest) -> list[Any]:
    """What could be brought: ready ones first."""
    readiness = Case(
        When(now__activity=Activity.AVAILABLE, then=Value(0)),
        When(now__activity=Activity.DIRTY, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    assets = Asset.objects.in_service().filter(
        model__category=found.category_id, site=found.to_zone.floor.building.site_id, is_fixed=False
    )
    return list(
        assets.with_place()
        .exclude(now__activity=Activity.DOWN)
        .order_by(readiness, "asset_tag")[:MOST_CHOICES]
    )


@require_POST
@may_ask
def delivery_move(request: HttpRequest, pk: int) -> HttpResponse:
    """``transition`` of the table, from the state ``seen``; ``asset`` (tags) where pieces have to be named.

    ``board`` leads back to the board.
    """
    found, told = _delivery(request, pk), request.POST
    tags = [tag[:40] for tag in told.getlist("asset")][: MOST_PIECES + 1]
    assets = Asset.objects.visible_to(request.user).select_related("model", "site").filter(asset_tag__in=tags)
    try:
        move_delivery(
            request=found,
            transition=told.get("transition", ""),
            by=request.user,
            now=timezone.now(),
            seen=told.get("seen"),
            assets=list(assets),
        )
    except (TransitionRefusedError, DeliveryRefusedError) as refused:
        messages.error(request, str(refused))
    return redirect("requests") if "board" in told else redirect(found)


def _delivery(request: HttpRequest, pk: int) -> DeliveryRequest:
    found: DeliveryRequest = get_object_or_404(
        DeliveryRequest.objects.visible_to(request.user).with_names(), pk=pk
    )
    return found
