"""Rounds: what to take and what to leave, in the order of the walk, ticked off by whoever walks it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.par import rounds
from assets.par.models import Move, Round
from assets.par.rounds import RoundRefusedError
from assets.units import units_for
from assets.views.fragments import wants_fragment
from locations.models import Zone
from locations.walking import walk_graph

MOST_ROUNDS = 20
ACTIONS = {"take": rounds.take, "leave": rounds.leave, "skip": rounds.skip, "back": rounds.take_back}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at a stop."""

    move: Move
    is_leaving: bool

    @property
    def is_done(self) -> bool:
        return self.move.is_done or (not self.is_leaving and self.move.taken_at is not None)

    @property
    def is_possible(self) -> bool:
        """What is not on the cart cannot be left."""
        return not self.is_done and (not self.is_leaving or self.move.taken_at is not None)


@dataclass(frozen=True, slots=True)
class Stop:
    """A room on the walk, with what is done there and how far it is from the stop before."""

    zone: Zone
    steps: list[Step]
    metres: float | None

    @property
    def is_done(self) -> bool:
        return all(step.is_done for step in self.steps)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("par.view_round", raise_exception=True)
@never_cache
def round_list(request: HttpRequest) -> HttpResponse:
    """The rounds of the last time; posted, a new one from the room ``start``."""
    if request.method == "POST":
        return _make(request)
    latest = Round.objects.visible_to(request.user).select_related("start__floor", "made_by")[:MOST_ROUNDS]
    moves = Move.objects.filter(round__in=[each.pk for each in latest]).values_list(
        "round", "left_at", "skipped_at"
    )
    done: dict[int, list[int]] = {}
    for pk, left_at, skipped_at in moves:
        tally = done.setdefault(pk, [0, 0])
        tally[0] += bool(left_at or skipped_at)
        tally[1] += 1
    lines = [(each, *done.get(each.pk, [0, 0])) for each in latest]
    context = {"lines": lines, "units": units_for(request.user), "near": _near(request)}
    return render(request, "par/rounds.html", context)


def _near(request: HttpRequest) -> int | None:
    near: int | None = request.session.get("near") or getattr(request.user, "home_zone_id", None)
    return near


def _make(request: HttpRequest) -> HttpResponse:
    _ensure_may_walk(request)
    asked = request.POST.get("start", "")
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
        raise BadRequest("start: the number of a room.")
    zones = Zone.objects.visible_to(request.user).current().select_related("floor__building")
    start = get_object_or_404(zones, pk=int(asked))
    try:
        made = rounds.make_round(start=start, by=request.user, now=timezone.now())
    except RoundRefusedError as refused:
        messages.info(request, str(refused))
        return redirect("par-rounds")
    return redirect("par-round", made.pk)


def _ensure_may_walk(request: HttpRequest) -> None:
    if not request.user.has_perms(["par.walk_round", "assets.place_asset"]):
        raise PermissionDenied


@require_safe
@permission_required("par.view_round", raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    whole = _round(request, pk)
    return render(request, _template(request), _context(whole))


@require_POST
@permission_required(["par.view_round", "par.walk_round", "assets.place_asset"], raise_exception=True)
def round_tick(request: HttpRequest, pk: int) -> HttpResponse:
    """``tag`` as scanned or typed, or ``move`` with an ``action``: take, leave, skip, back."""
    whole = _round(request, pk)
    said, problem = "", ""
    try:
        if tag := request.POST.get("tag", "").strip():
            said = _said(rounds.tick(whole=whole, tag=tag, by=request.user, now=timezone.now()))
        else:
            said = _said(_acted(request, whole))
    except RoundRefusedError as refused:
        problem = str(refused)
    if wants_fragment(request):
        return render(
            request, "par/_round.html", _context(_round(request, pk)) | {"said": said, "problem": problem}
        )
    if problem:
        messages.warning(request, problem)
    return redirect("par-round", pk)


def _acted(request: HttpRequest, whole: Round) -> Move:
    action, asked = ACTIONS.get(request.POST.get("action", "")), request.POST.get("move", "")
    if action is None or not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
        raise RoundRefusedError(gettext("Scan or type a tag"))
    move = get_object_or_404(whole.moves.all(), pk=int(asked))
    return action(move=move, by=request.user, now=timezone.now())


def _said(move: Move) -> str:
    values = {"tag": move.asset.asset_tag, "room": move.target.name}
    if move.skipped_at:
        return gettext("%(tag)s is left out.") % values
    if move.left_at:
        return gettext("%(tag)s is in %(room)s.") % values
    if move.taken_at:
        return gettext("%(tag)s is on the cart.") % values
    return gettext("%(tag)s is open again.") % values


def _template(request: HttpRequest) -> str:
    return "par/_round.html" if wants_fragment(request) else "par/round.html"


def _round(request: HttpRequest, pk: int) -> Round:
    found: Round = get_object_or_404(
        Round.objects.visible_to(request.user).select_related("start__floor", "made_by", "site"), pk=pk
    )
    return found


def _context(whole: Round) -> dict[str, Any]:
    moves = list(
        whole.moves.select_related(
            "asset__model__category", "asset__now", "origin__floor", "target__floor", "level__category"
        )
    )
    stops = stops_of(whole, moves)
    return {
        "round": whole,
        "stops": stops,
        "done": sum(move.is_done for move in moves),
        "count": len(moves),
        "next": next((stop for stop in stops if not stop.is_done), None),
        "metres": sum(stop.metres or 0 for stop in stops),
        "said": "",
        "problem": "",
    }


def stops_of(whole: Round, moves: list[Move]) -> list[Stop]:
    """What follows each other in one room is one stop."""
    steps = [(move.take_number, Step(move, is_leaving=False)) for move in moves]
    steps += [(move.leave_number, Step(move, is_leaving=True)) for move in moves]
    ordered = [step for _, step in sorted(steps, key=lambda numbered: numbered[0])]
    graph = walk_graph(whole.site_id)
    stops, here = [], whole.start_id
    for zone, group in groupby(ordered, key=lambda s: s.move.target if s.is_leaving else s.move.origin):
        walk = graph.walk(here, zone.pk)
        stops.append(Stop(zone, list(group), walk.metres if walk else None))
        here = zone.pk
    return stops
