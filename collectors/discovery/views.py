"""Pages about searching networks, and about deciding what becomes of what was met."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from assets.models import Asset
from assets.views.fragments import wants_fragment
from collectors.clock_words import zone_for
from collectors.discovery import decisions
from collectors.discovery.forms import (
    NEW_ASSET,
    OtherDeviceForm,
    SearchForm,
    TakeOnForm,
    free_name,
)
from collectors.discovery.places import SearchRefused
from collectors.discovery.runs import in_progress, request_discovery, stop_discovery
from collectors.models import Discovery, Find

SEARCHES_SHOWN = 10
FINDS_SHOWN = 200

may_discover = permission_required(["collectors.view_find", "collectors.discover"], raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_discover
@never_cache
@vary_on_headers("HX-Request")
def discovery(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the search that is under way, and a form for the next."""
    form = SearchForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid() and _begin(request, form):
        return redirect("discovery")
    zone = zone_for(request.user)
    with timezone.override(zone):
        if wants_fragment(request):
            return render(request, "collectors/_discovery.html", _standing(request))
        context = _standing(request) | {"form": form, "chosen": _chosen(form)}
        return render(request, "collectors/discovery.html", context, status=400 if form.is_bound else 200)


@require_POST
@may_discover
def stop(request: HttpRequest, pk: Any) -> HttpResponse:
    """End a search early; what was met stays."""
    search = get_object_or_404(
        Discovery.objects.filter(segment__in=_segments(request), finished_at=None), pk=pk
    )
    stop_discovery(discovery=search, now=timezone.now())
    return redirect("discovery")


@require_http_methods(["GET", "HEAD", "POST"])
@may_discover
@never_cache
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """One device that was met: what it says, what it seems to be, and what is to become of it."""
    thing = get_object_or_404(
        Find.objects.visible_to(request.user).select_related(
            "segment__site",
            "endpoint__asset__model__category",
            "asset__model__category",
            "credential",
            "decided_by",
        ),
        pk=pk,
    )
    with timezone.override(thing.segment.site.timezone):
        return (
            _decide_changed(request, thing)
            if thing.kind == Find.Kind.CHANGED
            else _decide_new(request, thing)
        )


@require_POST
@may_discover
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a device alone."""
    thing = get_object_or_404(Find.objects.visible_to(request.user), pk=pk)
    try:
        decisions.dismiss(find=thing, by=request.user, now=timezone.now())
    except decisions.DecidedAlreadyError as error:
        messages.info(request, str(error))
    return redirect("discovery")


def _segments(request: HttpRequest) -> Any:
    from_form: Any = SearchForm(user=request.user).fields["segment"]
    return from_form.queryset


def _begin(request: HttpRequest, form: SearchForm) -> bool:
    asked = form.cleaned_data
    try:
        request_discovery(
            segment=asked["segment"],
            network=asked["network"].strip(),
            ports=asked["ports"],
            credentials=asked["credentials"],
            by=request.user,
            now=timezone.now(),
        )
    except SearchRefused as refusal:
        form.add_error("network", str(refusal))
        return False
    return True


def _standing(request: HttpRequest) -> dict[str, Any]:
    now, segments = timezone.now(), _segments(request)
    searches = Discovery.objects.filter(segment__in=segments).select_related("segment", "requested_by")
    under_way = list(in_progress(now).filter(segment__in=segments).select_related("segment"))
    running = {each.pk for each in under_way}
    return {
        "under_way": under_way,
        "searches": [each for each in searches[:SEARCHES_SHOWN] if each.pk not in running],
        "finds": Find.objects.visible_to(request.user)
        .undecided()
        .select_related("segment", "endpoint", "asset__model__category")
        .order_by("kind", "segment__name", "host", "port")[:FINDS_SHOWN],
        "now": now,
    }


def _chosen(form: SearchForm) -> set[str]:
    return {str(getattr(each, "pk", each)) for each in form["credentials"].value() or []}


def _decide_new(request: HttpRequest, thing: Find) -> HttpResponse:
    form = TakeOnForm(
        request.POST if request.method == "POST" else None,
        find=thing,
        initial={"name": free_name(thing)},
    )
    if form.is_valid() and (answer := _take_on(request, thing, form)):
        return answer
    return render(
        request,
        "collectors/find.html",
        {"find": thing, "form": form, "facts": _facts(thing), "now": timezone.now()},
        status=400 if form.is_bound else 200,
    )


def _take_on(request: HttpRequest, thing: Find, form: TakeOnForm) -> HttpResponse | None:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            asset: Asset | None = said["asset"]
            if said["speaks_of"] == NEW_ASSET:
                asset = decisions.register_equipment(find=thing, asset_tag=said["other"], model=said["model"])
            endpoint = decisions.take_on(
                find=thing,
                name=said["name"],
                profile=said["profile"],
                asset=asset,
                by=request.user,
                now=timezone.now(),
                exception_reason=said["exception_reason"],
            )
    except decisions.DecidedAlreadyError as error:
        messages.info(request, str(error))
        return redirect("find-device", pk=thing.pk)
    except ValidationError as error:
        thing.refresh_from_db(
            fields=["decision", "decided_by", "decided_at"]
        )  # nothing was decided after all
        _tell(form, error)
        return None
    messages.info(request, f"{endpoint.name} is read from now on.")
    return redirect("endpoint", pk=endpoint.pk)


def _decide_changed(request: HttpRequest, thing: Find) -> HttpResponse:
    is_same = request.POST.get("same") == "yes"
    suggested = thing.asset.asset_tag if thing.asset else ""
    form = OtherDeviceForm(
        request.POST if request.method == "POST" and not is_same else None,
        find=thing,
        initial={"other": suggested},
    )
    try:
        if request.method == "POST" and is_same:
            decisions.say_same_device(find=thing, by=request.user, now=timezone.now())
            return redirect("endpoint", pk=thing.endpoint_id)
        if form.is_valid():
            decisions.say_other_device(
                find=thing, asset=form.cleaned_data["asset"], by=request.user, now=timezone.now()
            )
            return redirect("endpoint", pk=thing.endpoint_id)
    except decisions.DecidedAlreadyError as error:
        messages.info(request, str(error))
        return redirect("find-device", pk=thing.pk)
    except ValidationError as error:
        thing.refresh_from_db(fields=["decision", "decided_by", "decided_at"])
        _tell(form, error)
    return render(
        request,
        "collectors/find.html",
        {"find": thing, "form": form, "facts": _facts(thing), "now": timezone.now()},
        status=400 if request.method == "POST" else 200,
    )


def _tell(form: forms.Form, error: ValidationError) -> None:
    """Each message at its field, where the form has that; else at the top."""
    told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, words in told.items():
        for each in words:
            name = {"asset_tag": "other"}.get(field, field)
            form.add_error(name if name in form.fields else None, each)


WORDS = {
    "serial_number": "Serial number",
    "expected": "Serial number in the register",
    "name": "Its own name",
    "model_name": "Model",
    "vendor": "Maker",
    "product": "Product",
    "revision": "Revision",
    "firmware_version": "Firmware",
    "part_number": "Part number",
    "device_name": "Name set in it",
    "mac": "MAC address",
    "description": "Description",
    "object_id": "Kind (sysObjectID)",
}


def _facts(thing: Find) -> list[tuple[str, str]]:
    return [(words, thing.facts[key]) for key, words in WORDS.items() if thing.facts.get(key)]
