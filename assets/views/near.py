"""From where a person looks: the unit that the device was set to."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from locations.models import Zone


def near_of(request: HttpRequest, told: Mapping[str, str] | None = None) -> Zone | None:
    """The zone asked for (``near``, by primary key), else the one asked for last, else the person's own."""
    zones = (
        Zone.objects.visible_to(request.user).current().select_related("floor__building__site", "department")
    )
    zones = zones.defer("polygon", "floor__outline")
    asked = (request.GET if told is None else told).get("near", "")
    if asked:
        if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
            raise BadRequest("“near” is the number of a zone.")
        zone: Zone = get_object_or_404(zones, pk=int(asked))
        if request.session.get("near") != zone.pk:
            request.session["near"] = zone.pk
        return zone
    remembered = request.session.get("near") or getattr(request.user, "home_zone_id", None)
    return zones.filter(pk=remembered).first() if remembered else None
