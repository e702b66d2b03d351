"""What the map draws under its markers."""

from __future__ import annotations

import hashlib
from datetime import datetime

import orjson
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from locations.models import Floor, FloorPicture
from locations.plans import floor_plan


@require_safe
@permission_required("locations.view_floor", raise_exception=True)
def plan_geojson(request: HttpRequest, slug: str) -> HttpResponse:
    """The floor's plan, ``at`` a moment (ISO 8601) or now; 304 for a browser that holds it already, 404 for a floor
    of a site not one's own."""
    floor = get_object_or_404(Floor.objects.visible_to(request.user), slug=slug)
    content = orjson.dumps(floor_plan(floor, _moment(request)))
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="application/geo+json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
@permission_required("locations.view_floor", raise_exception=True)
def floor_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """What is drawn under the floor's plan; 404 where there is none, or for a floor of a site not one's own."""
    floor = get_object_or_404(Floor.objects.visible_to(request.user), slug=slug)
    etag = f'"{get_object_or_404(FloorPicture.objects.defer("content"), floor=floor).digest[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    picture = FloorPicture.objects.get(floor=floor)
    return picture_response(bytes(picture.content), picture.media_type, etag)


def picture_response(content: bytes, media_type: str, etag: str) -> HttpResponse:
    """A picture that we wrote ourselves, for this person's browser alone, and to be looked at as nothing else."""
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "ETag": etag,
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'",
        },
    )


def _moment(request: HttpRequest) -> datetime | None:
    text = request.GET.get("at")
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest("at: a moment is written as in 2026-03-02T12:00:00Z.")
    return moment
