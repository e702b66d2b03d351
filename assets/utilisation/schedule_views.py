"""What reports one is sent by e-mail: ordered from the report itself, listed, sent at once, ended."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets.models import Category
from assets.utilisation.forms import ReportForm
from assets.utilisation.models import ScheduledReport
from assets.utilisation.scheduling import (
    Every,
    NotSendableError,
    address_of,
    days_before,
    schedule_report,
    send_now,
)
from assets.utilisation.views import may_see
from locations.models import Site


@require_safe
@may_see
@never_cache
def schedules(request: HttpRequest) -> HttpResponse:
    """One's own, with when each is sent next, and how the last sending went."""
    person: Any = request.user
    lines = []
    for report in ScheduledReport.objects.filter(person=person).select_related("site", "category"):
        today = timezone.now().astimezone(ZoneInfo(report.site.timezone)).date()
        address = address_of(report, *days_before(Every(report.every), today))
        lines.append((report, address, report.sent.order_by("-first").first()))
    return render(request, "utilisation/schedules.html", {"lines": lines})


@require_POST
@may_see
def add(request: HttpRequest) -> HttpResponse:
    """By the filters of the page that it is ordered from."""
    slug = request.POST.get("category", "")
    category = get_object_or_404(Category, slug=slug) if slug else None
    site = Site.objects.visible_to(request.user).filter(slug=request.POST.get("site", "")).first()
    zone = ZoneInfo(site.timezone) if site else timezone.get_default_timezone()
    now = timezone.now()
    form = ReportForm(request.POST, user=request.user, today=now.astimezone(zone).date(), category=category)
    every = request.POST.get("every", "")
    if not form.is_valid() or every not in Every.values:
        messages.error(request, _("Choose how often, and open the report anew if that is not enough."))
        return redirect("utilisation-by-mail")
    try:
        report = schedule_report(
            person=request.user, choice=form.choice(category), asked=request.POST.dict(), every=every, now=now
        )
    except NotSendableError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("You are sent this report %(every)s.") % {"every": report.get_every_display()}
        )
    return redirect("utilisation-by-mail")


@require_POST
@may_see
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ScheduledReport, pk=pk, person=request.user).delete()
    messages.success(request, _("You are not sent this report any more."))
    return redirect("utilisation-by-mail")


@require_POST
@may_see
def send(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(ScheduledReport, pk=pk, person=request.user)
    sent = send_now(report=report, now=timezone.now())
    person: Any = request.user
    if sent.sent_at is None:
        messages.error(request, _("It was not sent: %(why)s") % {"why": sent.error})
    else:
        messages.success(request, _("It is on its way to %(address)s.") % {"address": person.email})
    return redirect("utilisation-by-mail")
