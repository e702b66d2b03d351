"""What a phone sends again, because it did not hear the answer, happens once.

Whoever sends something may name it in the header ``Idempotency-Key``. The first time it is done, and answered; each
further time it is only answered alike. What was refused is not kept: it may be right the next time. This holds for
every address that people post to; programs with a token of their own have theirs in collectors.receivers.http.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from hospital.models import SentOnce

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT = timedelta(days=7)
MOST_KEPT = 65536
"""Bytes of an answer; a longer one is kept as its status alone."""


class SentOnceMiddleware:
    """Stands after authentication, so that a name is that of one account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        is_persons = request.user.is_authenticated and "Authorization" not in request.headers
        if key is None or request.method != "POST" or not is_persons:
            return self.get_response(request)
        if not 8 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            words = _("A name of 8 to %(most)s plain characters is needed.") % {"most": LONGEST_KEY}
            return JsonResponse({HEADER: [words]}, status=HTTPStatus.BAD_REQUEST)
        return self._once(request, key)

    def _once(self, request: HttpRequest, key: str) -> HttpResponseBase:
        digest = _digest(str(request.user.pk), request.get_full_path(), key)
        body = hashlib.sha256(request.body).hexdigest()
        try:
            with transaction.atomic():
                # The row comes first: a second request with the same name waits for it, and then finds it there.
                sent = SentOnce.objects.create(digest=digest, body=body, at=timezone.now())
                response = self.get_response(request)
                if response.status_code >= HTTPStatus.BAD_REQUEST:
                    transaction.set_rollback(True)
                else:
                    _keep(sent, response)
                return response
        except IntegrityError:
            known = SentOnce.objects.filter(digest=digest).first()
            if known is None:
                raise
            return _again(known, body)


def forget_sent(now: datetime) -> None:
    SentOnce.objects.filter(at__lt=now - KEPT).delete()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _keep(sent: SentOnce, response: HttpResponseBase) -> None:
    content = b"" if response.streaming else getattr(response, "content", b"")
    sent.status = response.status_code
    sent.content_type = response.headers.get("Content-Type", "")[:80]
    sent.content = content if len(content) <= MOST_KEPT else b""
    sent.save()


def _again(known: SentOnce, body: str) -> HttpResponseBase:
    if known.body != body:
        words = _("This %(header)s was used already, for something else. Nothing was done.") % {
            "header": HEADER
        }
        return JsonResponse({"detail": words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(bytes(known.content), status=known.status, content_type=known.content_type or None)
