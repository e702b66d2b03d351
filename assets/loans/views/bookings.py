"""The calendar of what is reserved and lent, by asset; and one reservation, to be taken out or cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.loans.calendar import Span, entries_of, lines_of, rows_of, the_span
from assets.loans.models import Loan
from assets.loans.views.common import page_of, zone_of
from assets.models import Asset, Category
from assets.pool.models import Reservation
from assets.pool.reservations import ReservationRefusedError, cancel_reservation

may_see_bookings = permission_required(["assets.view_asset", "pool.view_reservation"], raise_exception=True)
ROWS = 25
MOST_LINES = 200
MOST_ENTRIES = 1_000
VIEWS = ("week", "month")


@require_safe
@may_see_bookings
@never_cache
def bookings(request: HttpRequest) -> HttpResponse:
    """``view``: week or month; ``day`` within it; ``category``, a slug: then what is free of it stands there, too."""
    now, zone = timezone.now(), zone_of(request.user)
    view = request.GET.get("view") or "week"
    if view not in VIEWS:
        raise BadRequest("view: week or month.")
    today = now.astimezone(zone).date()
    try:
        span = the_span(request.GET.get("day", ""), view, zone, today)
    except ValueError as error:
        raise BadRequest("day: as in 2026-03-02, from 2000 to 2100.") from error
    slug = request.GET.get("category", "")
    category: Category | None = get_object_or_404(Category, slug=slug) if slug else None
    kept, lent = _within(request.user, span, category)
    page = page_of(request, Paginator(_assets(request.user, span, category), ROWS))
    shown = [asset.pk for asset in page]
    sees_loans = request.user.has_perm("loans.view_loan")
    lent = lent if sees_loans else lent.none()
    entries = entries_of(
        kept.filter(Q(asset__in=shown) | Q(asset=None)).with_names()[:MOST_ENTRIES],
        lent.filter(asset__in=shown).with_names()[:MOST_ENTRIES],
        now,
    )
    # The list of a phone is of all pages of the table.
    listed = entries_of(
        kept.with_names()[: MOST_LINES + 1], lent.order_by("begin", "pk").with_names()[: MOST_LINES + 1], now
    )
    lines, has_more = lines_of(listed, MOST_LINES)
    context = {
        "span": span, "view": view, "today": today, "category": category, "page": page,
        "categories": Category.objects.filter(is_mobile=True),
        "rows": rows_of(list(page), entries, span, zone),
        "lines": lines, "has_more": has_more,
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "loans/bookings.html", context)


def _within(user: Any, span: Span, category: Category | None) -> tuple[Any, Any]:
    kept = Reservation.objects.visible_to(user).current().overlapping(span.begin, span.end)
    lent = Loan.objects.visible_to(user).current().outbound().overlapping(span.begin, span.end)
    if category is not None:
        kept, lent = kept.filter(category=category), lent.filter(asset__model__category=category)
    return kept, lent


def _assets(user: Any, span: Span, category: Category | None) -> Any:
    """All of a category, or else those of which anything is known in that time."""
    assets = Asset.objects.visible_to(user).in_service().select_related("model__category")
    if category is not None:
        return assets.filter(model__category=category).order_by("asset_tag")
    kept = Reservation.objects.current().overlapping(span.begin, span.end).filter(asset=OuterRef("pk"))
    lent = Loan.objects.current().outbound().overlapping(span.begin, span.end).filter(asset=OuterRef("pk"))
    return assets.filter(Exists(kept) | Exists(lent)).order_by("asset_tag")


@require_http_methods(["GET", "HEAD", "POST"])
@may_see_bookings
@never_cache
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has reserved what; posted with a ``reason``, it is cancelled."""
    rows = Reservation.objects.visible_to(request.user).with_names().select_related("cancelled_by")
    kept: Reservation = get_object_or_404(rows, pk=pk)
    error, now = "", timezone.now()
    if request.method == "POST":
        if not request.user.has_perm("pool.reserve_equipment"):
            raise PermissionDenied("Your role may not reserve equipment.")
        error = _cancelled(request, kept, now)
        if not error:
            messages.info(request, _("The reservation is cancelled."))
            return redirect("booking", pk)
    loans = kept.loans.current().with_names() if request.user.has_perm("loans.view_loan") else []
    context = {
        "kept": kept,
        "error": error,
        "reason": request.POST.get("reason", ""),
        "loans": loans,
        "is_past": kept.end <= now,
        "may_cancel": kept.by_id == request.user.pk or request.user.has_perm("pool.serve_delivery"),
    }
    with timezone.override(kept.site.timezone):
        return render(request, "loans/booking.html", context, status=400 if error else 200)


def _cancelled(request: HttpRequest, kept: Reservation, now: datetime) -> str:
    """What is wrong; nothing, once it is done."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return _("Say why, in a few words.")
    try:
        cancel_reservation(reservation=kept, by=request.user, now=now, reason=reason)
    except ReservationRefusedError as refused:
        return str(refused)
    return ""
