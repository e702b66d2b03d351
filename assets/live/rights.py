"""Whether a socket may stay open, and may go on watching what it watches: asked again and again, never remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user

from assets.models import Asset
from locations.models import Floor

PERMISSION = "assets.view_asset"
WATCH = "assets.watch_floor"
"""What a wall display has instead."""
NOT_SIGNED_IN, NOT_ALLOWED, NOT_FOUND, MALFORMED = 4401, 4403, 4404, 4400
TRY_AGAIN = 1013
"""Nobody can say now, because the database is away."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a socket holds open."""

    session_key: str | None
    user_id: int
    floors: frozenset[int]
    assets: frozenset[int]


def signed_in_user(session_key: str | None) -> Any:
    """The account that the session belongs to now; ``None`` once it has ended, for whatever reason."""
    if session_key is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    return user if user.is_authenticated else None


def may_watch(user: Any) -> bool:
    return bool(user.has_perm(PERMISSION) or user.has_perm(WATCH))


def refusal(claim: Claim) -> int | None:
    """The code to close a socket with, or ``None`` if it may stay."""
    return refusals([claim])[0]


def refusal_of(user: Any, claim: Claim) -> int | None:
    """The same for the account that is signed in."""
    if not may_watch(user):
        return NOT_ALLOWED
    floors = Floor.objects.visible_to(user).filter(pk__in=claim.floors).count()
    assets = Asset.objects.visible_to(user).filter(pk__in=claim.assets).count()
    return None if (floors, assets) == (len(claim.floors), len(claim.assets)) else NOT_FOUND


def refusals(claims: Iterable[Claim]) -> list[int | None]:
    """As :func:`refusal` says of each; what two of them have in common is looked up once."""
    person = cache(signed_in_user)
    known: dict[Claim, int | None] = {}
    codes: list[int | None] = []
    for claim in claims:
        user = person(claim.session_key)
        if user is None or user.pk != claim.user_id:
            codes.append(NOT_SIGNED_IN)
            continue
        same = replace(claim, session_key=None)
        if same not in known:
            known[same] = refusal_of(user, claim)
        codes.append(known[same])
    return codes


def find_floor(session_key: str | None, slug: str) -> int | None:
    """The floor's number if the person may see it now."""
    user = signed_in_user(session_key)
    if user is None or not may_watch(user):
        return None
    return Floor.objects.visible_to(user).filter(slug=slug).values_list("pk", flat=True).first()


def find_asset(session_key: str | None, tag: str) -> int | None:
    user = signed_in_user(session_key)
    if user is None or not user.has_perm(PERMISSION):
        return None
    return Asset.objects.visible_to(user).filter(asset_tag=tag).values_list("pk", flat=True).first()
