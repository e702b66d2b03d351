"""Each report over the API: its figures and the rows of each of its tables, described from the tables "
"themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.reports.catalogue import REPORTS
from assets.reports.cells import reason_of
from assets.reports.forms import ALL_NAMES, AskedForm
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, value_of
from assets.utilisation import reports
from assets.utilisation.answers import check_form, check_names, today_of
from assets.utilisation.api import PARAMETERS
from assets.utilisation.models import StaleDay

_OWN = {
    "category": OpenApiParameter("category", OpenApiTypes.STR, description="Slug of a category."),
    "by": OpenApiParameter(
        "by", OpenApiTypes.STR, enum=["kind", "unit"], description="Groups of rooms; kinds when not told."
    ),
    "missing": OpenApiParameter(
        "missing", OpenApiTypes.INT, description="Days without being heard; 90 when not told."
    ),
    "least": OpenApiParameter(
        "least", OpenApiTypes.INT, description="Percent heard below which there is no figure; 50 when not "
        "told."
    ),
}  # fmt: skip
_FIELDS = {
    Kind.TEXT: (serializers.CharField, ""),
    Kind.COUNT: (serializers.IntegerField, ""),
    Kind.NUMBER: (serializers.FloatField, ""),
    Kind.SHARE: (serializers.FloatField, "A share, 0 to 1."),
    Kind.SECONDS: (serializers.FloatField, "Seconds."),
    Kind.HOURS: (serializers.FloatField, "Seconds."),
    Kind.MONEY: (serializers.DecimalField, "In the hospital's currency."),
    Kind.MOMENT: (serializers.DateTimeField, ""),
}
_MONEY = {"max_digits": 16, "decimal_places": 2}


class ToldFigureSerializer(serializers.Serializer[Any]):
    """``value`` is null where there is no figure; ``reason`` says why."""

    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    value = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


def _field(column: Column) -> serializers.Field[Any, Any, Any, Any]:
    kind, told = _FIELDS[column.kind]
    more = _MONEY if column.kind is Kind.MONEY else {}
    made: serializers.Field[Any, Any, Any, Any] = kind(allow_null=True, help_text=told, **more)
    return made


def _named(report: Report) -> str:
    return report.slug.title().replace("-", "")


def _rows_serializer(report: Report, table: Table) -> type[serializers.Serializer[Any]]:
    fields: dict[str, Any] = {column.name: _field(column) for column in table.columns}
    fields["reasons"] = serializers.DictField(
        child=serializers.CharField(), help_text="Of what is null in this row for want of a figure: why."
    )
    return type(f"{_named(report)}Report{table.name.title()}Serializer", (serializers.Serializer,), fields)


def _report_serializer(report: Report) -> type[serializers.Serializer[Any]]:
    fields: dict[str, Any] = {
        "site": serializers.SlugField(),
        "first": serializers.DateField(),
        "last": serializers.DateField(),
        "category": serializers.SlugField(allow_null=True),
        "unit": serializers.SlugField(allow_null=True),
        "basis": serializers.CharField(),
        "policy": serializers.CharField(),
        "hours": serializers.CharField(),
        "computed_at": serializers.DateTimeField(),
        "until": serializers.DateTimeField(allow_null=True, help_text="Up to when histories are rolled up."),
        "reason": serializers.CharField(allow_blank=True, help_text="Why there is nothing at all."),
        "explained": serializers.ListField(child=serializers.CharField()),
        "figures": ToldFigureSerializer(many=True),
    }
    fields |= {table.name: _rows_serializer(report, table)(many=True) for table in report.tables}
    return type(f"{_named(report)}ReportAnswerSerializer", (serializers.Serializer,), fields)


class ReportAnswerView(APIView):
    required_permission = "utilisation.view_fleetday"
    report: Report

    def answer(self, request: Request) -> dict[str, Any]:
        asked = told_asked(request, self.report)
        choice = asked.choice
        with timezone.override(ZoneInfo(choice.site.timezone)):
            answer = self.report.answer(asked)
        return {
            "site": choice.site.slug,
            "first": choice.first,
            "last": choice.last,
            "category": choice.category and choice.category.slug,
            "unit": choice.department and choice.department.code,
            "basis": choice.basis,
            "policy": choice.policy,
            "hours": choice.clock,
            "computed_at": asked.now,
            "until": reports.freshness(choice.site, StaleDay.objects).until,
            "reason": str(answer.reason),
            "explained": [str(each) for each in answer.sentences],
            "figures": [_figure(each.title, each.kind, each.value) for each in answer.figures],
            **{table.name: _lines(table, answer) for table in self.report.tables},
        }


def _figure(title: Any, kind: Kind, value: Any) -> dict[str, Any]:
    return {"title": str(title), "kind": kind, "value": value_of(value), "reason": reason_of(value)}


def _lines(table: Table, answer: Answer) -> list[dict[str, Any]]:
    return [_line(table.columns, row) for row in answer.rows.get(table.name, ())]


def _line(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    cells = {column.name: cell for column, cell in zip(columns, row.cells, strict=True)}
    reasons = {name: reason for name, cell in cells.items() if (reason := reason_of(cell))}
    return {name: value_of(cell) for name, cell in cells.items()} | {"reasons": reasons}


def told_asked(request: Request, report: Report) -> Asked:
    """Raises a 400 that names what cannot be."""
    check_names(request, ALL_NAMES)
    form = AskedForm(request.query_params, user=request.user, today=today_of(request), report=report)
    check_form(form)
    return form.asked(now=timezone.now())


def _parameters(report: Report) -> list[OpenApiParameter]:
    wanted = (
        {"site", "from", "to"}
        | report.asks
        | report.counts_by
        | ({"category"} if report.wants_category else set())
    )
    return [each for each in [*PARAMETERS, *_OWN.values()] if each.name in wanted]


def _view_of(report: Report) -> type[ReportAnswerView]:
    serializer = _report_serializer(report)

    @extend_schema(
        parameters=_parameters(report),
        responses=serializer,
        operation_id=f"utilisation_report_{report.slug}",
        description=str(report.question),
    )
    def get(self: ReportAnswerView, request: Request) -> Response:
        return Response(serializer(self.answer(request)).data)

    return type(f"{_named(report)}ReportView", (ReportAnswerView,), {"report": report, "get": get})


VIEWS = {report.slug: _view_of(report) for report in REPORTS}
