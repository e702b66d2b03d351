"""Rules: the list, the form with its dry run, and the versions there were."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.alerts.dry_run import dry_run
from assets.alerts.models import Rule
from assets.alerts.parameters import PARAMETERS
from assets.alerts.rule_changes import save_rule
from assets.alerts.rule_form import PREFIX, RuleForm, kinds
from assets.alerts.words import OF_EQUIPMENT, TOLD, State
from assets.models import Asset
from locations.models import Site

may_see = permission_required("alerts.view_rule", raise_exception=True)
may_change = permission_required(["alerts.view_rule", "alerts.change_rule"], raise_exception=True)


@require_safe
@may_see
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    is_open = ~Q(alerts__state=State.RESOLVED) & Q(alerts__isnull=False)
    counted = Count("alerts", filter=is_open, distinct=True)
    rows = Rule.objects.visible_to(request.user).with_scope().annotate(open_alerts=counted)
    context = {"rules": rows, "kinds": kinds(), "may_change": request.user.has_perm("alerts.change_rule")}
    return render(request, "alerts/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def new_rule(request: HttpRequest) -> HttpResponse:
    """``kind`` says of what kind."""
    kind = request.GET.get("kind", "")
    if kind not in PARAMETERS:
        raise Http404("There is no such kind of rule.")
    return _edit(request, Rule(kind=kind))


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, for those who may change it; for others what it says."""
    return _edit(request, get_object_or_404(Rule.objects.visible_to(request.user).with_scope(), pk=pk))


@require_POST
@may_change
def try_rule(request: HttpRequest) -> HttpResponse:
    """What the rule of the form would have raised in the last week, for equipment that the person may see."""
    kind = request.POST.get("kind", "")
    if kind not in PARAMETERS:
        raise Http404("There is no such kind of rule.")
    form = RuleForm(request.POST, rule=Rule(kind=kind), user=request.user)
    if not form.is_valid():
        return render(request, "alerts/_dry_run.html", {"form": form})
    site = Site.objects.visible_to(request.user).first()
    zone = ZoneInfo(site.timezone if site else "UTC")
    seen = list(Asset.objects.visible_to(request.user).in_service().values_list("pk", flat=True))
    run = dry_run(rule=form.build(), scope=form.unsaved_scope(), until=timezone.now(), zone=zone, assets=seen)
    with timezone.override(zone):
        return render(request, "alerts/_dry_run.html", {"form": form, "run": run})


def _edit(request: HttpRequest, one: Rule) -> HttpResponse:
    may = request.user.has_perm("alerts.change_rule")
    if request.method == "POST" and not may:
        raise PermissionDenied("Your role may not change rules.")
    form = RuleForm(request.POST if request.method == "POST" else None, rule=one, user=request.user)
    if form.is_valid():
        try:
            save_rule(rule=form.build(), scope=form.scope(), by=request.user)
        except ValidationError as error:
            _explain(form, error)
        else:
            messages.info(request, gettext("The rule “%s” is saved.") % one.name)
            return redirect("alert-rules")
    context: dict[str, Any] = {
        "form": form,
        "rule": one,
        "may_change": may,
        "is_told": one.kind in TOLD,
        "may_open": one.kind in OF_EQUIPMENT,
        "versions": one.versions.select_related("by")[:20] if one.pk else (),
    }
    return render(request, "alerts/rule.html", context, status=400 if form.is_bound else 200)


def _explain(form: RuleForm, error: ValidationError) -> None:
    for name, problems in error.message_dict.items():
        field = name if name in form.fields else PREFIX + name
        form.add_error(field if field in form.fields else None, problems)
