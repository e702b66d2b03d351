"""What the pages of procedures have in common."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.maintenance.photos import PhotoRefusedError
from assets.models import Asset
from assets.procedures.editing import ProcedureRefusedError
from assets.procedures.judging import AnswerRefusedError
from assets.procedures.models import Run, TestRecord
from assets.procedures.numbers import NumberRefusedError
from assets.procedures.recording import TestRefusedError
from assets.statements import StatementRefusedError
from assets.transitions import TransitionRefusedError

may_see = permission_required("procedures.view_procedure", raise_exception=True)
may_change = permission_required(
    ["procedures.view_procedure", "procedures.change_procedure"], raise_exception=True
)
may_fill = permission_required(["procedures.view_run", "maintenance.move_workorder"], raise_exception=True)
may_see_runs = permission_required(
    ["procedures.view_run", "maintenance.view_workorder"], raise_exception=True
)
may_test = permission_required(
    ["procedures.view_testrecord", "procedures.record_test", "maintenance.move_workorder"],
    raise_exception=True,
)
may_see_records = permission_required("procedures.view_testrecord", raise_exception=True)
REFUSALS = (
    ProcedureRefusedError,
    AnswerRefusedError,
    TestRefusedError,
    NumberRefusedError,
    WorkRefusedError,
    PhotoRefusedError,
    StatementRefusedError,
    TransitionRefusedError,
)


def the_run(request: HttpRequest, pk: int) -> Run:
    runs = Run.objects.visible_to(request.user).select_related(
        "version__procedure", "order__asset__site", "order__asset__model__category", "begun_by", "struck_by"
    )
    found: Run = get_object_or_404(runs, pk=pk)
    return found


def the_record(request: HttpRequest, pk: int) -> TestRecord:
    records = TestRecord.objects.visible_to(request.user).select_related(
        "order", "asset__site", "asset__model__category", "asset__department", "by", "struck_by"
    )
    found: TestRecord = get_object_or_404(records, pk=pk)
    return found


def order_of_work(request: HttpRequest, number: int) -> WorkOrder:
    orders = WorkOrder.objects.visible_to(request.user).with_asset()
    found: WorkOrder = get_object_or_404(orders, number=number)
    return found


def assets_named(request: HttpRequest, text: str) -> list[Asset]:
    """By their tags, which commas or spaces part. Raises :class:`TestRefusedError` that names the first unknown."""
    found = []
    for tag in text.replace(",", " ").replace(";", " ").split()[:20]:
        asset = Asset.objects.visible_to(request.user).filter(asset_tag__iexact=tag[:40]).first()
        if asset is None:
            raise TestRefusedError(_("instruments: there is no equipment “%s”.") % tag[:40])
        found.append(asset)
    return found


def wrong_field(words: str, names: Any) -> str:
    """Which field a refusal names, if it is one of ``names``: they begin with it."""
    name, parted, _rest = words.partition(": ")
    return name if parted and name in names else ""


def page_of(rows: Any, request: HttpRequest, size: int) -> Any:
    try:
        return Paginator(rows, size).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
