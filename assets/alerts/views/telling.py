"""How I am told; the channels of all; and what became of every delivery."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.alerts.channels import add_channel, known_push, retire_channel, test_channel
from assets.alerts.duty_forms import WeekdaysField
from assets.alerts.models import Channel, Delivery, QuietHours, Rule
from assets.alerts.sending.push import public_key
from assets.alerts.words import ChannelKind, Severity
from locations.models import Department, Site

may_subscribe = permission_required("alerts.change_subscription", raise_exception=True)
may_see_deliveries = permission_required("alerts.view_delivery", raise_exception=True)
PAGE_SIZE = 100
LONGEST_PUSH = 4000
_SHARED = {ChannelKind.WEBHOOK, ChannelKind.GATEWAY}


class ChannelForm(forms.Form):
    kind = forms.ChoiceField(label=_("By"))
    target = forms.CharField(
        label=_("Address"), max_length=254, help_text=_("An e-mail address, or that of a webhook or gateway.")
    )
    severity = forms.ChoiceField(
        label=_("From this severity on"), choices=Severity.choices, initial="warning"
    )
    rule = forms.ModelChoiceField(
        Rule.objects.all(), label=_("Of this rule"), required=False, empty_label=_("all rules")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Of this department"), required=False, empty_label=_("all departments")
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [ChannelKind.EMAIL]
        if user.has_perm("alerts.change_channel"):
            kinds += [ChannelKind.WEBHOOK, ChannelKind.GATEWAY]
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, each.label) for each in kinds]
        department: Any = self.fields["department"]
        department.queryset = Department.objects.filter(site__in=Site.objects.visible_to(user))
        for field in self.fields.values():
            field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"


_QUIET = ("time_from", "time_to", "weekdays", "critical_passes")


class QuietForm(forms.Form):
    time_from = forms.TimeField(label=_("From"))
    time_to = forms.TimeField(label=_("To"))
    weekdays = WeekdaysField(label=_("On these days"), help_text=_("None chosen means every day."))
    critical_passes = forms.BooleanField(label=_("But tell me what is critical"), required=False)

    def __init__(self, data: Any = None, *, quiet: QuietHours | None) -> None:
        initial = {"critical_passes": True}
        if quiet is not None:
            initial = {name: getattr(quiet, name) for name in _QUIET}
        super().__init__(data, initial=initial)
        for name in ("time_from", "time_to"):
            self.fields[name].widget = forms.TimeInput(
                attrs={"type": "time", "class": "input"}, format="%H:%M"
            )


@require_http_methods(["GET", "HEAD", "POST"])
@may_subscribe
@never_cache
def subscriptions(request: HttpRequest) -> HttpResponse:
    """A person's own channels, and for administrators those of all."""
    is_quiet = request.method == "POST" and "quiet" in request.POST
    is_channel = request.method == "POST" and not is_quiet
    form = ChannelForm(request.POST if is_channel else None, user=request.user, initial={"kind": "email"})
    quiet = QuietHours.objects.filter(person=request.user.pk).first()
    quiet_form = QuietForm(request.POST if is_quiet else None, quiet=quiet)
    if is_quiet and (done := _set_quiet(request, quiet_form, quiet)):
        return done
    key = ""
    if is_channel and form.is_valid():
        try:
            _, key = _add(request, form.cleaned_data)
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            if not key:
                return redirect("alert-subscriptions")
            form = ChannelForm(None, user=request.user)
    context = {
        "form": form,
        "quiet": quiet,
        "quiet_form": quiet_form,
        "key": key,
        "channels": _own(request).prefetch_related("subscriptions__rule", "subscriptions__department"),
        "push_key": public_key(),
        "has_mail": bool(settings.EMAIL_HOST),
    }
    is_wrong = (form.is_bound and form.errors) or (quiet_form.is_bound and quiet_form.errors)
    return render(request, "alerts/subscriptions.html", context, status=400 if is_wrong else 200)


@require_POST
@may_subscribe
def add_push(request: HttpRequest) -> JsonResponse:
    """A browser says where it takes notifications: ``{endpoint, keys: {p256dh, auth}}``."""
    if len(request.body) > LONGEST_PUSH:
        raise BadRequest("That is too long.")
    try:
        told = json.loads(request.body)
        secret = {"endpoint": str(told["endpoint"]), **{n: str(told["keys"][n]) for n in ("p256dh", "auth")}}
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest("A browser's subscription is needed.") from error
    if (known := known_push(person=request.user, endpoint=secret["endpoint"])) is not None:
        return JsonResponse({"id": known.pk})
    name = gettext("Notifications of this browser")
    try:
        channel, _key = add_channel(kind=ChannelKind.PUSH, name=name, person=request.user, secret=secret)
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    return JsonResponse({"id": channel.pk}, status=201)


@require_POST
@may_subscribe
def test(request: HttpRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(_own(request), pk=pk)
    test_channel(channel=channel, now=timezone.now())
    messages.info(request, gettext("A test is on its way by “%s”.") % channel.name)
    return redirect("alert-subscriptions")


@require_POST
@may_subscribe
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Switched off and kept while deliveries name it; what waits is given up."""
    channel = get_object_or_404(_own(request), pk=pk)
    retire_channel(channel=channel)
    return redirect("alert-subscriptions")


@require_safe
@may_see_deliveries
@never_cache
def deliveries(request: HttpRequest) -> HttpResponse:
    """``state`` as :class:`Delivery.State`."""
    state = request.GET.get("state", "")
    if state and state not in Delivery.State.values:
        raise BadRequest("state: no such state.")
    rows = Delivery.objects.select_related("channel__person", "transition__alert")
    rows = rows.filter(state=state) if state else rows
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": Delivery.State.choices}
    return render(request, "alerts/deliveries.html", context)


def _own(request: HttpRequest) -> Any:
    mine = Q(person=request.user.pk)
    if request.user.has_perm("alerts.change_channel"):
        mine |= Q(person__isnull=True)
    return Channel.objects.filter(mine, is_enabled=True)


def _add(request: HttpRequest, told: dict[str, Any]) -> tuple[Channel, str]:
    is_shared = told["kind"] in _SHARED
    target = told["target"]
    return add_channel(
        kind=told["kind"],
        name=target.partition("://")[0 if told["kind"] == ChannelKind.GATEWAY else 2] or target,
        target=target,
        person=None if is_shared else request.user,
        severity=told["severity"],
        rule=told["rule"],
        department=told["department"],
    )


def _set_quiet(request: HttpRequest, form: QuietForm, quiet: QuietHours | None) -> HttpResponse | None:
    if request.POST["quiet"] == "off":
        if quiet is not None:
            quiet.delete()
        return redirect("alert-subscriptions")
    if not form.is_valid():
        return None
    told = form.cleaned_data
    quiet = quiet or QuietHours(person_id=int(request.user.pk or 0))
    for name in _QUIET:
        setattr(quiet, name, told[name])
    quiet.save()
    return redirect("alert-subscriptions")
