"""The import page: a file is looked over first, as a drawing and in words; then it is taken in, or left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hospital.floor_plans import import_building, summary
from hospital.models import PlanUpload
from hospital.plan_forms import OptionsForm, UploadForm
from hospital.plan_looks import Look, look_over, picture_of_upload, raw_drawing
from hospital.plan_uploads import KEPT, keep_upload
from locations.models import Site
from locations.plan_parts import PlanRefused
from locations.views import picture_response

may_change = permission_required("locations.change_zone", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def plan_import(request: HttpRequest) -> HttpResponse:
    """Which building, and the file; it is kept to be looked over, and nothing else happens."""
    sites = Site.objects.visible_to(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, sites=sites)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 400
        return render(request, "hospital/plan_import.html", {"form": form}, status=status)
    told, building = form.cleaned_data, form.cleaned_data["building"]
    upload = keep_upload(
        user=request.user,  # type: ignore[arg-type]  # signed in, or the permission would be missing
        content=told["file"].read(),
        told={
            "file_name": told["file"].name[:120],
            "site": building.site if building else told["site"],
            "building": building.slug if building else told["slug"],
            "building_name": building.name if building else told["name"],
        },
        now=timezone.now(),
    )
    return redirect("plan-preview", upload.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def plan_preview(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """``action`` is ``look`` (with options), ``apply`` or ``leave``."""
    upload = _upload(request, uuid)
    if request.method != "POST":
        return _shown(request, look_over(upload))
    action = request.POST.get("action")
    if action == "leave":
        upload.delete()
        return redirect("plans")
    return _applied(request, upload) if action == "apply" else _with_options(request, upload)


def _upload(request: HttpRequest, uuid: UUID) -> PlanUpload:
    """While it is kept, for those who may see its site."""
    found = PlanUpload.objects.filter(
        uploaded_at__gt=timezone.now() - KEPT,
        site__in=Site.objects.visible_to(request.user),
    )
    upload: PlanUpload = get_object_or_404(found.select_related("site"), pk=uuid)
    return upload


def _with_options(request: HttpRequest, upload: PlanUpload) -> HttpResponse:
    look = look_over(upload)
    if look.format is None:
        return _shown(request, look, status=400)
    form = OptionsForm(request.POST, plan_format=look.format)
    if not form.is_valid():
        return _shown(request, look, form=form, status=400)
    upload.options = form.cleaned_data
    upload.save(update_fields=["options"])
    return redirect("plan-preview", upload.pk)


def _applied(request: HttpRequest, upload: PlanUpload) -> HttpResponse:
    look = look_over(upload)
    if look.plan is None:
        return _shown(request, look, status=400)
    if look.overlaps and request.POST.get("lets_overlaps_in") != "yes":
        return _shown(request, look, status=400, undecided=True)
    try:
        imported = import_building(
            plan=look.plan,
            site=upload.site,
            building=upload.building,
            name=upload.building_name,
            now=timezone.now(),
        )
    except PlanRefused as refused:
        look.plan, look.faults = None, refused.faults
        return _shown(request, look, status=400)
    upload.delete()
    messages.success(request, f"{upload.building_name}: {summary(imported)}.")
    return redirect("plans")


def _shown(request: HttpRequest, look: Look, status: int = 200, **extra: Any) -> HttpResponse:
    form = extra.pop("form", None)
    if form is None and look.format is not None:
        form = OptionsForm(initial=look.upload.options, plan_format=look.format)
    context = {
        "look": look,
        "upload": look.upload,
        "form": form,
        "raw": _raw(look),
        "floors_there": look.building.floors.order_by("level") if look.building else [],
        **extra,
    }
    return render(request, "hospital/plan_preview.html", context, status=status)


def _raw(look: Look) -> Any:
    try:
        return raw_drawing(look)
    except PlanRefused:
        return None  # its faults are on the page already


@require_safe
@may_change
@never_cache
def plan_preview_picture(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """An uploaded image, written anew, for setting points on it."""
    try:
        content, media_type = picture_of_upload(_upload(request, uuid))
    except PlanRefused as refused:
        raise Http404("It is no image.") from refused
    return picture_response(content, media_type, f'"{uuid.hex}"')
