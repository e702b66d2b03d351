"""The language that a person reads: chosen by the person, else by the browser, else the site's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog

A_YEAR_S = 365 * 86400


class LanguageMiddleware:
    """Stands after Django's LocaleMiddleware and the accounts: what an account says counts on every machine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES) and chosen != translation.get_language():
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


def choose_language(*, person: Any, language: str) -> None:
    """From now on the person reads ``language``, wherever they sign in. Raises ``ValueError`` if it is not offered."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError("Choose one of the languages that are offered.")
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])


@login_not_required
@require_POST
def language_choice(request: HttpRequest) -> HttpResponse:
    """``language`` is one of those offered, ``next`` the page to come back to. Without an account, for this browser."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("language: choose one of the languages that are offered.")
    if request.user.is_authenticated:
        choose_language(person=request.user, language=language)
    answer = redirect(_page_to_come_back_to(request))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR_S,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return answer


def _page_to_come_back_to(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else "/"


@login_not_required
@require_safe
@cache_control(public=True, max_age=A_YEAR_S, immutable=True)
def words(request: HttpRequest, version: str, language: str) -> HttpResponseBase:  # noqa: ARG001  names the edition
    """The words that scripts say, as a script; its address changes whenever they do."""
    if language not in dict(settings.LANGUAGES):
        raise Http404("No such language.")
    with translation.override(language):
        return JavaScriptCatalog.as_view(packages=["hospital"])(request)
