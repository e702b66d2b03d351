"""What a person, or a program, is told when something cannot be done. Never how the inside looks."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hospital.audit.context import current_request_id

WORDS = {
    HTTPStatus.BAD_REQUEST: _("The request could not be understood."),
    HTTPStatus.FORBIDDEN: _("Your account may not do this."),
    HTTPStatus.NOT_FOUND: _("There is nothing at this address, or your account may not see it."),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong on our side. It has been written to the log."),
}
CSRF_WORDS = _("The form was too old or came from another page. Go back, load the page again and repeat.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _answer(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _answer(request, HTTPStatus.FORBIDDEN, words=CSRF_WORDS)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """The reference names the request in the log."""
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, reference=current_request_id())


class NulMiddleware:
    """Refuses an address with a NUL in it: no name has one, and PostgreSQL compares none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return _answer(request, HTTPStatus.BAD_REQUEST)
        return self.get_response(request)


def api_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Numbers and characters that the database cannot hold are the caller's error, not ours."""
    if isinstance(error, DataError | OverflowError | UnicodeError):
        return Response({"detail": str(WORDS[HTTPStatus.BAD_REQUEST])}, status=HTTPStatus.BAD_REQUEST)
    return exception_handler(error, context)


def wants_json(request: HttpRequest) -> bool:
    """Programs do: whoever calls the API, or accepts JSON and not pages."""
    return (
        request.path_info.startswith("/api/")
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def _answer(
    request: HttpRequest, status: HTTPStatus, *, words: str | Promise = "", reference: str = ""
) -> HttpResponse:
    text = str(words or WORDS[status])
    if wants_json(request):
        body = {"detail": text} | ({"reference": reference} if reference else {})
        return JsonResponse(body, status=status)
    page = loader.get_template(f"{status.value}.html")
    # Without the request: context processors ask the session and the database, which may be what failed.
    given = None if status is HTTPStatus.INTERNAL_SERVER_ERROR else request
    return HttpResponse(page.render({"text": text, "reference": reference}, given), status=status)
