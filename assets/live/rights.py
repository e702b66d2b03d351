"""Whether a socket may stay open, and may go on watching what it watches: asked again and again, never remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from assets.models import Asset
from locations.models import Floor

PERMISSION = "assets.view_asset"
WATCH = "assets.watch_floor"
"""What a wall display has instead."""
NOT_SIGNED_IN, NOT_ALLOWED, NOT_FOUND, MALFORMED = 4401, 4403, 4404, 4400
_SIGNED_IN = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)
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
    return None if session_key is None else signed_in_users({session_key}).get(session_key)


def signed_in_users(session_keys: Collection[str]) -> dict[str | None, Any]:
    """The same of each session that has not ended, for as many queries as there are accounts. Changes no session."""
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now()).order_by()
    account = cache(_account)
    found: dict[str | None, Any] = {}
    for session in rows:
        told = session.get_decoded()
        user = account(*(str(told.get(name, "")) for name in _SIGNED_IN))
        if user is not None:
            found[session.session_key] = user
    return found


def _account(user_id: str, backend: str, session_hash: str) -> Any:
    """By what a session says of who signed in, as :func:`django.contrib.auth.get_user` takes it."""
    if not user_id or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user: Any = load_backend(backend).get_user(int(user_id))
    if user is None:
        return None
    good = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user if any(constant_time_compare(session_hash, each) for each in good) else None


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
    asked = list(claims)
    people = signed_in_users({claim.session_key for claim in asked if claim.session_key is not None})
    known: dict[Claim, int | None] = {}
    codes: list[int | None] = []
    for claim in asked:
        user = people.get(claim.session_key)
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
