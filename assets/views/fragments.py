"""Pages that refresh parts of themselves."""

from __future__ import annotations

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a page that is open already asks for its changing part alone."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
