"""Tells the trail who is acting while a request is under way."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hospital.address import client_address
from hospital.audit.access import note_access
from hospital.audit.context import Actor, acting


class AuditMiddleware:
    """Stands after authentication. Each request gets a name that its answer, trail and log lines share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        with acting(lambda: actor_of(request, request_id), request_id=request_id):
            response = self.get_response(request)
            note_access(request, response)
        response.headers["X-Request-ID"] = request_id
        return response


def actor_of(request: HttpRequest, request_id: str) -> Actor:
    person = request.user
    return Actor(
        name=person.get_username(),
        user_id=person.pk,
        address=client_address(request),
        request_id=request_id,
    )
