"""Calendars: a week of one asset or of one category, reserving in it, and cancelling with undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import Asset, Category
from assets.pool.calendar import draw_week, monday_of, span_of, week_name
from assets.pool.forms import KindReservationForm, ReservationForm
from assets.pool.models import Reservation
from assets.pool.reservations import (
    ReservationRefusedError,
    cancel_reservation,
    reserve_asset,
    reserve_category,
    restore_reservation,
)
from assets.units import units_for
from locations.models import Site

may_see = permission_required(["assets.view_asset", "pool.view_reservation"], raise_exception=True)
may_reserve = permission_required("pool.reserve_equipment", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def asset_reservations(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """``week`` as in “2026-W10”; posted, reserves this asset."""
    assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    form = ReservationForm
    found = Reservation.objects.filter(asset=asset)

    def reserve(told: dict[str, Any]) -> Reservation:
        return reserve_asset(asset=asset, by=request.user, now=timezone.now(), **told)

    return _calendar(request, asset.site, found, form, reserve, {"asset": asset})


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def reservations(request: HttpRequest, category: str) -> HttpResponse:
    """``week`` as in “2026-W10”; posted, reserves one of this category for a unit."""
    kind: Category = get_object_or_404(Category, slug=category)
    site: Site = get_object_or_404(Site.objects.visible_to(request.user).order_by("pk")[:1])
    found = Reservation.objects.visible_to(request.user).filter(category=kind)

    def reserve(told: dict[str, Any]) -> Reservation:
        return reserve_category(category=kind, by=request.user, now=timezone.now(), **told)

    return _calendar(request, site, found, KindReservationForm, reserve, {"category": kind})


def _calendar(
    request: HttpRequest,
    site: Site,
    found: Any,
    form_class: type[ReservationForm],
    reserve: Callable[[dict[str, Any]], Reservation],
    subject: dict[str, Any],
) -> HttpResponse:
    zone = ZoneInfo(site.timezone)
    conflicts: list[Reservation] = []
    with timezone.override(zone):
        monday = _monday(request)
        form = form_class(request.POST if request.method == "POST" else None, user=request.user)
        if request.method == "POST":
            if not request.user.has_perm("pool.reserve_equipment"):
                raise PermissionDenied
            made, conflicts = _reserved(form, reserve)
            if made is not None:
                return _back_to(made)
        begin, end = span_of(monday, zone)
        rows = found.current().overlapping(begin, end).with_names()
        context = {
            **subject,
            "form": form,
            "conflicts": conflicts,
            "week": draw_week(monday, rows, zone, timezone.now()),
            "units": units_for(request.user),
            "home": getattr(request.user, "home_zone_id", None),
            "undo": _undo(request),
            "suggested": _suggested(monday),
        }
        return render(request, "assets/pool/reservations.html", context, status=400 if form.is_bound else 200)


def _reserved(
    form: ReservationForm, reserve: Callable[[dict[str, Any]], Reservation]
) -> tuple[Reservation | None, list[Reservation]]:
    """What was reserved, or what stands against it; the form then says what is wrong."""
    if not form.is_valid():
        return None, []
    try:
        return reserve(form.cleaned_data), []
    except ReservationRefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None, refused.conflicts


def _monday(request: HttpRequest) -> date:
    asked = request.GET.get("week")
    try:
        return monday_of(asked or week_name(timezone.localdate()))
    except ValueError as error:
        raise BadRequest(f"week: {error}") from error


def _suggested(monday: date) -> tuple[datetime, datetime]:
    """The next full hour of this week, or eight in the morning of its Monday; for two hours."""
    here = timezone.localtime()
    if monday <= here.date() < monday + timedelta(days=7):
        begin = here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        begin = here.replace(
            year=monday.year, month=monday.month, day=monday.day, hour=8, minute=0, second=0, microsecond=0
        )
    return begin, begin + timedelta(hours=2)


def _back_to(reservation: Reservation) -> HttpResponse:
    """The calendar, at the week of the reservation."""
    week = week_name(timezone.localtime(reservation.begin).date())
    if reservation.asset is not None:
        return redirect(reverse("asset-reservations", args=[reservation.asset.asset_tag]) + f"?week={week}")
    return redirect(reverse("reservations", args=[reservation.category.slug]) + f"?week={week}")


def _undo(request: HttpRequest) -> Reservation | None:
    """What the person cancelled just now, to take that back; told once."""
    pk = request.session.pop("cancelled_reservation", None)
    mine = Reservation.objects.filter(cancelled_by=request.user.pk)
    return mine.filter(pk=pk).first() if pk else None


@require_POST
@may_see
@may_reserve
def reservation_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _reservation(request, pk)
    try:
        cancel_reservation(reservation=reservation, by=request.user, now=timezone.now())
        request.session["cancelled_reservation"] = reservation.pk
    except ReservationRefusedError as refused:
        messages.error(request, str(refused))
    return _at_site(reservation)


@require_POST
@may_see
@may_reserve
def reservation_restore(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _reservation(request, pk)
    try:
        restore_reservation(reservation=reservation, by=request.user, now=timezone.now())
        messages.info(request, _("It is reserved again."))
    except ReservationRefusedError as refused:
        messages.error(request, str(refused))
    return _at_site(reservation)


def _at_site(reservation: Reservation) -> HttpResponse:
    with timezone.override(reservation.site.timezone):
        return _back_to(reservation)


def _reservation(request: HttpRequest, pk: int) -> Reservation:
    found: Reservation = get_object_or_404(Reservation.objects.visible_to(request.user).with_names(), pk=pk)
    return found
