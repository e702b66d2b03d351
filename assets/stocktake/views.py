"""Stocktakes: the list, a new one, how far one is, a room counted with a phone, and the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.scanning import resolve_code
from assets.signatures import SignatureRefusedError, read_signature
from assets.stocktake.closing import close_stocktake, decide_tag, tell_unfound
from assets.stocktake.counting import close_room, reopen_room
from assets.stocktake.forms import OpenForm
from assets.stocktake.models import Room, Stocktake
from assets.stocktake.opening import StocktakeRefusedError, open_stocktake
from assets.stocktake.printing import MOST_PRINTED, print_report
from assets.stocktake.report import report_csv, report_of
from assets.stocktake.words import SHOWN, State
from assets.views.fragments import wants_fragment

may_see = permission_required("stocktake.view_stocktake", raise_exception=True)
may_count = permission_required(
    ["stocktake.view_stocktake", "stocktake.count_stocktake", "assets.place_asset"], raise_exception=True
)
may_open = permission_required(["stocktake.view_stocktake", "stocktake.open_stocktake"], raise_exception=True)
REFUSALS = (StocktakeRefusedError, SignatureRefusedError)
PAGE_SIZE = 50
ROOMS_PAGE = 200
LINES_PAGE = 200


@require_safe
@may_see
@never_cache
def stocktakes(request: HttpRequest) -> HttpResponse:
    """The latest first, each with how far it is."""
    found = Stocktake.objects.visible_to(request.user).select_related("site", "opened_by")
    page = _page(request, found.defer("drawing").with_progress(), PAGE_SIZE)
    return render(request, "stocktake/stocktakes.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@may_open
@never_cache
def stocktake_new(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_stocktake(
                name=form.cleaned_data["name"], scope=form.scope, by=request.user, now=timezone.now()
            )
        except StocktakeRefusedError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return redirect(made)
    return render(request, "stocktake/new.html", {"form": form})


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def stocktake(request: HttpRequest, pk: int) -> HttpResponse:
    """Its rooms, with how far each is. ``code``: a scanned label of a room, which leads to that room."""
    whole = _the(request, pk)
    if code := request.GET.get("code", "").strip():
        return _to_room(request, whole, code)
    rooms = whole.rooms.with_progress().select_related("closed_by").order_by("position")
    if request.GET.get("left") == "1":
        rooms = rooms.filter(closed_at__isnull=True)
    context = {
        "stocktake": whole,
        "page": _page(request, rooms, ROOMS_PAGE),
        "left": request.GET.get("left") == "1",
        "placeless": whole.lines.filter(room__isnull=True, is_expected=True, state=State.OPEN).count(),
    }
    name = "_rooms.html" if wants_fragment(request) else "stocktake.html"
    return render(request, f"stocktake/{name}", context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
@csp_update({"script-src": ["'wasm-unsafe-eval'"]})  # type: ignore[arg-type]  # the reader of codes, WebAssembly
def stocktake_room(request: HttpRequest, pk: int, room: int) -> HttpResponse:
    """What is expected in the room and what was said of it; scanned and tapped by who may count."""
    whole = _the(request, pk)
    lines = whole.lines.of_room(room).with_rooms().select_related("said_by", "asset__now").in_order()
    if (state := request.GET.get("state", "")) in SHOWN:
        lines = lines.filter(state=state)
    context = {
        "stocktake": whole,
        "room": get_object_or_404(whole.rooms.with_progress().select_related("closed_by"), pk=room),
        "page": _page(request, lines, LINES_PAGE),
        "next": whole.rooms.filter(closed_at__isnull=True).exclude(pk=room).first(),
        "may_count": whole.is_open
        and request.user.has_perms(["stocktake.count_stocktake", "assets.place_asset"]),
    }
    name = "_lines.html" if wants_fragment(request) else "room.html"
    return render(request, f"stocktake/{name}", context)


@require_POST
@may_count
def stocktake_room_close(request: HttpRequest, pk: int, room: int) -> HttpResponse:
    """Closed, or with ``open`` opened again."""
    whole = _the(request, pk)
    row: Room = get_object_or_404(whole.rooms, pk=room)
    if request.POST.get("open"):
        return _answer(request, lambda: reopen_room(room=row, by=request.user), row)
    return _answer(request, lambda: close_room(room=row, by=request.user, now=timezone.now()), whole)


@require_POST
@may_open
def stocktake_close(request: HttpRequest, pk: int) -> HttpResponse:
    """``signature``: the name; ``drawing``: as a canvas gives it; ``note``."""
    whole, told = _the(request, pk), request.POST

    def close() -> None:
        signature = read_signature(told.get("signature", ""), told.get("drawing", ""))
        close_stocktake(
            stocktake=whole,
            by=request.user,
            now=timezone.now(),
            signature=signature,
            note=told.get("note", ""),
        )

    return _answer(request, close, whole)


@require_safe
@may_see
@never_cache
def stocktake_report(request: HttpRequest, pk: int) -> HttpResponse:
    """So far, or for good."""
    whole = _the(request, pk)
    with timezone.override(whole.site.timezone):
        return render(request, "stocktake/report.html", {"report": report_of(whole), "stocktake": whole})


@require_safe
@may_see
@never_cache
def stocktake_file(request: HttpRequest, pk: int) -> HttpResponse:
    return _file(report_csv(_the(request, pk)), "text/csv; charset=utf-8", f"stocktake-{pk}.csv")


@require_safe
@may_see
@never_cache
def stocktake_report_file(request: HttpRequest, pk: int) -> HttpResponse:
    whole = _the(request, pk)
    with timezone.override(whole.site.timezone):
        content = print_report(report_of(whole, most=MOST_PRINTED))
    return _file(content, "application/pdf", f"stocktake-{pk}.pdf")


@require_POST
@may_open
def stocktake_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """``line``, as often as wanted: looked for in vain."""
    whole = _the(request, pk)
    lines = [int(text) for text in request.POST.getlist("line") if _is_number(text)]

    def tell() -> None:
        told = tell_unfound(stocktake=whole, lines=lines, by=request.user)
        words = ngettext("%s attempt to locate is noted.", "%s attempts to locate are noted.", told)
        messages.success(request, words % told)

    _answer(request, tell, whole)
    return redirect("stocktake-report", pk)


@require_POST
@may_open
def stocktake_tag(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """``tag``: the piece it was registered as; without it, ``note`` says why it is dismissed."""
    whole = _the(request, pk)
    row = get_object_or_404(whole.lines.select_related("stocktake"), pk=line)
    tag, note = request.POST.get("tag", ""), request.POST.get("note", "")
    _answer(
        request, lambda: decide_tag(line=row, tag=tag, note=note, by=request.user, now=timezone.now()), whole
    )
    return redirect("stocktake-report", pk)


def _to_room(request: HttpRequest, whole: Stocktake, code: str) -> HttpResponse:
    scanned = resolve_code(code, request.user)
    room = whole.rooms.filter(zone__in=[zone.pk for zone in scanned.rooms]).first()
    if room is None:
        messages.warning(request, _("This is the label of no room of this stocktake."))
        return redirect(whole)
    return redirect(room)


def _the(request: HttpRequest, pk: int) -> Stocktake:
    known = Stocktake.objects.visible_to(request.user).select_related("site", "opened_by", "closed_by")
    found: Stocktake = get_object_or_404(known.with_progress(), pk=pk)
    return found


def _page(request: HttpRequest, rows: Any, size: int) -> Any:
    try:
        return Paginator(rows, size).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error


def _answer(request: HttpRequest, do: Callable[[], Any], to: Any) -> HttpResponse:
    """Does it and leads back; why it could not be done is told there."""
    try:
        do()
    except REFUSALS as refused:
        messages.error(request, str(refused))
    return redirect(to)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
