"""The page of receivers: what hears equipment, where it stands, and a file that says so for many at once."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.find import clean_text
from assets.tables import safe_cell
from collectors.clock_words import zone_for
from hospital.audit.models import Action
from hospital.audit.record import record_event
from locations.models import Floor, Receiver
from locations.receiver_import import (
    MOST_OCTETS,
    ImportPlan,
    ImportRefusedError,
    import_receivers,
    plan_import,
)
from locations.receiver_kinds import ReceiverKind, kind_of
from locations.receiver_list import placed_lines, placed_receivers, unplaced_lines, unplaced_receivers

PAGE_SIZE = 100
MOST_UNPLACED = 200
HEADINGS = ("identifier", "kind", "label", "floor", "zone", "x", "y", "reach_m")

may_view = permission_required("locations.view_receiver", raise_exception=True)
may_import = permission_required("locations.import_receivers", raise_exception=True)


@require_safe
@may_view
@never_cache
def receivers(request: HttpRequest) -> HttpResponse:
    """``q`` text, ``kind`` as in :class:`ReceiverKind`, ``page`` from 1."""
    text, kind = clean_text(request.GET.get("q", "")), request.GET.get("kind", "")
    kind = kind if kind in ReceiverKind.values else ""
    page = _page(placed_receivers(request.user, text, kind), request)
    unplaced = [
        row for row in unplaced_receivers(text).order_by("-heard_at") if kind in ("", kind_of(row.identifier))
    ]
    context: dict[str, Any] = {
        "text": text,
        "kind": kind,
        "kinds": ReceiverKind.choices,
        "page": page,
        "lines": placed_lines(page.object_list),
        "unplaced": unplaced_lines(unplaced[:MOST_UNPLACED]),
        "unplaced_count": len(unplaced),
        "may_import": request.user.has_perm("locations.import_receivers"),
    }
    with timezone.override(zone_for(request.user)):
        return render(request, "hospital/receivers.html", context)


@require_safe
@may_view
def receivers_file(request: HttpRequest) -> HttpResponse:
    """All of them, as the import takes them; those without a place with nothing after their names."""
    return HttpResponse(
        receivers_csv(request.user),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="receivers-{timezone.now():%Y-%m-%d}.csv"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
@never_cache
def receivers_import(request: HttpRequest) -> HttpResponse:
    """A file is looked over first: what it would change, or what is wrong with it. Then it is taken, unchanged."""
    if request.method != "POST":
        return render(request, "hospital/receivers_import.html", {})
    content = _content(request)
    if content is None:
        return render(request, "hospital/receivers_import.html", {"missing": True}, status=400)
    plan = plan_import(content, floors=Floor.objects.visible_to(request.user))
    if "confirm" in request.POST and not plan.problems:
        try:
            take_in(plan=plan)
        except ImportRefusedError as refused:
            plan.problems = refused.problems
        else:
            messages.success(request, f"Receivers stored: {plan}.")
            return redirect("receivers")
    context = {"plan": plan, "content": content.decode("utf-8-sig", "replace")}
    return render(request, "hospital/receivers_import.html", context, status=400 if plan.problems else 200)


@transaction.atomic
def take_in(*, plan: ImportPlan) -> None:
    """Store a plan, with one record in the audit trail; or neither, and :class:`ImportRefusedError`."""
    import_receivers(plan)
    if plan.changes:
        record_event(
            action=Action.CHANGE,
            object_type=Receiver._meta.label_lower,
            object_text=f"{len(plan.changes)} receivers",
            changes=plan.changes,
            detail=f"Imported: {plan}",
        )


def receivers_csv(user: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for heard in unplaced_receivers().order_by("identifier"):
        writer.writerow([safe_cell(heard.identifier), kind_of(heard.identifier).value, *[""] * 6])
    for row in placed_receivers(user):
        cells = [row.identifier, row.kind, row.label, row.floor.slug, row.zone.code if row.zone else ""]
        writer.writerow([*map(safe_cell, cells), *(f"{number:g}" for number in (row.x, row.y, row.reach_m))])
    return out.getvalue()


def _content(request: HttpRequest) -> bytes | None:
    """The file, or when it is confirmed, what it held."""
    if "confirm" in request.POST:
        return request.POST.get("content", "").encode()
    file = request.FILES.get("file")
    return file.read(MOST_OCTETS + 1) if file is not None and file.size else None


def _page(found: Any, request: HttpRequest) -> Any:
    try:
        return Paginator(found, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise Http404("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
