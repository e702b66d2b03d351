"""The list of procedures, each one's page, its versions as they are filled in and printed, and the editor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.maintenance.views.common import whole
from assets.models import Asset, Category, EquipmentModel
from assets.procedures.editing import (
    ChangedMeanwhileError,
    ProcedureRefusedError,
    add_step,
    begin_draft,
    change_step,
    delete_step,
    discard_draft,
    make_procedure,
    move_step,
    publish_draft,
    retire_procedure,
)
from assets.procedures.forms import STEP_FIELDS, plain, read_step, reading_choices, told_of, uses
from assets.procedures.models import Procedure, ProcedureVersion
from assets.procedures.models.procedures import NAME_LENGTH
from assets.procedures.views.shared import may_change, may_see, page_of, wrong_field
from assets.procedures.words import KINDS, StepKind, VersionState

PAGE_SIZE = 50


@require_safe
@may_see
@never_cache
def procedures(request: HttpRequest) -> HttpResponse:
    """``q`` in the name, ``kind`` of work; ``retired`` those that are not offered any more."""
    told = request.GET
    is_retired = told.get("retired") == "true"
    found = Procedure.objects.filter(retired_at__isnull=not is_retired).select_related(
        "category", "model__category"
    )
    if text := told.get("q", "").strip()[:100]:
        found = found.filter(Q(name__icontains=text) | Q(versions__steps__words__icontains=text)).distinct()
    if told.get("kind") in dict(KINDS):
        found = found.filter(kind=told["kind"])
    page = page_of(found, request, PAGE_SIZE)
    rows = ProcedureVersion.objects.filter(procedure__in=list(page)).annotate(
        step_count=Count("steps", distinct=True)
    )
    by_procedure: dict[int, dict[str, ProcedureVersion]] = {}
    for version in rows:
        by_procedure.setdefault(version.procedure_id, {})[version.state] = version
    context = {
        "page": page,
        "lines": [(each, by_procedure.get(each.pk, {})) for each in page],
        "kinds": KINDS,
        "chosen": {"q": text, "kind": told.get("kind", ""), "retired": is_retired},
        "is_filtered": bool(request.GET),
    }
    return render(request, "procedures/procedures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def procedure_new(request: HttpRequest) -> HttpResponse:
    """``name``, ``kind``, and ``category`` (its slug) or ``model`` (its key), or neither: for any equipment."""
    told, error = request.POST, ""
    if request.method == "POST":
        try:
            draft = make_procedure(
                name=plain(told, "name", NAME_LENGTH), kind=_kind(told), by=request.user, now=timezone.now(),
                **_what_for(told),
            )  # fmt: skip
        except ProcedureRefusedError as refused:
            error = str(refused)
        else:
            return redirect("procedure-edit", draft.procedure_id)
    context = {
        "told": told,
        "error": error,
        "wrong": wrong_field(error, ("name", "kind", "category", "model")),
        "kinds": KINDS,
        "categories": Category.objects.all(),
        "models": EquipmentModel.objects.filter(assets__in=Asset.objects.visible_to(request.user)).distinct(),
    }
    return render(request, "procedures/new.html", context)


def _kind(told: Any) -> str:
    kind = str(told.get("kind", ""))
    if kind not in dict(KINDS):
        raise ProcedureRefusedError(_("kind: choose one."))
    return kind


def _what_for(told: Any) -> dict[str, Any]:
    slug, pk = told.get("category", ""), told.get("model", "")
    category = Category.objects.filter(slug=slug).first() if slug else None
    model = EquipmentModel.objects.filter(pk=whole(pk) or 0).first() if pk else None
    if (slug and category is None) or (pk and model is None):
        raise ProcedureRefusedError(_("category: there is no such category or model."))
    return {"category": category, "model": model}


def the_procedure(pk: int) -> Procedure:
    found: Procedure = get_object_or_404(Procedure.objects.select_related("category", "model"), pk=pk)
    return found


@require_safe
@may_see
@never_cache
def procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in use of it, and every version there was."""
    thing = the_procedure(pk)
    versions = list(
        thing.versions.select_related("made_by", "published_by", "changed_by").annotate(
            step_count=Count("steps", distinct=True), run_count=Count("runs", distinct=True)
        )
    )
    current = next((each for each in versions if each.state == VersionState.CURRENT), None)
    context = {
        "procedure": thing,
        "versions": versions,
        "current": current,
        "draft": next((each for each in versions if each.is_draft), None),
        "steps": current.steps.all() if current else [],
    }
    return render(request, "procedures/procedure.html", context)


@require_safe
@may_see
@never_cache
def procedure_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version as it is filled in by hand: the preview, and what is printed."""
    thing = the_procedure(pk)
    version = get_object_or_404(thing.versions.select_related("published_by"), number=number)
    context = {"procedure": thing, "version": version, "steps": version.steps.all()}
    return render(request, "procedures/version.html", context)


@require_POST
@may_change
def procedure_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a draft, or leads to the one that is there."""
    try:
        begin_draft(procedure=the_procedure(pk), by=request.user, now=timezone.now())
    except ProcedureRefusedError as refused:
        messages.error(request, str(refused))
        return redirect("procedure", pk)
    return redirect("procedure-edit", pk)


@require_POST
@may_change
def procedure_retire(request: HttpRequest, pk: int) -> HttpResponse:
    retire_procedure(procedure=the_procedure(pk), now=timezone.now())
    messages.success(request, _("It is not offered any more."))
    return redirect("procedure", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def procedure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft. ``add`` a kind of step, or ``step`` by key, opens its form; by POST ``do`` it, as of ``edition``."""
    thing = the_procedure(pk)
    draft = thing.versions.filter(state=VersionState.DRAFT).select_related("changed_by").first()
    if draft is None:
        messages.info(request, _("There is no draft: begin one."))
        return redirect("procedure", pk)
    if request.method != "POST":
        return _editor(request, thing, draft)
    try:
        return _do(request, thing, draft)
    except ProcedureRefusedError as refused:
        # What was typed stays in the form; the list beside it is as it is now.
        status = 409 if isinstance(refused, ChangedMeanwhileError) else 200
        return _editor(request, thing, _fresh(thing) or draft, str(refused), status)


def _fresh(thing: Procedure) -> ProcedureVersion | None:
    found: ProcedureVersion | None = (
        thing.versions.filter(state=VersionState.DRAFT).select_related("changed_by").first()
    )
    return found


def _do(request: HttpRequest, thing: Procedure, draft: ProcedureVersion) -> HttpResponse:
    told, here = request.POST, reverse("procedure-edit", args=[thing.pk])
    what, step = told.get("do", ""), whole(told.get("step")) or 0
    seen: dict[str, Any] = {"draft": draft, "edition": whole(told.get("edition"))}
    by = {**seen, "by": request.user, "now": timezone.now()}
    if what == "publish":
        publish_draft(**by)
        messages.success(request, _("It is in use for what is begun from now on."))
        return redirect("procedure", thing.pk)
    if what == "discard":
        discard_draft(**seen)
        return redirect("procedure", thing.pk)
    if what == "add":
        added = add_step(told=read_step(told), **by)
        return redirect(f"{here}?add={added.kind}#add")
    if what == "change":
        change_step(step=step, told=read_step(told), **by)
    elif what == "delete":
        delete_step(step=step, **by)
    elif what in ("up", "down"):
        move_step(step=step, up=what == "up", **by)
    else:
        raise ProcedureRefusedError(_("do: there is no such act."))
    return redirect(f"{here}#step-{step}")


def _editor(
    request: HttpRequest, thing: Procedure, draft: ProcedureVersion, error: str = "", status: int = 200
) -> HttpResponse:
    steps = list(draft.steps.all())
    is_form = request.method == "POST" and request.POST.get("do") in ("add", "change")
    told: Any = {"is_required": True}
    adding, opened = request.GET.get("add", ""), whole(request.GET.get("step"))
    if is_form:
        told = request.POST.dict()
        adding = told.get("kind", "") if told["do"] == "add" else ""
        opened = whole(told.get("step")) if told["do"] == "change" else None
    step = next((each for each in steps if each.pk == opened), None)
    if step is not None and not is_form:
        told = told_of(step)
    kind = step.kind if step is not None else adding
    context = {
        "procedure": thing,
        "draft": draft,
        "steps": steps,
        "kinds": StepKind.choices,
        "kind": kind if kind in StepKind.values else "",
        "kind_words": StepKind(kind).label if kind in StepKind.values else "",
        "opened": step,
        "told": told,
        "uses": uses(kind),
        "readings": reading_choices() if kind == StepKind.READING else [],
        "error": error,
        "wrong": wrong_field(error, STEP_FIELDS),
    }
    return render(request, "procedures/edit.html", context, status=status)
