"""``{% rooms as … %}``: where the person who is signed in may go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language

from hospital.installable import KEPT_AT_ONCE, person_mark, words_address
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


@register.simple_tag(takes_context=True)
def person(context: dict[str, Any]) -> str:
    """Whose page this is, for what a device keeps."""
    request = context.get("request")
    return person_mark(request) if request is not None and hasattr(request, "user") else ""


@register.simple_tag
def kept_at_once() -> str:
    """Addresses, as JSON, of pages that a handheld device keeps though nobody opened them."""
    return json.dumps(KEPT_AT_ONCE)


@register.simple_tag
def server_time() -> str:
    """Now, for the browser to learn how far its own clock is off."""
    return timezone.now().isoformat()


@register.simple_tag
def words_url() -> str:
    """The words that scripts say in the language of this page."""
    language = get_language() or settings.LANGUAGE_CODE
    return words_address(language)


@register.simple_tag
def own_names_of_languages() -> list[tuple[str, str]]:
    """Code and name of each language that is offered, the name as it calls itself: Django's tag translates them."""
    return list(settings.LANGUAGES)
