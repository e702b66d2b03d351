"""The page of one network segment: who polls it, how far behind, what is held back."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.views.fragments import wants_fragment
from collectors.lately import lately
from collectors.models import Segment
from collectors.segment_health import health_of_segments
from collectors.situation import situation_at


@require_safe
@permission_required(["collectors.view_endpoint", "collectors.view_segment"], raise_exception=True)
@never_cache
@vary_on_headers("HX-Request")
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    segments = Segment.objects.visible_to(request.user).select_related("site", "gateway")
    thing = get_object_or_404(segments, pk=pk)
    now = timezone.now()
    situation = situation_at(now)
    own = thing.endpoints.values_list("pk", flat=True) if situation.pauses.endpoints else ()
    context = {
        "segment": thing,
        "health": health_of_segments([thing], now, situation)[thing.pk],
        "everything": situation.pauses.everything,
        "pause": situation.pauses.segments.get(thing.pk),
        "paused_endpoints": [pause for key, pause in situation.pauses.endpoints.items() if key in set(own)],
        "lately": lately(request.user, now, segment=thing),
        "may_pause": request.user.has_perm("collectors.pause_polling"),
        "now": now,
    }
    template = "collectors/_segment_live.html" if wants_fragment(request) else "collectors/segment.html"
    with timezone.override(thing.site.timezone):
        return render(request, template, context)
