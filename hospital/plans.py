"""Floor plans by hand: the list of floors, the editor, and what it sends back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import orjson
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.homes import move_home_zones
from assets.live.feed import send_plan_change
from collectors.clock_words import zone_for
from hospital.audit.gather import gathered
from hospital.audit.models import Action
from hospital.audit.record import record_event
from hospital.people import move_people
from hospital.plan_changes import last_changes
from locations.floor_draft import Draft, DraftRefusedError, MalformedDraftError, read_draft
from locations.floor_state import departments_of, plan_state, zones_elsewhere
from locations.models import Floor, Passage
from locations.plan_edit import Edited, PlanConflictError, save_plan
from locations.plans import picture_of
from locations.receiver_kinds import ReceiverKind
from locations.receiver_list import unplaced_receivers
from locations.walk_tables import renew_walks
from locations.zones import ZoneKind

MOST_UNPLACED = 200

may_change = permission_required("locations.change_zone", raise_exception=True)


@require_safe
@may_change
@never_cache
def plans(request: HttpRequest) -> HttpResponse:
    """Buildings with their floors from the top down: who changed each last, and the ways to change it."""
    floors = list(
        Floor.objects.visible_to(request.user)
        .select_related("building__site")
        .defer("outline")
        .order_by("building__name", "building", "-level")
    )
    changes = last_changes(floors)
    buildings = [
        (building, [(floor, changes.get(floor.pk)) for floor in storeys])
        for building, storeys in groupby(floors, lambda floor: floor.building)
    ]
    with timezone.override(zone_for(request.user)):
        return render(request, "hospital/plans.html", {"buildings": buildings})


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def plan_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The editor; what it sends back is a whole floor as JSON: 200 stored, 409 changed meanwhile, 422 with faults."""
    floor = _floor(request, slug)
    if request.method == "POST":
        return _store(request, floor)
    context = {
        "floor": floor,
        "kinds": ZoneKind.choices,
        "departments": departments_of(floor),
        "passage_kinds": Passage.Kind.choices,
        "receiver_kinds": ReceiverKind.choices,
        "unplaced": unplaced_receivers().order_by("-heard_at")[:MOST_UNPLACED],
    }
    return render(request, "hospital/plan_edit.html", context)


@require_safe
@may_change
@never_cache
def plan_floor_state(request: HttpRequest, slug: str) -> HttpResponse:
    """The floor as the editor takes it up, and where its lifts and stairs may lead."""
    return JsonResponse(_state(_floor(request, slug)))


def _floor(request: HttpRequest, slug: str) -> Floor:
    floors = Floor.objects.visible_to(request.user).select_related("building__site")
    found: Floor = get_object_or_404(floors, slug=slug)
    return found


def _state(floor: Floor) -> dict[str, Any]:
    return plan_state(floor) | {"elsewhere": zones_elsewhere(floor), "picture": picture_of(floor)}


def _store(request: HttpRequest, floor: Floor) -> HttpResponse:
    try:
        draft = read_draft(_content(request))
        edited = store_drawn_floor(floor=floor, draft=draft)
    except MalformedDraftError as error:
        return JsonResponse({"error": f"This is no plan: {error}"}, status=400)
    except DraftRefusedError as refused:
        faults = [{"keys": fault.keys, "words": fault.words, "at": fault.at} for fault in refused.faults]
        return JsonResponse({"faults": faults}, status=422)
    except PlanConflictError:
        return JsonResponse(_conflict(floor), status=409)
    floor.refresh_from_db()
    return JsonResponse({"words": str(edited), "state": _state(floor)})


def _content(request: HttpRequest) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise MalformedDraftError("it is not JSON") from error


def _conflict(floor: Floor) -> dict[str, Any]:
    """Who saved meanwhile, when and what, with the floor as it is now."""
    floor.refresh_from_db()
    last = last_changes([floor]).get(floor.pk)
    said = (
        {"who": last.who, "at": last.at, "what": last.what} if last else {"who": "", "at": None, "what": ""}
    )
    return {**said, "state": _state(floor)}


@transaction.atomic
def store_drawn_floor(*, floor: Floor, draft: Draft) -> Edited:
    """Store a draft: what belongs to its zones follows them, one event in the trail says what was done."""
    with gathered() as changes:
        edited = save_plan(floor=floor, draft=draft, now=timezone.now())
        move_home_zones(successors=edited.successors)
        move_people(successors=edited.successors)
    renew_walks(floor.building.site_id)
    if changes:
        said = (
            f"Plan of {floor} changed: {edited}" if edited.counts.total() else f"Plan of {floor} saved again"
        )
        record_event(action=Action.CHANGE, obj=floor, changes=changes, detail=said)
        transaction.on_commit(lambda: send_plan_change(floor.pk))
    return edited
