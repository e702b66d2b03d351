"""What makes the pages an app on a phone: the manifest, the service worker, and what is shown without a network."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

KEPT_PAGES = ("/", "/find/", "/scan/", "/assets/", "/work/", "/stocktakes/")
"""Beginnings of addresses: what a nurse or an engineer on the way may want to read again. The first is the home page
alone."""
KEPT_AT_ONCE = ("/scan/", "/scan/?do=place", "/scan/?do=cleaned")
"""Kept without having been opened."""
_FILES: dict[str, tuple[str, ...]] = {
    "hospital/css": ("tokens.css", "base.css", "components.css", "asset.css", "find.css", "scan.css", "work.css"),
    "hospital": ("icon.svg",),
    "hospital/js": (
        "theme.js", "words.js", "ages.js", "clock.js", "nav.js", "keys.js", "live.js", "burst.js", "wedge.js",
        "offline.js", "outbox.js", "outbox-chip.js", "offline-shell.js",
    ),
    "assets/work": ("bedside.js", "sign.js"),
    "assets/scan": ("page.js", "camera.js", "codes.js", "feedback.js", "reader.js"),
    "lib/htmx": ("htmx.min.js",),
}  # fmt: skip
SHELL_FILES = tuple(f"{folder}/{name}" for folder, names in _FILES.items() for name in names)
"""What those pages are made of."""


def words_address(language: str) -> str:
    """Where the words are that scripts say in this language."""
    return reverse("words", args=[settings.STATIC_VERSION, language])


def person_mark(request: HttpRequest) -> str:
    """Tells one account's things on a device from another's, and says nothing else about it."""
    if not request.user.is_authenticated:
        return ""
    return salted_hmac("hospital.installable", str(request.user.pk), algorithm="sha256").hexdigest()[:16]


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    icons = [_icon(f"{size}x{size}", f"icon-{size}.png", "any") for size in (192, 512)]
    body = {
        "id": "/",
        "name": "Whereabouts",
        "short_name": "Whereabouts",
        "description": _("Where each piece of equipment is, and which is ready."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#0e1113",
        "theme_color": "#0e1113",
        "icons": [*icons, _icon("512x512", "icon-maskable-512.png", "maskable")],
        "shortcuts": [
            {"name": _("Find"), "url": reverse("find")},
            {"name": _("Scan"), "url": reverse("scan")},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")


def _icon(sizes: str, name: str, purpose: str) -> dict[str, str]:
    return {"src": static(f"hospital/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}


@login_not_required
@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that all pages are in its scope; with nothing of anybody in it."""
    context = {
        "static_url": settings.STATIC_URL,
        "version": settings.STATIC_VERSION,
        "shell": reverse("offline"),
        "sign_in": reverse("sign-in"),
        "sign_out": reverse("sign-out"),
        "kept": json.dumps(KEPT_PAGES),
        "files": json.dumps([static(name) for name in SHELL_FILES]),
        "words": json.dumps([words_address(language) for language, _name in settings.LANGUAGES]),
    }
    return render(request, "hospital/service_worker.js", context, content_type="text/javascript")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "hospital/offline.html")


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, for what waits on a device to be sent, and the token that it needs."""
    return JsonResponse({"person": person_mark(request), "token": get_token(request)})
