"""Signing in and out, as the trail sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from hospital.address import client_address
from hospital.audit.context import Actor, current_request_id
from hospital.audit.models import Action, AuditRecord, Result
from hospital.audit.record import record_event
from hospital.models import User

SAME_DELAY = timedelta(minutes=1)
UNKNOWN_ACCOUNT = "unknown account"
"""Stands for a name that no account has: people type passwords into the wrong field."""


def watch_sign_ins() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-signed-out")
    user_login_failed.connect(_failed, dispatch_uid="audit-sign-in-failed")


def record_sign_in_event(*, action: Action, username: str, request: HttpRequest | None) -> None:
    """An attempt under a name that somebody typed; the name is written down only if an account has it."""
    person = User.objects.filter(username=username).first() if "\0" not in username else None
    record_event(
        action=action,
        actor=_actor(person, request) if person else _actor(None, request, name=UNKNOWN_ACCOUNT),
        result=Result.REFUSED,
    )


def record_delay(*, username: str, request: HttpRequest) -> None:
    """That attempts from an address have to wait: once a minute, however many are made meanwhile."""
    address, since = client_address(request), timezone.now() - SAME_DELAY
    delays = AuditRecord.objects.filter(action=Action.SIGN_IN_DELAYED, address=address, at__gt=since)
    if not delays.exists():
        record_sign_in_event(action=Action.SIGN_IN_DELAYED, username=username, request=request)


def _signed_in(user: User, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    record_event(action=Action.SIGN_IN, actor=_actor(user, request))


def _signed_out(user: User | None, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    if user is not None:
        record_event(action=Action.SIGN_OUT, actor=_actor(user, request))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    record_sign_in_event(
        action=Action.SIGN_IN_FAILED, username=str(credentials.get("username", "")), request=request
    )


def _actor(person: User | None, request: HttpRequest | None, name: str = "") -> Actor:
    return Actor(
        name=person.get_username() if person else name,
        user_id=person.pk if person else None,
        address=client_address(request) if request else None,
        request_id=current_request_id(),
    )
