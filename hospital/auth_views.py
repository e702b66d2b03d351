"""Signing in and out."""

from __future__ import annotations

import math
import unicodedata
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hospital.address import client_address
from hospital.audit.events import record_delay
from hospital.demo_access import accepts_demo_accounts
from hospital.models import User
from hospital.roles import Role
from hospital.throttle import claim_attempt, forgive


class SignInForm(AuthenticationForm):
    """Says what to do, and not which of the two was wrong."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("This user name and password do not match. Capital and small letters matter.")
    }


class SignInView(LoginView):
    """One account, one password; after several wrong attempts the next has to wait."""

    authentication_form = SignInForm
    template_name = "hospital/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        username, address = self._username(), client_address(request)
        wait = claim_attempt(username=username, address=address, now=timezone.now())
        return self._delayed(wait) if wait else super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        forgive(username=self._username(), address=client_address(self.request))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo_accounts": demo_accounts()}

    def _username(self) -> str:
        """The name as the form will read it, so that no other spelling of it starts a new count."""
        return unicodedata.normalize("NFKC", self.request.POST.get("username", "").strip())[:150]

    def _delayed(self, wait: timedelta) -> HttpResponse:
        seconds = math.ceil(wait.total_seconds())
        record_delay(username=self._username(), request=self.request)
        message = ngettext(
            "Too many attempts. Try again in %(count)s second.",
            "Too many attempts. Try again in %(count)s seconds.",
            seconds,
        ) % {"count": seconds}
        context = self.get_context_data(
            form=SignInForm(self.request, initial={"username": self._username()}), delayed=message
        )
        response = self.render_to_response(context, status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(seconds)
        return response


class SignOutView(LogoutView):
    """By POST only, so that no link and no picture on another page signs somebody out."""

    http_method_names = ["post", "options"]


def demo_accounts() -> list[dict[str, str]]:
    """The demo hospital's accounts, for the sign-in page; none unless they would be let in."""
    if not accepts_demo_accounts():
        return []
    rows = User.objects.filter(is_demo=True, is_active=True).order_by("pk").values_list("username", "role")
    return [{"username": username, "role": str(Role(role).label)} for username, role in rows]


def admin_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The admin site's own door leads to ours; who is signed in and sent here may not enter it."""
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': target})}")
