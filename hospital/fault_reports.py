"""Reporting a fault by the code on a label, without an account.

The page says “this device” and the hospital's name, whatever the token: who holds one learns nothing from it, and who
guesses one is not told whether it is there.
"""

from __future__ import annotations

import math
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.maintenance.photos import MOST_BYTES, PhotoRefusedError, Picture, read_photo
from assets.maintenance.reports import TEXT_LENGTH, WRONG
from assets.maintenance.reports import report_fault as open_report
from assets.models import Asset
from hospital.address import client_address
from hospital.throttle import claim_report
from locations.models import Site

TOKEN_LENGTH = 32


class ReportForm(forms.Form):
    """``picture`` is what the photo was, written anew; nothing without one."""

    wrong = forms.ChoiceField(
        choices=list(WRONG.items()), error_messages={"required": _("Choose what is wrong.")}
    )
    text = forms.CharField(max_length=TEXT_LENGTH, required=False)
    photo = forms.FileField(required=False, error_messages={"empty": _("The photo is empty. Take it again.")})

    picture: Picture | None = None

    def clean_text(self) -> str:
        return " ".join(str(self.cleaned_data["text"]).split())

    def clean_photo(self) -> Any:
        file = self.cleaned_data["photo"]
        if file is None:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The photo is larger than %s MB.") % (MOST_BYTES // 1_000_000))
        try:
            self.picture = read_photo(file.read())
        except PhotoRefusedError as refused:
            raise forms.ValidationError(str(refused)) from None
        return file


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_fault(request: HttpRequest, token: str) -> HttpResponse:
    """Asks what is wrong; what is told becomes an unverified order, if the token is one.

    Who is signed in and may see the equipment comes to its page, where more can be said of it.
    """
    if request.method != "POST":
        asset = _seen_by(request.user, token)
        if asset is not None and "report" not in request.GET:
            return redirect("asset", asset.asset_tag)
        return _page(request, ReportForm())
    wait = claim_report(token=token[:TOKEN_LENGTH], address=client_address(request), now=timezone.now())
    if wait:
        return _page(request, ReportForm(request.POST), wait=wait, status=HTTPStatus.TOO_MANY_REQUESTS)
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.BAD_REQUEST)
    if len(token) <= TOKEN_LENGTH:
        told = form.cleaned_data
        open_report(
            token=token, wrong=told["wrong"], text=told["text"], picture=form.picture, now=timezone.now()
        )
    return render(request, "hospital/fault_reported.html", {"hospital": hospital_name()})


def _seen_by(user: Any, token: str) -> Asset | None:
    if not user.has_perm("assets.view_asset") or len(token) > TOKEN_LENGTH:
        return None
    labelled = Asset.objects.visible_to(user).in_service()
    found: Asset | None = labelled.filter(report_token__token=token).first()
    return found


def hospital_name() -> str:
    """Of the one site there is; where there are several, none is named: that would tell where the device belongs."""
    names = list(Site.objects.values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def _page(
    request: HttpRequest, form: ReportForm, *, wait: timedelta | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "hospital": hospital_name(),
        "wait_s": math.ceil(wait.total_seconds()) if wait else None,
        "text_length": TEXT_LENGTH,
    }
    return render(request, "hospital/report_fault.html", context, status=status)
