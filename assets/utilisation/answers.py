"""What pages and API of reports have in common: the day of the site, files, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from assets.utilisation.sheets import Sheet, as_csv, as_workbook
from locations.models import Site

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def today_of(request: HttpRequest | Request) -> date:
    """By the clock of the site that is asked for."""
    sites = Site.objects.visible_to(request.user)
    site = sites.filter(slug=request.GET.get("site", "")).first() or sites.first()
    zone = ZoneInfo(site.timezone) if site else timezone.get_default_timezone()
    return timezone.now().astimezone(zone).date()


def refused(form: forms.Form) -> JsonResponse:
    """What is wrong with each field, where a page has no room to say it."""
    return JsonResponse(form.errors.get_json_data(), status=400)


def check_names(request: Request, names: Iterable[str]) -> None:
    """Raises a 400 that names each parameter which there is not."""
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        raise ValidationError({name: ["There is no such parameter."] for name in unknown})


def check_form(form: forms.Form) -> None:
    """Raises a 400 that names what cannot be."""
    if not form.is_valid():
        raise ValidationError({name: [str(each) for each in errors] for name, errors in form.errors.items()})


def file_of(request: HttpRequest, sheet: Sheet, name: str) -> HttpResponse:
    """``as=xlsx`` asks for a workbook instead of plain text."""
    if request.GET.get("as") == "xlsx":
        return attached(as_workbook(sheet), WORKBOOK, f"{name}.xlsx")
    return attached(as_csv(sheet).encode(), "text/csv; charset=utf-8", f"{name}.csv")


def attached(content: bytes, media_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media_type, headers=headers)


def pdf_of(content: bytes, name: str) -> HttpResponse:
    return attached(content, "application/pdf", name)
