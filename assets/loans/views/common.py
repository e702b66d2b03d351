"""What the pages of loans share: who may, and in which clock times are told."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from assets.loans.models import Loan
from locations.models import Site

may_see = permission_required("loans.view_loan", raise_exception=True)
may_lend = permission_required(["loans.view_loan", "loans.lend_equipment"], raise_exception=True)
may_manage = permission_required(["loans.view_loan", "loans.manage_loans"], raise_exception=True)
PAGE_SIZE = 50


def zone_of(user: Any) -> ZoneInfo:
    """That of the person's first site."""
    site = Site.objects.visible_to(user).order_by("pk").first()
    return ZoneInfo(site.timezone if site else "UTC")


def the_loan(request: HttpRequest, pk: int) -> Loan:
    rows = Loan.objects.visible_to(request.user).with_names().select_related("order", "asset__site")
    loan: Loan = get_object_or_404(rows, pk=pk)
    return loan


def page_of(request: HttpRequest, paginator: Paginator[Any]) -> Page[Any]:
    """The page that is asked for by number."""
    try:
        return paginator.page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
