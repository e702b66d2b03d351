"""Headers that neither Django nor django-csp sets."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
CAMERA_VIEWS = frozenset({"scan"})
"""Where the camera reads labels; what it sees does not leave the page."""


def permissions_policy(*allowed: str) -> str:
    return ", ".join(f"{feature}={'(self)' if feature in allowed else '()'}" for feature in FEATURES)


PERMISSIONS_POLICY = permissions_policy()


class HeadersMiddleware:
    """No page but that for scanning may use the browser's sensors, and nothing stays behind on a shared desktop."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        has_camera = match is not None and match.view_name in CAMERA_VIEWS
        policy = permissions_policy("camera") if has_camera else PERMISSIONS_POLICY
        response.headers.setdefault("Permissions-Policy", policy)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
