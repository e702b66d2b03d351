"""``POST /api/v1/observations/``: the one address of the API that takes something, from programs alone."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ParseError,
    PermissionDenied,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from collectors.models import SourceToken
from collectors.receivers.doorway import TOO_LARGE, TOO_MANY, UNLISTED
from collectors.receivers.http.answers import AnswerSerializer, RowSerializer, told
from collectors.receivers.http.desk import Desk, Desks
from collectors.receivers.http.taking import MOST_ROWS, REFUSED, OtherBodyError, take_rows
from collectors.receivers.http.tokens import TokenRefusedError, find_token

JSON = "application/json"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
AWAY_S = 5
"""After how long a sender may try again while the database is away."""
NOT_A_LIST = "not a list of rows"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer …`` with the token of a source, and nothing else: no session, so no cross-site forms."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, SourceToken] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            return None
        try:
            return AnonymousUser(), find_token(text.strip(), now=timezone.now())
        except TokenRefusedError as refused:
            raise AuthenticationFailed(str(refused)) from None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="observations"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "sourceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        return build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Bearer")  # noqa: S106


class ShowsToken(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return isinstance(request.auth, SourceToken)


class TooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class OtherBody(APIException):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "other_body"
    default_detail = f"This {KEY_HEADER} was used already, for another body. Nothing was recorded."


class ObservationsView(APIView):
    """Takes a list of observations of the equipment of one site."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [ShowsToken]
    address_of: Callable[[Any], str | None] = staticmethod(lambda request: request.META.get("REMOTE_ADDR"))
    """Where a request comes from, as numbers; whoever composes the site knows whether a proxy stands before it."""
    desks = Desks()

    @extend_schema(
        operation_id="observations_create",
        request=RowSerializer(many=True),
        responses={
            HTTPStatus.OK: AnswerSerializer,
            HTTPStatus.MULTI_STATUS: AnswerSerializer,
        },
        parameters=[
            OpenApiParameter(
                KEY_HEADER,
                str,
                OpenApiParameter.HEADER,
                description="The sender's own name for this list: sent again, it is answered alike.",
            )
        ],
    )
    def post(self, request: Any) -> Response:
        """Record a list of observations. 200: every row is in the history; 207: some were refused, see each."""
        token: SourceToken = request.auth
        source, now, desk = token.source, timezone.now(), self.desks.of(token.source)
        self._check_sender(request, token, desk)
        key = _key_of(request)
        body = self._read(request, desk)
        rows = self._rows_in(body, desk)
        try:
            answer = take_rows(source=source, rows=rows, body=body, key=key, now=now)
        except OtherBodyError:
            desk.refused("another body under a known key", now)
            raise OtherBody from None
        if answer.is_repeated:
            desk.repeated(now)
        else:
            refused = [each for each in answer.results if each.result == REFUSED]
            for each in refused:
                desk.refused(f"row: {each.reason.replace('_', ' ')}", now, tells=False)
            desk.took(len(answer.results) - len(refused), now)
        return Response(told(answer), status=_status_of(answer.counts[REFUSED]))

    def _check_sender(self, request: Request, token: SourceToken, desk: Desk) -> None:
        now = timezone.now()
        if not desk.is_listed(self.address_of(request)):
            desk.refused(UNLISTED, now)
            raise PermissionDenied(
                "This address may not send; the networks of the way in name those that may."
            )
        wait_s = desk.wait_s(str(token.pk))
        if wait_s:
            desk.refused(TOO_MANY, now)
            raise Throttled(wait_s)

    def _read(self, request: Any, desk: Desk) -> bytes:
        """The body, of which no more is read than is allowed."""
        if request.content_type.partition(";")[0].strip().lower() != JSON:
            raise UnsupportedMediaType(request.content_type)
        most = desk.limits[2]
        declared = request.META.get("CONTENT_LENGTH") or "0"
        body: bytes = b"" if declared.isdigit() and int(declared) > most else request.read(most + 1)
        if len(body) > most or (not body and declared != "0"):
            desk.refused(TOO_LARGE, timezone.now())
            raise TooLarge(f"At most {most} octets at a time; send fewer rows.")
        return body

    def _rows_in(self, body: bytes, desk: Desk) -> list[Any]:
        try:
            rows = orjson.loads(body)
        except orjson.JSONDecodeError:
            desk.refused(NOT_A_LIST, timezone.now())
            raise ParseError("The body is not JSON in UTF-8.") from None
        if not isinstance(rows, list) or not rows:
            desk.refused(NOT_A_LIST, timezone.now())
            raise ParseError("The body must be a list with at least one row.")
        if len(rows) > MOST_ROWS:
            desk.refused(TOO_LARGE, timezone.now())
            raise TooLarge(f"At most {MOST_ROWS} rows at a time.")
        return rows

    def handle_exception(self, exc: Exception) -> Response:
        """Without the database nothing can be taken: the sender keeps it, and comes again."""
        if isinstance(exc, OperationalError | InterfaceError):
            words = "Nothing can be recorded at the moment, and nothing of this was. Send it again."
            away = Response(
                {"detail": words}, HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(AWAY_S)}
            )
            away.exception = True
            return away
        return super().handle_exception(exc)


def _key_of(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise ValidationError({KEY_HEADER: [f"It has 1 to {LONGEST_KEY} printable ASCII characters."]})
    return key


def _status_of(refused: int) -> HTTPStatus:
    return HTTPStatus.MULTI_STATUS if refused else HTTPStatus.OK
