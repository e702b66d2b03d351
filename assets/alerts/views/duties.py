"""Who is on call, and when equipment is worked on: the list with a form for one more, the form of one, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assets.alerts.duties import current, end_duty, save_duty
from assets.alerts.duty_forms import OnCallForm, WindowForm
from assets.alerts.models import MaintenanceWindow, OnCall
from locations.models import Site

may_roster = permission_required("alerts.change_oncall", raise_exception=True)
may_maintain = permission_required("alerts.change_maintenancewindow", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Page:
    """``names``: the addresses of the list, of one, and of its end."""

    model: Any
    form: Any
    names: tuple[str, str, str]
    related: tuple[str, ...]
    title: str | Promise
    lead: str | Promise
    add: str | Promise
    saved: str | Promise


ON_CALL = Page(
    OnCall,
    OnCallForm,
    ("alert-on-call", "alert-on-call-one", "alert-on-call-end"),
    ("person", "site"),
    _("On call"),
    _("Who is called when an alert of a rule with a call is acknowledged by nobody."),
    _("Another duty"),
    _("The duty is saved."),
)
WINDOWS = Page(
    MaintenanceWindow,
    WindowForm,
    ("alert-windows", "alert-window", "alert-window-end"),
    ("site", "rule", "category", "department", "zone__floor", "asset__model__category"),
    _("Maintenance windows"),
    _("While one is under way, nobody is told of alerts it is about; the page shows them as held back."),
    _("Another window"),
    _("The window is saved."),
)


@require_http_methods(["GET", "HEAD", "POST"])
@may_roster
@never_cache
def on_call(request: HttpRequest) -> HttpResponse:
    return _list(request, ON_CALL)


@require_http_methods(["GET", "HEAD", "POST"])
@may_roster
@never_cache
def on_call_one(request: HttpRequest, pk: int) -> HttpResponse:
    return _one(request, ON_CALL, pk)


@require_POST
@may_roster
def end_on_call(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, ON_CALL, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@may_maintain
@never_cache
def windows(request: HttpRequest) -> HttpResponse:
    return _list(request, WINDOWS)


@require_http_methods(["GET", "HEAD", "POST"])
@may_maintain
@never_cache
def window(request: HttpRequest, pk: int) -> HttpResponse:
    return _one(request, WINDOWS, pk)


@require_POST
@may_maintain
def end_window(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, WINDOWS, pk)


def _rows(request: HttpRequest, page: Page) -> Any:
    seen = Site.objects.visible_to(request.user)
    return current(page.model.objects.filter(site__in=seen), timezone.now()).select_related(*page.related)


def _list(request: HttpRequest, page: Page) -> HttpResponse:
    form = page.form(request.POST if request.method == "POST" else None, duty=page.model(), user=request.user)
    if _is_saved(form):
        messages.info(request, str(page.saved))
        return redirect(page.names[0])
    context = {"page": page, "form": form, "rows": _rows(request, page)}
    return render(request, "alerts/duties.html", context, status=400 if form.is_bound else 200)


def _one(request: HttpRequest, page: Page, pk: int) -> HttpResponse:
    duty = get_object_or_404(_rows(request, page), pk=pk)
    form = page.form(request.POST if request.method == "POST" else None, duty=duty, user=request.user)
    if _is_saved(form):
        messages.info(request, str(page.saved))
        return redirect(page.names[0])
    context = {"page": page, "form": form, "duty": duty}
    return render(request, "alerts/duty.html", context, status=400 if form.is_bound else 200)


def _end(request: HttpRequest, page: Page, pk: int) -> HttpResponse:
    end_duty(duty=get_object_or_404(_rows(request, page), pk=pk), now=timezone.now())
    messages.info(request, gettext("It is ended."))
    return redirect(page.names[0])


def _is_saved(form: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        save_duty(duty=form.build())
    except ValidationError as error:
        for name, problems in error.message_dict.items():
            form.add_error(name if name in form.fields else None, problems)
        return False
    return True
