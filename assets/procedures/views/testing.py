"""Writing down a safety test or a calibration for an order."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.maintenance.models import WorkOrder
from assets.maintenance.views.common import whole
from assets.procedures.forms import POINT_FIELDS, read_points
from assets.procedures.limits import limits_for
from assets.procedures.models import TestRecord
from assets.procedures.numbers import NumberRefusedError, limit_words, number_words, read_number
from assets.procedures.recording import (
    DEFAULT_MONTHS,
    MOST_POINTS,
    Equipment,
    TestRefusedError,
    months_for,
    record_calibration,
    record_safety_test,
)
from assets.procedures.views.shared import REFUSALS, assets_named, may_test, order_of_work, wrong_field
from assets.procedures.words import AppliedPart, Cord, Method, ProtectionClass, RecordKind

ROWS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@may_test
@never_cache
def safety_test(request: HttpRequest, number: int) -> HttpResponse:
    """``protection``, ``applied_part``, ``method``, ``cord`` of the address say what is measured; by POST, the values.

    Filled beforehand by how it was tested last.
    """
    order = order_of_work(request, number)
    told: Any = request.POST if request.method == "POST" else request.GET
    last = _last(order, RecordKind.SAFETY)
    chosen = {
        name: told.get(name, getattr(last, name, "") or default)
        for name, default in (
            ("protection", "I"), ("applied_part", "none"), ("method", "alternative"), ("cord", "with"),
        )
    }  # fmt: skip
    error = ""
    if request.method == "POST":
        try:
            record = _keep_safety(request, order, chosen)
        except REFUSALS as refused:
            error = str(refused)
        else:
            return redirect(record.get_absolute_url())
    limits = limits_for(**_as_told(chosen))
    rows = [(each, limit_words(each.low, each.high, each.unit), told.get(each.key, "")) for each in limits]
    names = [each.key for each in limits]
    context = {
        **_common(request, order, RecordKind.SAFETY, last, told, error),
        "chosen": chosen,
        "protections": ProtectionClass.choices,
        "parts": AppliedPart.choices,
        "methods": Method.choices,
        "cords": Cord.choices,
        "rows": rows,
        "wrong": wrong_field(error, [*names, "instruments", "every_months", "note", *chosen]),
        "looks": told.get("inspection", ""),
        "works": told.get("function", ""),
    }
    return render(request, "procedures/safety_test.html", context)


def _as_told(chosen: dict[str, str]) -> dict[str, str]:
    return {
        "protection": chosen["protection"],
        "part": chosen["applied_part"],
        "method": chosen["method"],
        "cord": chosen["cord"],
    }


def _keep_safety(request: HttpRequest, order: WorkOrder, chosen: dict[str, str]) -> TestRecord:
    told = request.POST
    equipment = Equipment(**chosen)
    equipment.check()
    said = {}
    for name in ("inspection", "function"):
        if told.get(name) not in ("pass", "fail"):
            raise TestRefusedError(_("%s: say whether it passes or fails.") % name)
        said[name] = told[name] == "pass"
    values = {}
    for limit in limits_for(**_as_told(chosen)):
        try:
            values[limit.key] = read_number(told.get(limit.key, ""))
        except NumberRefusedError as refused:
            raise TestRefusedError(f"{limit.key}: {refused}") from None
    return record_safety_test(
        order=order, by=request.user, now=timezone.now(), equipment=equipment, values=values,
        instruments=assets_named(request, told.get("instruments", "")), every_months=_months(told),
        note=told.get("note", ""), **said,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@may_test
@never_cache
def calibration(request: HttpRequest, number: int) -> HttpResponse:
    """Points in rows, ``rows`` of them; filled beforehand by the points of the last one, without what was measured."""
    order = order_of_work(request, number)
    is_sent = request.method == "POST"
    told: Any = request.POST if is_sent else request.GET
    last = _last(order, RecordKind.CALIBRATION)
    rows = _sent(request) if is_sent else _before(last)
    error = ""
    if is_sent and told.get("do") != "rows":
        try:
            record = _keep_calibration(request, order, rows)
        except REFUSALS as refused:
            error = str(refused)
        else:
            return redirect(record.get_absolute_url())
    wanted = min(MOST_POINTS, max(ROWS, len(rows) + (ROWS if told.get("do") == "rows" else 0)))
    rows += [dict.fromkeys(POINT_FIELDS, "") for _row in range(wanted - len(rows))]
    names = ("points", "instruments", "laboratory", "reference", "done_on", "every_months", "note")
    context = {
        **_common(request, order, RecordKind.CALIBRATION, last, told, error),
        "rows": rows,
        "wrong": wrong_field(error, names),
        "fields": POINT_FIELDS,
    }
    return render(request, "procedures/calibration.html", context)


def _sent(request: HttpRequest) -> list[dict[str, str]]:
    columns = {name: request.POST.getlist(name)[:MOST_POINTS] for name in POINT_FIELDS}
    count = max((len(cells) for cells in columns.values()), default=0)
    return [
        {name: cells[place] if place < len(cells) else "" for name, cells in columns.items()}
        for place in range(count)
    ]


def _before(last: TestRecord | None) -> list[dict[str, str]]:
    if last is None:
        return []
    return [
        {
            "words": row.words, "unit": row.unit, "nominal": number_words(row.nominal),
            "tolerance": number_words(row.tolerance), "measured": "", "uncertainty": "",
        }
        for row in last.measurements.all()
    ]  # fmt: skip


def _keep_calibration(request: HttpRequest, order: WorkOrder, rows: list[dict[str, str]]) -> TestRecord:
    told = request.POST
    return record_calibration(
        order=order, by=request.user, now=timezone.now(), points=read_points(rows),
        instruments=assets_named(request, told.get("instruments", "")), laboratory=told.get("laboratory", ""),
        reference=told.get("reference", ""), done_on=_day(told.get("done_on", "")), every_months=_months(told),
        note=told.get("note", ""),
    )  # fmt: skip


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise TestRefusedError(_("done_on: enter a day, as in 2026-03-02."))
    return day


def _months(told: Any) -> int:
    months = whole(told.get("every_months", "").strip())
    if months is None:
        raise TestRefusedError(_("every_months: a whole number."))
    return months


def _last(order: WorkOrder, kind: RecordKind) -> TestRecord | None:
    found: TestRecord | None = TestRecord.objects.filter(
        asset=order.asset_id, kind=kind, is_latest=True
    ).first()
    return found


def _common(
    request: HttpRequest, order: WorkOrder, kind: RecordKind, last: TestRecord | None, told: Any, error: str
) -> dict[str, Any]:
    required = months_for(order.asset, kind)
    before = [each.asset.asset_tag for each in last.instruments.select_related("asset")] if last else []
    return {
        "order": order,
        "asset": order.asset,
        "last": last,
        "told": told,
        "error": error,
        "required": required,
        "months": told.get("every_months") or required or (last.every_months if last else DEFAULT_MONTHS),
        "instruments": told.get("instruments") if request.method == "POST" else ", ".join(before),
    }
