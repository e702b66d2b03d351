"""The list of alerts, one alert, what a person does with them, and the bell of every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.alerts.around import readings_around
from assets.alerts.filters import AlertFilter
from assets.alerts.lifecycle import acknowledge_alert, close_alert, take_back
from assets.alerts.models import Alert, Delivery, Rule
from assets.alerts.words import Severity
from assets.views.fragments import wants_fragment
from locations.models import Department

PAGE_SIZE = 50
MOST_AT_ONCE = 200
LONGEST_NOTE = 200
LONGEST_ID = 19
_ACTIONS = {"acknowledge": acknowledge_alert, "resolve": close_alert, "take-back": take_back}
may_see = permission_required("alerts.view_alert", raise_exception=True)
may_act = permission_required(["alerts.view_alert", "alerts.acknowledge_alert"], raise_exception=True)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def alerts(request: HttpRequest) -> HttpResponse:
    """Filters as :class:`AlertFilter` names them; ``done`` and ``ids`` say what was just done, to undo it."""
    chosen = _filtered(request, request.GET)
    page = _page(chosen.qs.with_subject(), request)
    context: dict[str, Any] = {
        "page": page,
        "chosen": chosen.form.cleaned_data,
        "severities": _severity_counts(request),
        "rules": Rule.objects.filter(alerts__in=_visible(request)).distinct(),
        "departments": Department.objects.filter(pk__in=_visible(request).values("department")),
        "done": request.GET.get("done", ""),
        "done_ids": [part for part in request.GET.get("ids", "").split(",") if part.isdecimal()],
        "may_act": request.user.has_perm("alerts.acknowledge_alert"),
        "here": _without_done(request),
    }
    template = "alerts/_alerts.html" if wants_fragment(request) else "alerts/alerts.html"
    return render(request, template, context)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """What, where now, every step, and the readings around it."""
    seen = _visible(request).with_subject().select_related("site", "parent")
    one: Alert = get_object_or_404(seen, pk=pk)
    may_see_readings = one.asset is not None and request.user.has_perm("assets.view_reading")
    with timezone.override(one.site.timezone):
        context = {
            "alert": one,
            "steps": one.transitions.select_related("by"),
            "children": _visible(request).filter(parent=one).count(),
            "readings": readings_around(one, now=timezone.now()) if may_see_readings else None,
            "deliveries": _deliveries(request, one),
            "may_act": request.user.has_perm("alerts.acknowledge_alert"),
        }
        template = "alerts/_alert.html" if wants_fragment(request) else "alerts/alert.html"
        return render(request, template, context)


@require_POST
@may_act
def act(request: HttpRequest) -> HttpResponse:
    """Does ``action`` with every alert of ``ids`` that the person may see, or acknowledges ``one`` alone; leads back
    with the way to undo it."""
    name = "acknowledge" if "one" in request.POST else request.POST.get("action", "")
    action = _ACTIONS.get(name)
    ids = _ids(request.POST.getlist("one") or request.POST.getlist("ids"))
    note = request.POST.get("note", "").strip()
    if action is None or len(ids) > MOST_AT_ONCE:
        raise BadRequest("action: acknowledge, resolve or take-back, of at most 200 alerts.")
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise BadRequest("note: at most 200 characters.")
    done = []
    for one in _visible(request).open().filter(pk__in=ids).select_related("rule", "site"):
        said: dict[str, str] = {} if action is take_back else {"note": note}
        action(alert=one, by=request.user, now=timezone.now(), **said)
        done.append(str(one.pk))
    return _back(request, name, done)


@require_safe
@may_see
@never_cache
def bell(request: HttpRequest) -> JsonResponse:
    """How many alerts are open and seen by nobody, and the newest of them."""
    waiting = _visible(request).unacknowledged().told()
    counts = dict(waiting.order_by().values_list("severity").annotate(Count("pk")))
    newest = waiting.select_related("zone").order_by("-raised_at", "-pk").first()
    return JsonResponse(
        {
            "count": sum(counts.values()),
            "critical": counts.get(Severity.CRITICAL, 0),
            "newest": newest
            and {
                "id": newest.pk,
                "revision": newest.revision,
                "severity": newest.severity,
                "title": newest.title,
                "words": newest.said,
                "url": reverse("alert", args=[newest.pk]),
            },
        }
    )


@require_safe
@may_see
@never_cache
def tags(request: HttpRequest) -> JsonResponse:
    """Asset tags of the equipment that an alert is open about and nothing holds back: for the map's filter."""
    about = _visible(request).open().told().filter(asset__isnull=False, asset__retired_at__isnull=True)
    return JsonResponse({"tags": sorted(set(about.order_by().values_list("asset__asset_tag", flat=True)))})


def _visible(request: HttpRequest) -> Any:
    return Alert.objects.visible_to(request.user)


def _filtered(request: HttpRequest, told: QueryDict) -> AlertFilter:
    chosen = AlertFilter(told, queryset=_visible(request), request=request)
    if not chosen.is_valid():
        field, problems = next(iter(chosen.errors.items()))
        raise BadRequest(f"{field}: {problems[0]}")
    return chosen


def _severity_counts(request: HttpRequest) -> list[tuple[Severity, int]]:
    """How many of each severity the other filters leave, the gravest first."""
    others = request.GET.copy()
    others.pop("severity", None)
    rows = _filtered(request, others).qs.order_by().values_list("severity").annotate(Count("pk"))
    counts = dict(rows)
    return [(each, counts.get(each.value, 0)) for each in reversed(Severity)]


def _page(rows: Any, request: HttpRequest) -> Any:
    try:
        return Paginator(rows, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error


def _without_done(request: HttpRequest) -> str:
    told = request.GET.copy()
    for name in ("done", "ids"):
        told.pop(name, None)
    return f"{request.path}?{told.urlencode()}" if told else request.path


def _ids(told: list[str]) -> list[int]:
    return [int(each) for each in told if each.isdecimal() and len(each) < LONGEST_ID]


def _back(request: HttpRequest, action: str, done: list[str]) -> HttpResponse:
    """To where the person was: the list with its filters, or the alert."""
    asked = request.POST.get("next", "")
    here = asked if asked.startswith(reverse("alerts")) else reverse("alerts")
    if not done or action == "take-back":
        return redirect(here)
    mark = "&" if "?" in here else "?"
    return redirect(f"{here}{mark}done={action}&ids={','.join(done)}")


def _deliveries(request: HttpRequest, one: Alert) -> Any:
    if not request.user.has_perm("alerts.view_delivery"):
        return None
    rows = Delivery.objects.filter(transition__alert=one)
    return rows.select_related("channel__person", "transition")
