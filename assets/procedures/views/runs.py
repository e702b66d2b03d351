"""Checklists of an order, on a phone: what there is, and each step answered by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.maintenance.models import WorkOrder
from assets.maintenance.photos import MOST_BYTES, PhotoRefusedError
from assets.maintenance.views.common import whole
from assets.maintenance.words import UNDONE
from assets.models import ReadingNow
from assets.procedures.models import Answer, Finding, Procedure, Run, Step
from assets.procedures.running import (
    answer_step,
    begin_run,
    latest_answers,
    procedures_for,
    progress_of,
    strike_run,
)
from assets.procedures.shown import step_line
from assets.procedures.views.shared import REFUSALS, may_fill, may_see_runs, order_of_work, the_run
from assets.procedures.words import StepKind
from assets.views.fragments import wants_fragment


@require_http_methods(["GET", "HEAD", "POST"])
@may_see_runs
@never_cache
@vary_on_headers("HX-Request")
def work_checks(request: HttpRequest, number: int) -> HttpResponse:
    """The checklists and tests of an order; by POST, begins ``procedure``."""
    order = order_of_work(request, number)
    if request.method == "POST":
        return _begin(request, order)
    runs = list(
        order.procedure_runs.select_related("version__procedure").prefetch_related(
            Prefetch("version__steps", Step.objects.all()),
            Prefetch("answers", Answer.objects.order_by("attempt")),
        )
    )
    lines = [
        (run, progress_of(run.version.steps.all(), {each.step_id: each for each in run.answers.all()}))
        for run in runs
    ]
    begun = {run.version.procedure_id for run in runs if run.struck_at is None}
    context = {
        "order": order,
        "asset": order.asset,
        "lines": lines,
        "offered": [each for each in procedures_for(order) if each.pk not in begun]
        if _is_undone(order)
        else [],
        "records": order.test_records.all(),
        "is_undone": _is_undone(order),
    }
    name = "procedures/_checks.html" if wants_fragment(request) else "procedures/checks.html"
    return render(request, name, context)


def _begin(request: HttpRequest, order: WorkOrder) -> HttpResponse:
    if not request.user.has_perm("maintenance.move_workorder"):
        messages.error(request, _("Your role may not fill in checklists."))
        return redirect("work-checks", order.number)
    procedure = get_object_or_404(Procedure, pk=whole(request.POST.get("procedure")) or 0)
    try:
        run = begin_run(order=order, procedure=procedure, by=request.user, now=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
        return redirect("work-checks", order.number)
    return redirect(run.get_absolute_url())


def _is_undone(order: WorkOrder) -> bool:
    return order.state in UNDONE and not order.is_unverified


@require_safe
@may_see_runs
@never_cache
def procedure_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Every step with its answer, or with what it is answered by."""
    run = the_run(request, pk)
    steps, answers = list(run.version.steps.all()), latest_answers(run)
    findings = {each.step_id: each for each in Finding.objects.filter(run=run).select_related("order")}
    readings = _readings(run, steps)
    now = timezone.now()
    context = {
        **_context(request, run),
        "lines": [
            step_line(step, answers.get(step.pk), findings.get(step.pk), readings.get(step.reading), now)
            for step in steps
        ],
        "progress": progress_of(steps, answers),
    }
    with timezone.override(run.order.asset.site.timezone):
        return render(request, "procedures/run.html", context)


def _context(request: HttpRequest, run: Run) -> dict[str, Any]:
    may = request.user.has_perm("maintenance.move_workorder")
    return {
        "run": run,
        "order": run.order,
        "asset": run.order.asset,
        "may_answer": may and run.struck_at is None and _is_undone(run.order),
    }


def _readings(run: Run, steps: list[Step]) -> dict[str, ReadingNow]:
    names = {step.reading for step in steps if step.kind == StepKind.READING}
    if not names:
        return {}
    rows = ReadingNow.objects.filter(asset=run.order.asset_id, name__in=names)
    return {row.name: row for row in rows}


@require_POST
@may_fill
@never_cache
@vary_on_headers("HX-Request")
def procedure_answer(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """``said``, ``note``, ``photo``; ``seen`` the attempt that was shown. Answered by the step as it is then."""
    run = the_run(request, pk)
    asked: Step = get_object_or_404(run.version.steps, pk=step)
    told, error = request.POST, ""
    try:
        answer_step(
            run=run, step=asked, by=request.user, now=timezone.now(), said=told.get("said", ""),
            note=told.get("note", ""), photo=_photo(request), seen=whole(told.get("seen")),
        )  # fmt: skip
    except REFUSALS as refused:
        error = str(refused)
    if not wants_fragment(request):
        if error:
            messages.error(request, f"{asked.words}: {error}")
        return redirect(f"{run.get_absolute_url()}#step-{asked.pk}")
    answers = latest_answers(run)
    finding = Finding.objects.filter(run=run, step=asked).select_related("order").first()
    reading = _readings(run, [asked]).get(asked.reading)
    context = {
        **_context(request, run),
        "line": step_line(asked, answers.get(asked.pk), finding, reading, timezone.now()),
        "error": error,
        "told": told if error else {},
        "progress": progress_of(run.version.steps.all(), answers),
        "is_swapped": True,
    }
    with timezone.override(run.order.asset.site.timezone):
        return render(request, "procedures/_step.html", context)


def _photo(request: HttpRequest) -> bytes | None:
    file: Any = request.FILES.get("photo")
    if file is None:
        return None
    if (file.size or 0) > MOST_BYTES:
        raise PhotoRefusedError(_("photo: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    content: bytes = file.read()
    return content


@require_safe
@may_see_runs
@never_cache
def procedure_answers(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Every answer that was given to a step, the last first."""
    run = the_run(request, pk)
    asked: Step = get_object_or_404(run.version.steps, pk=step)
    answers = run.answers.filter(step=asked).select_related("by").order_by("-attempt")
    context = {"run": run, "order": run.order, "step": asked, "answers": answers}
    with timezone.override(run.order.asset.site.timezone):
        return render(request, "procedures/answers.html", context)


@require_POST
@may_fill
def procedure_run_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """``why`` it was the wrong one."""
    run = the_run(request, pk)
    try:
        strike_run(run=run, by=request.user, now=timezone.now(), why=request.POST.get("why", ""))
    except REFUSALS as refused:
        messages.error(request, str(refused))
        return redirect(run.get_absolute_url())
    return redirect(reverse("work-checks", args=[run.order_id]))
