"""The list of loans and its file, what rentals and loaners cost, and what one piece is lent and reserved for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.loans.costs import bills, loan_cost
from assets.loans.files import MOST_LINES, loans_csv
from assets.loans.models import Loan
from assets.loans.queries import LoanQuerySet
from assets.loans.views.common import PAGE_SIZE, may_see, page_of, zone_of
from assets.loans.words import LoanKind, LoanState
from assets.maintenance.paging import CappedPaginator
from assets.models import Asset
from assets.pool.models import Reservation

SHOWN = ("out", "overdue", "in", "over")
MOST_OF_ASSET = 10
MOST_BILLED = 20_000


@require_safe
@may_see
@never_cache
def loans(request: HttpRequest) -> HttpResponse:
    """``show``: out, overdue, in (others' equipment here), over; ``q`` and ``kind`` narrow it."""
    now = timezone.now()
    show, found = _asked(request, now)
    seen = Loan.objects.visible_to(request.user)
    page = page_of(request, CappedPaginator(found.with_names(), PAGE_SIZE))
    with timezone.override(zone_of(request.user)):
        context = {
            "page": page,
            "lines": [(loan, loan.is_overdue(now), loan_cost(loan, now=now)) for loan in page],
            "show": show,
            "text": request.GET.get("q", ""),
            "kinds": LoanKind.choices,
            "kind": request.GET.get("kind", ""),
            "out": seen.outbound().open().count(),
            "overdue": seen.overdue(now).count(),
            "inbound": seen.inbound().open().count(),
        }
        return render(request, "loans/list.html", context)


@require_safe
@may_see
@never_cache
def loans_file(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, as a table."""
    now = timezone.now()
    _show, found = _asked(request, now)
    rows = found.with_names().select_related("order")[:MOST_LINES]
    headers = {"Content-Disposition": 'attachment; filename="loans.csv"'}
    return HttpResponse(loans_csv(rows, now=now), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: HttpRequest, now: datetime) -> tuple[str, LoanQuerySet]:
    show, kind = request.GET.get("show") or "out", request.GET.get("kind", "")
    if show not in SHOWN:
        raise BadRequest(f"show: one of {', '.join(SHOWN)}.")
    if kind and kind not in LoanKind.values:
        raise BadRequest(f"kind: one of {', '.join(LoanKind.values)}.")
    found = Loan.objects.visible_to(request.user).matching(request.GET.get("q", "").strip()[:80])
    if kind:
        found = found.filter(kind=kind)
    if show == "overdue":
        return show, found.overdue(now).order_by("due_at", "pk")
    if show == "over":
        return show, found.exclude(ended_at=None).order_by(F("ended_at").desc(), "-pk")
    found = found.open().outbound() if show == "out" else found.open().inbound()
    return show, found.order_by("due_at", "pk")


@require_safe
@may_see
@never_cache
def loan_costs(request: HttpRequest) -> HttpResponse:
    """``month`` as in 2026-03; this one, if nothing is told."""
    now, zone = timezone.now(), zone_of(request.user)
    today = now.astimezone(zone).date()
    first = _month(request.GET.get("month", ""), today)
    after = (first + timedelta(days=31)).replace(day=1)
    begin = datetime(first.year, first.month, 1, tzinfo=zone)
    end = datetime(after.year, after.month, 1, tzinfo=zone)
    # The first and the last day count as a whole, and sites may have other clocks.
    rows = Loan.objects.visible_to(request.user).current().inbound()
    rows = rows.overlapping(begin - timedelta(days=1), end + timedelta(days=1)).select_related("site")
    found = bills(rows[:MOST_BILLED], first=first, last=min(after - timedelta(days=1), today), now=now)
    priced = [bill.cost for bill in found if bill.cost is not None]
    context: dict[str, Any] = {
        "bills": found,
        "total": sum(priced) if priced else None,
        "unpriced": sum(bill.unpriced for bill in found),
        "first": first,
        "before": first - timedelta(days=1),
        "after": after if after <= today else None,
        "is_running": after > today,
    }
    return render(request, "loans/costs.html", context)


def _month(text: str, today: date) -> date:
    if not text:
        return today.replace(day=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadRequest("month: as in 2026-03.") from error
    if not date(2000, 1, 1) <= month <= today:
        raise BadRequest("month: not before 2000, and not to come.")
    return month


@require_safe
@may_see
@never_cache
def loans_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """Its loans, the open ones first, and what it is reserved for from now on."""
    assets = Asset.objects.visible_to(request.user).select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    now = timezone.now()
    rows = Loan.objects.filter(asset=asset).with_names()
    rows = rows.order_by(F("ended_at").desc(nulls_first=True), "-begin", "-pk")[:MOST_OF_ASSET]
    kept = Reservation.objects.current().filter(asset=asset, end__gt=now).with_names()
    taken = Loan.objects.current().filter(asset=asset, reservation__isnull=False).values("reservation")
    context = {
        "asset": asset,
        "rows": [(loan, loan.is_overdue(now)) for loan in rows],
        "kept": kept.exclude(pk__in=taken)[:MOST_OF_ASSET],
        "is_out": Loan.objects.outbound()
        .filter(asset=asset, state__in=[LoanState.OUT, LoanState.LOST])
        .exists(),
    }
    with timezone.override(asset.site.timezone):
        return render(request, "loans/_of_asset.html", context)
