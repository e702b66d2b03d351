"""What the equipment said, on the order and on its own page; and on a rule's page, which orders it opens."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.alerts.dry_run import dry_run
from assets.alerts.models import Rule
from assets.alerts.scope import Scope
from assets.alerts.words import OF_EQUIPMENT
from assets.device_orders.forms import OpensForm
from assets.device_orders.models import OrderRule, Told, WhenClear
from assets.device_orders.opening import closing_step
from assets.maintenance.models import WorkOrder
from assets.maintenance.words import ONE_AT_A_TIME
from assets.models import Asset, ReadingNow
from locations.models import Site

may_see_both = permission_required(["maintenance.view_workorder", "alerts.view_alert"], raise_exception=True)
may_see_rules = permission_required(["alerts.view_rule"], raise_exception=True)
MOST_SHOWN = 20


@require_safe
@may_see_both
@never_cache
def told_of_order(request: HttpRequest, number: int) -> HttpResponse:
    """The alerts behind an order, whether they last, the reading that each is about as it is now, and what is
    proposed."""
    orders = WorkOrder.objects.visible_to(request.user).select_related("asset__site")
    order: WorkOrder = get_object_or_404(orders, number=number)
    told = list(order.told_by.select_related("alert__rule"))
    names = {str(each.alert.rule.parameters.get("reading", "")) for each in told} - {""}
    readings = ReadingNow.objects.filter(asset=order.asset, name__in=names).order_by("-at")
    latest = {row.name: row for row in reversed(readings)}
    lines = [(each, latest.get(str(each.alert.rule.parameters.get("reading", "")))) for each in told]
    is_over = bool(told) and all(each.cleared_at for each in told)
    proposes = OrderRule.objects.filter(rule__in=[each.alert.rule_id for each in told]).exclude(
        when_clear=WhenClear.ANNOTATE
    )
    context = {"order": order, "lines": lines, "is_over": is_over}
    if order.is_open and is_over and order.down_percent == 0 and proposes.exists():
        step = closing_step(order)
        context["proposed"] = step if order.state in step.sources else None
    with timezone.override(order.asset.site.timezone):
        return render(request, "device_orders/_of_order.html", context)


@require_safe
@may_see_both
@never_cache
def told_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """The orders that came of what one piece reported, the open ones first."""
    assets = Asset.objects.visible_to(request.user).select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    rows = Told.objects.filter(order__asset=asset).select_related("alert__rule", "order")
    shown = rows.order_by(F("order__closed_at").desc(nulls_first=True), "-at", "-pk")[:MOST_SHOWN]
    with timezone.override(asset.site.timezone):
        return render(request, "device_orders/_of_asset.html", {"asset": asset, "rows": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@may_see_rules
@never_cache
def rule_opens(request: HttpRequest, pk: int) -> HttpResponse:
    """Which order the rule opens; ``try=1``: which it would have opened in the last week."""
    found = Rule.objects.visible_to(request.user).with_scope().filter(kind__in=OF_EQUIPMENT)
    rule: Rule = get_object_or_404(found, pk=pk)
    may_change = request.user.has_perm("alerts.change_rule")
    if request.method == "POST" and not may_change:
        raise PermissionDenied("Your role may not change rules.")
    there = OrderRule.objects.filter(rule=rule).first()
    form = OpensForm(
        request.POST if request.method == "POST" else None, instance=there or OrderRule(rule=rule)
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["opens"]:
            form.save()
        elif there is not None:
            there.delete()
        return redirect(reverse("alert-rule", args=[rule.pk]) + "#opens")
    context: dict[str, Any] = {"rule": rule, "form": form, "opens": there, "may_change": may_change}
    if request.GET.get("try") == "1":
        context |= _tried(request, rule, there or OrderRule(rule=rule))
    status = 400 if form.is_bound else 200
    return render(request, "device_orders/_rule.html", context, status=status)


def _tried(request: HttpRequest, rule: Rule, opens: OrderRule) -> dict[str, Any]:
    """By the very evaluation that raises alerts. Where an asset has one order at a time, those of an episode that
    follows are added to it, as long as nobody and nothing has closed it."""
    site = Site.objects.visible_to(request.user).first()
    zone = ZoneInfo(site.timezone if site else "UTC")
    seen = list(Asset.objects.visible_to(request.user).in_service().values_list("pk", flat=True))
    run = dry_run(rule=rule, scope=Scope.of(rule), until=timezone.now(), zone=zone, assets=seen)
    is_one = opens.kind in ONE_AT_A_TIME and opens.when_clear != WhenClear.CLOSE
    return {
        "run": run,
        "orders": run.pieces if is_one else run.count,
        "added": run.count - run.pieces if is_one else 0,
    }
