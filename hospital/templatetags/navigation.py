"""``{% rooms as … %}``: where the person who is signed in may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from hospital.navigation import ROOMS, Room

register = template.Library()


@dataclass(frozen=True, slots=True)
class Door:
    """A room as seen from one page."""

    room: Room
    url: str
    is_here: bool


@register.simple_tag(takes_context=True)
def rooms(context: dict[str, Any]) -> list[Door]:
    """The rooms that the user's role opens, in order. A room without an address is not there."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None:
        return []
    here = request.resolver_match.url_name if request.resolver_match else None
    doors = []
    for room in ROOMS:
        if not user.has_perm(room.permission):
            continue
        try:
            url = reverse(room.url_name)
        except NoReverseMatch:
            continue
        doors.append(Door(room, url, here in room.sections))
    return doors


@register.simple_tag
def server_time() -> str:
    """Now, for the browser to learn how far its own clock is off."""
    return timezone.now().isoformat()
