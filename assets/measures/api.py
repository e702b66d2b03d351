"""The measures of maintenance over the API: what the page shows, with what is undefined saying why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.measures.asking import MeasuresForm, scope_of
from assets.measures.reliability import Reliability
from assets.measures.report import Report, report_of
from assets.measures.scope import BY
from locations.rest import refuse_unknown

HOUR = timedelta(hours=1)
ASKED = ("begin", "end", "site", "category", "group", "model", "by")


class FigureSerializer(serializers.Serializer[Any]):
    """``value`` is null exactly where ``why`` says why."""

    value = serializers.FloatField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class CompletionSerializer(serializers.Serializer[Any]):
    """``still_open`` is in none of the others: its windows are not over."""

    due = serializers.IntegerField()
    in_time = serializers.IntegerField()
    tried = serializers.IntegerField()
    missed = serializers.IntegerField()
    still_open = serializers.IntegerField()
    strict = FigureSerializer()
    credited = FigureSerializer()
    excluded = FigureSerializer()


class ReliabilitySerializer(serializers.Serializer[Any]):
    """Hours; the failure rate is of 1,000 operating hours, availability a share."""

    name = serializers.CharField()
    value = serializers.CharField(help_text="What a filter by it says; empty for all, and for what has none.")
    assets = serializers.IntegerField()
    operating_h = serializers.FloatField()
    covered_h = serializers.FloatField()
    down_h = serializers.FloatField()
    restoring_h = serializers.FloatField()
    failures = serializers.IntegerField()
    other_repairs = serializers.IntegerField()
    mtbf_h = FigureSerializer()
    mttr_h = FigureSerializer()
    availability = FigureSerializer()
    failure_rate = FigureSerializer()


class PromiseSerializer(serializers.Serializer[Any]):
    kept = serializers.IntegerField()
    broken = serializers.IntegerField()
    still_open = serializers.IntegerField()
    share = FigureSerializer()


class BacklogSerializer(serializers.Serializer[Any]):
    """``by_age``: to 7 days, to 30, to 90, and older."""

    count = serializers.IntegerField()
    by_age = serializers.ListField(child=serializers.IntegerField())
    overdue = serializers.IntegerField()
    mean_age_h = serializers.FloatField(allow_null=True)
    oldest_at = serializers.DateTimeField(allow_null=True)


class CostSerializer(serializers.Serializer[Any]):
    """In the hospital's currency; ``labour`` is null where nobody told what an hour costs."""

    minutes = serializers.IntegerField()
    parts = serializers.DecimalField(max_digits=14, decimal_places=2)
    visits = serializers.DecimalField(max_digits=14, decimal_places=2)
    labour = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    contracts = serializers.DecimalField(max_digits=14, decimal_places=2)
    unpriced = serializers.IntegerField()
    cost_of_service = FigureSerializer()


class MeasuresSerializer(serializers.Serializer[Any]):
    begin = serializers.DateField()
    end = serializers.DateField()
    zone = serializers.CharField(help_text="Whose days they are.")
    by = serializers.ChoiceField(choices=list(BY))
    high_risk = CompletionSerializer(help_text="Life support and high risk.")
    other = CompletionSerializer()
    total = ReliabilitySerializer()
    rows = ReliabilitySerializer(many=True)
    response = PromiseSerializer()
    resolution = PromiseSerializer()
    backlog = BacklogSerializer()
    cost = CostSerializer()


class MaySeeMeasures(BasePermission):
    message = "Your role may not see the measures of maintenance."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("measures.view_measures"))


class MeasuresView(APIView):
    permission_classes = [MaySeeMeasures]

    @extend_schema(
        summary="Measures of maintenance",
        parameters=[OpenApiParameter(name, str, required=False) for name in ASKED],
        responses=MeasuresSerializer,
    )
    def get(self, request: Request) -> Response:
        """Of the year up to today, or of other days and of some equipment; ``by``: category, group or model."""
        refuse_unknown(request, ASKED)
        form = MeasuresForm(request.query_params, user=request.user)
        if not form.is_valid():
            raise ValidationError(
                {field: list(map(str, problems)) for field, problems in form.errors.items()}
            )
        scope = scope_of(form, user=request.user, now=timezone.now())
        return Response(
            MeasuresSerializer(_told(report_of(scope, form.cleaned_data["by"] or "category"))).data
        )


def _told(report: Report) -> dict[str, Any]:
    backlog, costs = report.backlog, report.costs
    return {
        "begin": report.scope.begin,
        "end": report.scope.end,
        "zone": report.scope.zone,
        "by": report.by,
        "high_risk": report.completion["high"],
        "other": report.completion["other"],
        "total": _reliability("", "", report.total),
        "rows": [_reliability(row.name, row.value, row.figures) for row in report.rows],
        "response": _promise(report.response),
        "resolution": _promise(report.resolution),
        "backlog": {
            "count": backlog.count,
            "by_age": list(backlog.by_age),
            "overdue": backlog.overdue,
            "mean_age_h": None if backlog.mean_age is None else backlog.mean_age / HOUR,
            "oldest_at": backlog.oldest_at,
        },
        "cost": {
            "minutes": costs.minutes,
            "parts": costs.parts,
            "visits": costs.visits,
            "labour": costs.labour,
            "contracts": round(costs.contracts, 2),
            "unpriced": costs.unpriced,
            "cost_of_service": report.cost_of_service.figure,
        },
    }


def _promise(promise: Any) -> dict[str, Any]:
    return {
        "kept": promise.kept,
        "broken": promise.broken,
        "still_open": promise.still_open,
        "share": promise.figure,
    }


def _reliability(name: str, value: str, figures: Reliability) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "assets": figures.assets,
        "operating_h": figures.operating_h,
        "covered_h": figures.covered / HOUR,
        "down_h": figures.down / HOUR,
        "restoring_h": figures.restoring / HOUR,
        "failures": figures.failures,
        "other_repairs": figures.others,
        "mtbf_h": figures.mtbf,
        "mttr_h": figures.mttr,
        "availability": figures.availability,
        "failure_rate": figures.failure_rate,
    }
