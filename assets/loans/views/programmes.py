"""Devices lent to patients at home, by programme: when each was last heard, its battery, and when it is due."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.loans.charges import charges_of
from assets.loans.forms import ProgrammeForm
from assets.loans.models import Loan, Programme
from assets.loans.views.common import PAGE_SIZE, may_manage, may_see, page_of, zone_of
from assets.loans.words import LoanState
from assets.maintenance.paging import CappedPaginator


@require_safe
@may_see
@never_cache
def loan_programmes(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    mine = Q(loans__in=Loan.objects.visible_to(request.user).open())
    late = Q(loans__in=Loan.objects.visible_to(request.user).overdue(now))
    rows = Programme.objects.annotate(
        lent=Count("loans", filter=mine), late=Count("loans", filter=late)
    ).order_by("-is_current", "name")  # fmt: skip
    page = page_of(request, CappedPaginator(rows, PAGE_SIZE))
    return render(request, "loans/programmes.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
@never_cache
def loan_programme_new(request: HttpRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(form.save())
    return render(request, "loans/programme_new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def loan_programme(request: HttpRequest, pk: int) -> HttpResponse:
    """What is lent by it, the first due first; posted, its name and length are changed. A code stays what it is as
    soon as loans are known by it."""
    one: Programme = get_object_or_404(Programme, pk=pk)
    if request.method == "POST" and not request.user.has_perm("loans.manage_loans"):
        raise PermissionDenied("Your role may not change programmes.")
    form = ProgrammeForm(request.POST if request.method == "POST" else None, instance=one)
    form.fields["code"].disabled = one.loans.exists()
    if form.is_valid():
        return redirect(form.save())
    now = timezone.now()
    rows = Loan.objects.visible_to(request.user).open().filter(programme=pk).with_names()
    page = page_of(request, CappedPaginator(rows.order_by("due_at", "pk"), PAGE_SIZE))
    charge = charges_of([loan.asset_id for loan in page])
    lines = [
        (loan, loan.asset.now_as_of(now), charge.get(loan.asset_id), loan.is_overdue(now)) for loan in page
    ]
    context = {
        "programme": Programme.objects.get(pk=pk),
        "form": form,
        "page": page,
        "lines": lines,
        "lost": LoanState.LOST,
    }
    with timezone.override(zone_of(request.user)):
        status = 400 if form.is_bound else 200
        return render(request, "loans/programme.html", context, status=status)
