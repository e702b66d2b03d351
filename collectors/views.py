"""Pages about endpoints: who answers, who does not since when, and one poll by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.find import clean_text
from assets.models import Asset
from assets.views.fragments import wants_fragment
from collectors.alarms import alarms_of
from collectors.clock_words import zone_for
from collectors.drivers.registry import choice_of
from collectors.endpoint_rules import weaknesses
from collectors.lately import lately
from collectors.models import Endpoint, Find, ManualPoll, Source
from collectors.overview import (
    counts_of,
    endpoints_behind,
    endpoints_for,
    grouped,
    rows_of,
    rows_with,
    states_of,
    ways_in_behind,
)
from collectors.pauses import may_pause_all, may_resume
from collectors.polls import PollRefusedError, is_worth_asking_again, progress_of, request_poll
from collectors.profile_page import described_profile
from collectors.risks import exceptions_count
from collectors.segment_health import is_held
from collectors.situation import situation_at
from collectors.source_standing import SourceStanding, source_standing
from collectors.standing import TITLES, State, standing_of
from collectors.success import success_of
from collectors.trap_words import trap_lines

PAGE_SIZE = 200
POLLS_SHOWN = 10
OUTAGES_SHOWN = 10
TRAPS_SHOWN = 10

may_see = permission_required("collectors.view_endpoint", raise_exception=True)
may_poll = permission_required(["collectors.view_endpoint", "collectors.poll_endpoint"], raise_exception=True)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def endpoints(request: HttpRequest) -> HttpResponse:
    """``q`` text, ``state`` as in :class:`State`, ``profile`` its name, ``segment`` by number, ``page`` from 1."""
    now, state, zone = timezone.now(), _state(request), zone_for(request.user)
    text, profile = clean_text(request.GET.get("q", "")), clean_text(request.GET.get("profile", ""))
    situation = situation_at(now)
    states = states_of(endpoints_for(request.user, text, profile, _segment(request)), now, situation)
    page = _page([pk for pk, each in states.items() if state is None or each == state], request)
    rows = rows_with(page.object_list, request.user, now, situation)
    context: dict[str, Any] = {
        "text": text,
        "profile": profile,
        "state": state,
        "counts": [
            (key, TITLES[key], count)
            for key, count in counts_of(states.values()).items()
            if count or key == state
        ],
        "total": len(states),
        "page": page,
        "groups": grouped(rows, now, situation),
        "segment": _segment(request),
        "everything": situation.pauses.everything,
        "lately": (recent := lately(request.user, now)),
        "attention": [each for each in recent if each.end is None and each.endpoint_id is None],
        "risks": exceptions_count(request.user),
        "may_pause": request.user.has_perm("collectors.pause_polling"),
        "may_pause_all": may_pause_all(request.user),
        "may_discover": request.user.has_perm("collectors.discover"),
        "finds": Find.objects.visible_to(request.user).undecided().count(),
        "zone": zone.key,
        "now": now,
    }
    template = "collectors/_endpoints.html" if wants_fragment(request) else "collectors/endpoints.html"
    with timezone.override(zone):
        return render(request, template, context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    thing = get_object_or_404(endpoints_for(request.user).select_related("credential", "behind"), pk=pk)
    with timezone.override(thing.segment.site.timezone):
        return _endpoint_page(request, thing)


@require_POST
@may_poll
def poll_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the collector for one poll and leads to what came back."""
    thing = get_object_or_404(endpoints_for(request.user), pk=pk)
    try:
        poll = request_poll(endpoint=thing, by=request.user, now=timezone.now())
    except PollRefusedError as refused:
        with timezone.override(thing.segment.site.timezone):
            return _endpoint_page(request, thing, status=409, refused=str(refused))
    return redirect("manual-poll", pk=poll.pk)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def manual_poll(request: HttpRequest, pk: Any) -> HttpResponse:
    """How one poll by hand goes, and what came back."""
    polls = ManualPoll.objects.filter(endpoint__in=Endpoint.objects.visible_to(request.user))
    poll = get_object_or_404(
        polls.select_related("endpoint__segment__site", "endpoint__asset__model", "requested_by"), pk=pk
    )
    now = timezone.now()
    context = {
        "poll": poll,
        "endpoint": poll.endpoint,
        "progress": progress_of(poll, now),
        "asks_again": is_worth_asking_again(poll, now),
        "report": poll.report or {},
        "may_poll": request.user.has_perm("collectors.poll_endpoint"),
    }
    with timezone.override(poll.endpoint.segment.site.timezone):
        template = "collectors/_poll.html" if wants_fragment(request) else "collectors/poll.html"
        return render(request, template, context)


@require_safe
@may_see
@never_cache
def endpoints_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """How polling one piece of equipment goes: a part of its page."""
    thing = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
    now = timezone.now()
    rows = rows_of(endpoints_behind(thing, request.user), now, situation_at(now))
    alarms = alarms_of(thing, {row.endpoint.pk: row.endpoint.profile for row in rows})
    context = {"asset": thing, "rows": rows, "alarms": alarms, "ways_in": _ways_in(request, thing, now)}
    return render(request, "collectors/_of_asset.html", context)


def _ways_in(request: HttpRequest, thing: Asset, now: datetime) -> list[tuple[Source, SourceStanding]]:
    if not request.user.has_perm("collectors.view_source"):
        return []
    return [(source, source_standing(source, now)) for source in ways_in_behind(thing, request.user)]


def _endpoint_page(
    request: HttpRequest, thing: Endpoint, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    now = timezone.now()
    situation = situation_at(now)
    health = getattr(thing, "health", None)
    profile = described_profile(thing.profile)
    pause = situation.pauses.on(endpoint_id=thing.pk, segment_id=thing.segment_id)
    context = {
        "endpoint": thing,
        "health": health,
        "standing": standing_of(thing, now, situation),
        "success": success_of(health) if health else None,
        "driver": choice_of(thing),
        "pause": pause,
        "is_own_pause": pause is not None and pause.endpoint_id == thing.pk,
        "behind_it": sum(cause.pk == thing.pk for cause in situation.causes.values()),
        "held": thing.chunk if thing.chunk and is_held(thing.chunk, now) else None,
        "traps": trap_lines(thing, TRAPS_SHOWN),
        "swap": thing.finds.undecided().first(),
        "outages": thing.disturbances.all()[:OUTAGES_SHOWN],
        "weaknesses": weaknesses(thing),
        "may_pause": request.user.has_perm("collectors.pause_polling"),
        "may_resume": may_resume(request.user, pause),
        "now": now,
        "profile": profile,
        "alarms": alarms_of(thing.asset, {thing.pk: thing.profile}) if thing.asset else [],
        "polls": thing.manual_polls.select_related("requested_by")[:POLLS_SHOWN],
        "may_poll": request.user.has_perm("collectors.poll_endpoint"),
        "refused": refused,
    }
    template = "collectors/_endpoint_live.html" if wants_fragment(request) else "collectors/endpoint.html"
    return render(request, template, context, status=status)


def _state(request: HttpRequest) -> State | None:
    value = request.GET.get("state", "")
    if value and value not in set(State):
        raise BadRequest("state: no such state.")
    return State(value) if value else None


def _segment(request: HttpRequest) -> int | None:
    value = request.GET.get("segment", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise BadRequest("segment: not a number.")
    return int(value)


def _page(rows: list[int], request: HttpRequest) -> Any:
    try:
        return Paginator(rows, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
