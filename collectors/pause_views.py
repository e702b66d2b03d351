"""Pausing and resuming: one page that asks why and until when, and one click back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from collectors.clock_words import zone_for
from collectors.models import Endpoint, Pause, Segment
from collectors.pause_form import PauseForm
from collectors.pauses import end_pause, may_pause_all, pause_polling, pauses_in_force

may_pause = permission_required(
    ["collectors.view_endpoint", "collectors.pause_polling"], raise_exception=True
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be paused: an endpoint, a segment, or everything."""

    endpoint: Endpoint | None = None
    segment: Segment | None = None
    common_zone: ZoneInfo | None = None

    @property
    def words(self) -> str:
        if self.endpoint:
            return self.endpoint.name
        return f"segment {self.segment.name}" if self.segment else "everything"

    @property
    def address(self) -> str:
        if self.endpoint:
            return reverse("endpoint", args=[self.endpoint.pk])
        return reverse("segment", args=[self.segment.pk]) if self.segment else reverse("endpoints")

    @property
    def zone(self) -> ZoneInfo:
        """The site's; for everything the common one."""
        segment = self.endpoint.segment if self.endpoint else self.segment
        return ZoneInfo(segment.site.timezone) if segment else self.common_zone or ZoneInfo("UTC")

    def endpoints(self) -> int:
        """How many are held back with it."""
        if self.endpoint:
            return 1
        enabled = Endpoint.objects.filter(is_enabled=True)
        return enabled.filter(segment=self.segment).count() if self.segment else enabled.count()


def pausing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the three pages have in common: who may, and that they show a form and take it."""
    return require_http_methods(["GET", "HEAD", "POST"])(may_pause(never_cache(view)))


@pausing
def pause_endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    endpoints = Endpoint.objects.visible_to(request.user).select_related("segment__site")
    return _pause(request, Subject(endpoint=get_object_or_404(endpoints, pk=pk)))


@pausing
def pause_segment(request: HttpRequest, pk: int) -> HttpResponse:
    segments = Segment.objects.visible_to(request.user).select_related("site")
    return _pause(request, Subject(segment=get_object_or_404(segments, pk=pk)))


@pausing
def pause_everything(request: HttpRequest) -> HttpResponse:
    """For those who see every site."""
    _refuse_unless_all(request)
    return _pause(request, Subject(common_zone=zone_for(request.user)))


@require_POST
@may_pause
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends this pause, and leads back to what it was about."""
    pause = get_object_or_404(Pause.objects.select_related("endpoint__segment__site", "segment__site"), pk=pk)
    if pause.endpoint_id is not None:
        get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pause.endpoint_id)
    elif pause.segment_id is not None:
        get_object_or_404(Segment.objects.visible_to(request.user), pk=pause.segment_id)
    else:
        _refuse_unless_all(request)
    subject = Subject(pause.endpoint, pause.segment)
    if end_pause(pause=pause, now=timezone.now()):
        messages.info(request, f"Polling of {subject.words} goes on.")
    return redirect(subject.address)


def _pause(request: HttpRequest, subject: Subject) -> HttpResponse:
    now = timezone.now()
    form = PauseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        pause_polling(
            endpoint=subject.endpoint,
            segment=subject.segment,
            by=request.user,
            reason=form.cleaned_data["reason"],
            until=form.end_at(now, subject.zone),
            now=now,
        )
        return redirect(subject.address)
    context = {
        "form": form,
        "subject": subject,
        "count": subject.endpoints(),
        "before": _own_pause(subject),
        "now": now,
    }
    with timezone.override(subject.zone):
        return render(request, "collectors/pause.html", context, status=400 if form.is_bound else 200)


def _refuse_unless_all(request: HttpRequest) -> None:
    if not may_pause_all(request.user):
        raise PermissionDenied("Pausing everything concerns every site.")


def _own_pause(subject: Subject) -> Pause | None:
    pauses = pauses_in_force(timezone.now())
    if subject.endpoint:
        return pauses.endpoints.get(subject.endpoint.pk)
    return pauses.segments.get(subject.segment.pk) if subject.segment else pauses.everything
