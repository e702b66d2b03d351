"""Pages about ways in: which there are, how each does, and who may send."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.views.fragments import wants_fragment
from collectors.clock_words import zone_for
from collectors.models import Source, SourceToken
from collectors.receivers.http.tokens import revoke_token
from collectors.source_standing import TITLES, health_of, source_standing

OUTAGES_SHOWN = 10

may_see = permission_required("collectors.view_source", raise_exception=True)
may_revoke = permission_required(
    ["collectors.view_source", "collectors.change_sourcetoken"], raise_exception=True
)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def sources(request: HttpRequest) -> HttpResponse:
    """Those of concern first."""
    now, order = timezone.now(), list(TITLES)
    rows = [(source, source_standing(source, now)) for source in _seen_by(request)]
    rows.sort(key=lambda row: order.index(row[1].state))
    counts = Counter(standing.state for _, standing in rows)
    context = {
        "rows": rows,
        "counts": [(state, title, counts[state]) for state, title in TITLES.items() if counts[state]],
        "now": now,
    }
    template = "collectors/_sources.html" if wants_fragment(request) else "collectors/sources.html"
    with timezone.override(zone_for(request.user)):
        return render(request, template, context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def source(request: HttpRequest, pk: int) -> HttpResponse:
    thing = get_object_or_404(_seen_by(request), pk=pk)
    now = timezone.now()
    context: dict[str, Any] = {
        "source": thing,
        "health": health_of(thing),
        "standing": source_standing(thing, now),
        "is_off": not thing.is_enabled,
        "settings": sorted(thing.settings.items()) if isinstance(thing.settings, dict) else [],
        "outages": thing.disturbances.all()[:OUTAGES_SHOWN],
        "takes_tokens": thing.kind == Source.Kind.HTTP,
        "tokens": thing.tokens.select_related("created_by") if thing.kind == Source.Kind.HTTP else (),
        "may_revoke": request.user.has_perm("collectors.change_sourcetoken"),
        "now": now,
    }
    template = "collectors/_source_live.html" if wants_fragment(request) else "collectors/source.html"
    with timezone.override(thing.site.timezone):
        return render(request, template, context)


@require_POST
@may_revoke
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuses a token from now on, and leads back to its source."""
    tokens = SourceToken.objects.filter(source__in=Source.objects.visible_to(request.user))
    token = get_object_or_404(tokens.select_related("source"), pk=pk)
    if revoke_token(token=token, now=timezone.now()):
        messages.success(request, f"The token of {token.name} is refused from now on.")
    return redirect("source", pk=token.source_id)


def _seen_by(request: HttpRequest) -> QuerySet[Source]:
    seen: QuerySet[Source] = Source.objects.visible_to(request.user).select_related("site", "health")
    return seen
