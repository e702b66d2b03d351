"""Tokens of senders: made once, shown once, and kept only as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from collectors.models import Source, SourceToken

HINT_CHARACTERS = 6
OCTETS = 32
"""Drawn at random; so many cannot be guessed."""
LONGEST = timedelta(days=3650)
LONGEST_TEXT = 200


class TokenRefusedError(Exception):
    """This token opens nothing; the message says why to whoever shows it."""


def make_token(
    *, source: Source, name: str, lasts: timedelta, now: datetime, by: Any = None
) -> tuple[SourceToken, str]:
    """A new token, and its text: nobody can see that again. ValidationError says what is wrong."""
    if source.kind != Source.Kind.HTTP:
        raise ValidationError({"source": f"“{source.name}” is no way in over HTTP, and needs no token."})
    if not timedelta(0) < lasts <= LONGEST:
        raise ValidationError({"expires_at": f"A token lasts from one day to {LONGEST.days} days."})
    text = secrets.token_urlsafe(OCTETS)
    token = SourceToken(
        source=source,
        name=name,
        digest=digest_of(text),
        hint=text[:HINT_CHARACTERS],
        created_by=by,
        expires_at=now + lasts,
    )
    token.full_clean()
    token.save()
    return token, text


def revoke_token(*, token: SourceToken, now: datetime) -> bool:
    """Refuse it from now on; whether it was not refused before."""
    if token.revoked_at is not None:
        return False
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    return True


def find_token(text: str, *, now: datetime) -> SourceToken:
    """The token with this text, its source with it; :class:`TokenRefusedError` unless it opens its source now."""
    digest = digest_of(text) if len(text) <= LONGEST_TEXT else ""
    token = SourceToken.objects.select_related("source__site").filter(digest=digest).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        raise TokenRefusedError("There is no such token.")
    if token.revoked_at is not None:
        raise TokenRefusedError("This token was revoked; ask for a new one.")
    if token.expires_at <= now:
        raise TokenRefusedError(f"This token expired on {token.expires_at:%Y-%m-%d}; ask for a new one.")
    if not token.source.is_enabled:
        raise TokenRefusedError("This way in is switched off.")
    return token


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
