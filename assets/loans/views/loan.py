"""One loan: checked out, looked at, moved on, and how it looked when it came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.loans.costs import loan_cost, loan_days
from assets.loans.forms import CheckOutForm, MoveForm
from assets.loans.lending import LoanRefusedError, Whom, check_out
from assets.loans.models import Loan, LoanPhoto
from assets.loans.moving import Told, move_loan
from assets.loans.transitions import TRANSITIONS
from assets.loans.views.common import may_lend, may_see, the_loan, zone_of
from assets.loans.words import Condition, LoanKind
from assets.maintenance.photos import MEDIA_TYPE, MOST_BYTES
from assets.models import Asset
from assets.pool.models import Reservation
from assets.transitions import TransitionRefusedError, open_to
from locations.queries import in_sites_of


@require_http_methods(["GET", "HEAD", "POST"])
@may_lend
@never_cache
def loan_new(request: HttpRequest) -> HttpResponse:
    """``kind``, ``asset`` (a tag) and ``booking`` (of a reservation) are filled in already."""
    told = request.POST if request.method == "POST" else request.GET
    kind = _kind(told.get("kind") or LoanKind.DEPARTMENT)
    booking = _booking(request, told.get("booking") or "")
    asset = _asset(request, told.get("asset") or "")
    if asset is None and booking is not None:
        asset = booking.asset
    zone = ZoneInfo(asset.site.timezone) if asset else zone_of(request.user)
    with timezone.override(zone):
        posted = request.POST if request.method == "POST" else None
        form = CheckOutForm(posted, user=request.user, kind=kind, initial=_initial(asset, booking))
        conflicts: list[Reservation] = []
        if form.is_bound and form.is_valid():
            made, conflicts = _lent(request, form, kind, asset, booking)
            if made is not None:
                return redirect(made)
        if form.is_bound and "reference" in form.errors:
            _forget_reference(form)
        context = {
            "form": form,
            "kind": kind,
            "kinds": LoanKind.choices,
            "asset": asset,
            "booking": booking,
            "conflicts": conflicts,
        }
        return render(request, "loans/new.html", context, status=400 if form.is_bound else 200)


def _kind(text: str) -> LoanKind:
    try:
        return LoanKind(text)
    except ValueError as error:
        raise BadRequest(f"kind: one of {', '.join(LoanKind.values)}.") from error


def _asset(request: HttpRequest, tag: str) -> Asset | None:
    """Others' equipment that went back may come again: the register still has it."""
    assets = Asset.objects.visible_to(request.user).select_related("site", "model__category")
    found: Asset | None = assets.filter(asset_tag__iexact=tag.strip()[:40]).first()
    return found


def _booking(request: HttpRequest, pk: str) -> Reservation | None:
    if not pk:
        return None
    number = int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 18 else 0
    kept = Reservation.objects.visible_to(request.user).with_names().select_related("asset__site")
    found: Reservation = get_object_or_404(kept, pk=number)
    return found


def _initial(asset: Asset | None, booking: Reservation | None) -> dict[str, Any]:
    told: dict[str, Any] = {"asset": asset.asset_tag if asset else "", "key": uuid4()}
    if booking is not None:
        unit = booking.unit
        told |= {"booking": booking.pk, "due_at": booking.end, "department": unit and unit.department_id}
    return told


def _lent(
    request: HttpRequest, form: CheckOutForm, kind: LoanKind, asset: Asset | None, booking: Reservation | None
) -> tuple[Loan | None, list[Reservation]]:
    """The loan, or what it is reserved for; the form then says what is wrong."""
    if asset is None:
        form.add_error("asset", _("There is no such equipment at your sites."))
        return None, []
    said = dict(form.cleaned_data)
    names = ("department", "to_site", "partner", "programme", "reference")
    whom = Whom(kind, **{name: said[name] for name in names if said.get(name)})
    try:
        made = check_out(
            asset=asset, whom=whom, by=request.user, now=timezone.now(), begin=said["begin"],
            due_at=said["due_at"], reservation=booking, daily_rate=said.get("daily_rate"),
            note=said.get("note", ""), key=said["key"],
        )  # fmt: skip
    except LoanRefusedError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None, refused.conflicts
    return made, []


def _forget_reference(form: CheckOutForm) -> None:
    """What was typed may be of a patient: it is not shown again."""
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict, which cannot be changed itself
    form.data["reference"] = ""  # type: ignore[index]


@require_safe
@may_see
@never_cache
def loan(request: HttpRequest, pk: int) -> HttpResponse:
    one, now = the_loan(request, pk), timezone.now()
    with timezone.override(one.site.timezone):
        context = {
            "loan": one,
            "is_overdue": one.is_overdue(now),
            "days": loan_days(one, now=now),
            "cost": loan_cost(one, now=now),
            "events": one.events.select_related("by"),
            "photos": one.photos.defer("content"),
            "steps": open_to(TRANSITIONS, one, request.user),
            "conditions": Condition.choices,
            "now": now,
            "words": {step.key: step.label for step in TRANSITIONS} | {"out": _("Lent")},
        }
        return render(request, "loans/loan.html", context)


@require_POST
@may_lend
def loan_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One declared transition; why it could not be made is told on the loan's page."""
    one = the_loan(request, pk)
    with timezone.override(one.site.timezone):
        form = MoveForm(request.POST, request.FILES)
        if not form.is_valid():
            words = "; ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items())
            messages.error(request, words)
            return redirect(one)
        said = form.cleaned_data
        photo = said["photo"]
        if photo is not None and photo.size > MOST_BYTES:
            messages.error(request, _("photo: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
            return redirect(one)
        told = Told(
            said["due_at"], said["at"], said["condition"], said["note"], photo.read() if photo else None
        )
        try:
            moved = move_loan(
                loan=one, transition=said["transition"], by=request.user, now=timezone.now(), told=told,
                version=said["version"],
            )  # fmt: skip
        except LoanRefusedError as refused:
            messages.error(request, f"{refused.field}: {refused}" if refused.field else str(refused))
        except TransitionRefusedError as refused:
            messages.error(request, str(refused))
        else:
            if moved.order_id:
                messages.info(request, _("Order %s was opened for it.") % moved.order_id)
    return redirect(one)


@require_safe
@may_see
def loan_photo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    photos = LoanPhoto.objects.filter(in_sites_of(request.user, "loan__site"))
    photo: LoanPhoto = get_object_or_404(photos, pk=uuid)
    return HttpResponse(
        bytes(photo.content),
        content_type=MEDIA_TYPE,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": f'inline; filename="loan-{photo.loan_id}-{photo.pk.hex[:8]}.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
