"""Plans: the list, one with what falls due by it, making, changing and ending; and those of one piece."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.maintenance.events import WorkRefusedError
from assets.models import Asset
from assets.planning.forms import PlanForm
from assets.planning.models import Occurrence, Plan, PlanningRun
from assets.planning.plans import end_plan, save_plan
from assets.planning.views.shared import answer, may_plan, may_see, the_plan

PAGE_SIZE = 50
MOST_SHOWN = 50


@require_safe
@may_see
@never_cache
def plans(request: HttpRequest) -> HttpResponse:
    """``q``: a word of the name, a tag or a model; ``ended``: 1 for those that ended."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = Plan.objects.visible_to(request.user).select_related("asset__model__category", "model__category")
    found = found.filter(ended_at__isnull=request.GET.get("ended") != "1")
    if wanted:
        found = found.filter(
            Q(name__icontains=wanted)
            | Q(asset__asset_tag__icontains=wanted)
            | Q(model__name__icontains=wanted)
            | Q(model__manufacturer__icontains=wanted)
        )
    try:
        page = Paginator(found, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
    context = {
        "page": page,
        "text": wanted,
        "run": PlanningRun.objects.first(),
        "ended": request.GET.get("ended"),
    }
    return render(request, "planning/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_plan
@never_cache
def plan_new(request: HttpRequest) -> HttpResponse:
    """``asset`` of the address fills the form beforehand, ``model`` too."""
    if request.method != "POST":
        told = {"tag": request.GET.get("asset", ""), "model": request.GET.get("model", ""), "unit": "month"}
        return _form(request, PlanForm(initial=told | {"every": 12}, user=request.user))
    return _save(request, PlanForm(request.POST, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What falls due by it; posted, it is changed."""
    one = the_plan(request, pk)
    may_change = request.user.has_perm("planning.make_plan") and one.is_current
    if request.method == "POST":
        if not request.user.has_perm("planning.make_plan"):
            return HttpResponse(status=403)
        return _save(request, PlanForm(request.POST, instance=one, user=request.user))
    return _form(request, PlanForm(instance=one, user=request.user) if may_change else None, one)


@require_POST
@may_plan
@never_cache
def plan_end(request: HttpRequest, pk: int) -> HttpResponse:
    one = the_plan(request, pk)
    return answer(request, lambda: end_plan(plan=one, now=timezone.now()), one.get_absolute_url())


@require_safe
@may_see
@never_cache
def plans_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """A fragment for the page of a piece: its plans, and when each is due next."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
    rows = Plan.objects.of(asset).current()
    due = Occurrence.objects.planned().filter(asset=asset, plan__in=rows).order_by("-due_on", "-pk")
    following = {each.plan_id: each for each in due.with_attempts()}
    context = {"asset": asset, "lines": [(one, following.get(one.pk)) for one in rows]}
    return render(request, "planning/_of_asset.html", context)


def _save(request: HttpRequest, form: PlanForm) -> HttpResponse:
    one = form.instance
    if form.is_valid():
        try:
            saved = save_plan(plan=form.save(commit=False), by=request.user, now=timezone.now())
        except WorkRefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The plan is kept."))
            return redirect(saved)
    return _form(request, form, Plan.objects.get(pk=one.pk) if one.pk else None)


def _form(request: HttpRequest, form: PlanForm | None, one: Plan | None = None) -> HttpResponse:
    occurrences: Any = []
    if one is not None:
        rows = Occurrence.objects.visible_to(request.user).filter(plan=one).exclude(standing="withdrawn")
        occurrences = (
            rows.with_attempts().select_related("asset", "order").order_by("-due_on", "-pk")[:MOST_SHOWN]
        )
    return render(request, "planning/plan.html", {"form": form, "plan": one, "occurrences": occurrences})
