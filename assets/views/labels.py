"""Labels: choose what for, on which sheet, look at the first page, print."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.filters import AssetFilter
from assets.labels.content import Label, labels_of_assets, labels_of_rooms
from assets.labels.printing import Job, preview, print_labels
from assets.labels.sheets import SHEETS
from assets.labels.symbols import Symbology
from assets.maintenance.reports import report_addresses
from assets.models import Asset
from locations.models import Floor, Zone

MOST = 1000
"""Labels in one file; a filter makes several files of more."""
FILTERS = ("q", "category", "activity", "floor", "zone", "department")


class PrintForm(forms.Form):
    sheet = forms.ChoiceField(
        label=gettext_lazy("Labels"),
        choices=[(key, sheet.title) for key, sheet in SHEETS.items()],
        widget=forms.Select(attrs={"class": "select"}),
    )
    symbol = forms.ChoiceField(
        label=gettext_lazy("Code"),
        choices=Symbology.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    start = forms.IntegerField(
        label=gettext_lazy("Begin at label"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
        help_text=gettext_lazy(
            "Where the first free one is on a sheet that is partly used, counted along the rows."
        ),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("sheet") and told.get("start", 1) > (most := SHEETS[told["sheet"]].count):
            self.add_error("start", _("This sheet has %(most)s labels.") % {"most": most})
        return told


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def labels(request: HttpRequest) -> HttpResponse:
    """``of=rooms`` with ``floor``, or equipment by the filters of its list and by ``tag``, which may be repeated."""
    form = _form(request)
    wanted, count = _wanted(request)
    job = _job(form, wanted)
    context: dict[str, Any] = {
        "form": form,
        "job": job,
        "count": count,
        "most": MOST,
        "is_rooms": _is_rooms(request),
        "kept": [
            (name, value) for name in (*FILTERS, "tag", "of") for value in request.GET.getlist(name) if value
        ],
        "tags": request.GET.getlist("tag"),
        "floors": Floor.objects.visible_to(request.user).select_related("building"),
        "floor": request.GET.get("floor", ""),
    }
    return render(request, "assets/labels.html", context)


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def labels_preview(request: HttpRequest) -> HttpResponse:
    return HttpResponse(preview(_sound_job(request)), content_type="image/svg+xml")


@require_safe
@permission_required("assets.view_asset", raise_exception=True)
@never_cache
def labels_file(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        print_labels(_sound_job(request)),
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="labels.pdf"'},
    )


def _form(request: HttpRequest) -> PrintForm:
    first = {"sheet": next(iter(SHEETS)), "symbol": Symbology.QR.value, "start": "1"}
    return PrintForm({name: request.GET.get(name) or value for name, value in first.items()})


def _job(form: PrintForm, wanted: list[Label]) -> Job | None:
    if not form.is_valid():
        return None
    told = form.cleaned_data
    return Job(wanted, SHEETS[told["sheet"]], Symbology(told["symbol"]), told["start"])


def _sound_job(request: HttpRequest) -> Job:
    form = _form(request)
    job = _job(form, _wanted(request)[0])
    if job is None:
        field, problems = next(iter(form.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return job


def _is_rooms(request: HttpRequest) -> bool:
    return request.GET.get("of") == "rooms"


def _wanted(request: HttpRequest) -> tuple[list[Label], int]:
    """The labels, not more than :data:`MOST`, and how many there would be."""
    if _is_rooms(request):
        rooms = _rooms(request)
        return labels_of_rooms(rooms[:MOST]), rooms.count()
    assets = _assets(request)
    shown = list(assets.select_related("model", "site")[:MOST])
    return labels_of_assets(shown, report_addresses(shown)), assets.count()


def _rooms(request: HttpRequest) -> QuerySet[Zone]:
    rooms = Zone.objects.visible_to(request.user).current().select_related("floor__building")
    if floor := request.GET.get("floor"):
        rooms = rooms.filter(floor__slug=floor)
    return rooms.order_by("floor__building", "floor__level", "name")


def _assets(request: HttpRequest) -> QuerySet[Asset]:
    owned = Asset.objects.visible_to(request.user).in_service()
    chosen = AssetFilter({name: request.GET.get(name) for name in FILTERS}, queryset=owned, request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    assets: QuerySet[Asset] = chosen.qs
    tags = request.GET.getlist("tag")
    return (assets.filter(asset_tag__in=tags) if tags else assets).order_by("asset_tag")
