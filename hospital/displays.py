"""Wall displays: device accounts that look at the floors listed for them and at nothing else.

A display has no password. Whoever may administer accounts makes it and gets a code, which is typed once on the screen
itself; from then on the screen stays signed in until the display is revoked. The code is kept only as a digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from hospital.models import Display, User
from hospital.roles import Role
from locations.models import Floor

CODE_LASTS = timedelta(hours=24)
SESSION_LASTS = timedelta(days=400)
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another
PARTS, PART = 4, 4
PAGES = frozenset(
    {
        "wall", "floor-plan", "sign-out", "enter-display", "observations", "manifest", "service-worker", "offline",
    }
)  # fmt: skip
"""What a display may open; observations are for programs, which show a token of their own."""


@transaction.atomic
def make_display(*, name: str, floors: Iterable[Floor], now: datetime) -> tuple[Display, str]:
    """The display and the code that signs it in."""
    account = User(username=f"display-{secrets.token_hex(4)}", first_name=name[:150], role=Role.DISPLAY)
    account.set_unusable_password()
    account.save()
    display = Display.objects.create(account=account, name=name)
    display.floors.set(floors)
    return display, give_code(display, now=now)


def give_code(display: Display, *, now: datetime) -> str:
    """A new code; the one before no longer counts. Screens that are signed in stay so."""
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(PART)) for _ in range(PARTS))
    display.digest, display.code_until = digest_of(code), now + CODE_LASTS
    display.save(update_fields=["digest", "code_until"])
    return code


@transaction.atomic
def claim_display(code: str, *, now: datetime) -> Display | None:
    """The display that the code is for, once; ``None`` if there is none, or no longer."""
    found = Display.objects.select_for_update().filter(
        digest=digest_of(code), code_until__gt=now, account__is_active=True
    )
    display = found.select_related("account").first()
    if display is not None:
        display.digest, display.code_until = "", None
        display.save(update_fields=["digest", "code_until"])
    return display


@transaction.atomic
def revoke_display(display: Display) -> None:
    """Ends it at once: its sessions, its sockets, and its code."""
    display.digest, display.code_until = "", None
    display.save(update_fields=["digest", "code_until"])
    display.account.is_active = False
    display.account.save(update_fields=["is_active"])


def digest_of(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter in LETTERS)
    return salted_hmac("whereabouts.display", letters, algorithm="sha256").hexdigest()


class DisplayMiddleware:
    """Whatever a page or an API allows by itself: a display gets :data:`PAGES` and nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match = request.resolver_match
        is_display = getattr(request.user, "role", "") == Role.DISPLAY
        if is_display and (match is None or match.view_name not in PAGES):
            raise PermissionDenied
        return None
