"""Reports of utilisation over the API: the same figures, each with its basis, policy, coverage or reason."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset, Category
from assets.utilisation import reports
from assets.utilisation.answers import check_form, check_names, today_of
from assets.utilisation.figures import Clock, Figure, Policy, UseBasis
from assets.utilisation.forms import NAMES, ReportForm
from assets.utilisation.idling import idle_cost
from assets.utilisation.models import StaleDay
from assets.utilisation.patterns import TooManyError, at_once, week
from assets.utilisation.selecting import TOO_MANY

_CHOICES = {
    "ownership": Asset.Ownership.values,
    "basis": UseBasis.values,
    "policy": Policy.values,
    "hours": Clock.values,
    "demand": ["p95", "peak"],
}
PARAMETERS = [
    OpenApiParameter("site", OpenApiTypes.STR, description="Slug of a site; the first when not told."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; thirty days ago when not told."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included; yesterday when not told."),
    OpenApiParameter("unit", OpenApiTypes.STR, description="Code of a department."),
    OpenApiParameter("model", OpenApiTypes.INT, description="Number of a model: only what is of it."),
    *(OpenApiParameter(name, OpenApiTypes.STR, enum=values) for name, values in _CHOICES.items()),
    OpenApiParameter("buffer", OpenApiTypes.INT, description="Percent beyond the demand; 10 when not told."),
    OpenApiParameter(
        "cost", OpenApiTypes.DECIMAL, description="Of one piece and day; the site's when not told."
    ),
]


class UsedFigureSerializer(serializers.Serializer[Figure]):
    """``value`` is null where there is no figure; ``reason`` says why. Shares are 0 to 1."""

    value = serializers.FloatField(allow_null=True)
    unit = serializers.ChoiceField(choices=["share", "pieces", "seconds"])
    reason = serializers.CharField(allow_blank=True)
    basis = serializers.ChoiceField(choices=UseBasis.choices, allow_null=True)
    policy = serializers.ChoiceField(choices=Policy.choices, allow_null=True)
    coverage = serializers.FloatField(allow_null=True)


class TotalsSerializer(serializers.Serializer[Any]):
    """Asset-seconds."""

    confirmed = serializers.IntegerField()
    presumed = serializers.IntegerField(help_text="Presumed, not confirmed.")
    down = serializers.IntegerField()
    dirty = serializers.IntegerField()
    available = serializers.IntegerField()
    in_transit = serializers.IntegerField()
    unknown = serializers.IntegerField()


class LineSerializer(serializers.Serializer[Any]):
    owned = serializers.IntegerField()
    seconds = TotalsSerializer(source="totals")
    coverage = UsedFigureSerializer()
    confirmed = UsedFigureSerializer()
    presumed = UsedFigureSerializer()
    average = UsedFigureSerializer()
    peak = UsedFigureSerializer()
    p95 = UsedFigureSerializer()
    needed = UsedFigureSerializer(source="size.needed")
    pieces = serializers.IntegerField(source="size.pieces", allow_null=True)
    surplus = serializers.IntegerField(source="size.surplus", allow_null=True)
    short = UsedFigureSerializer(source="size.short")


class FleetLineSerializer(LineSerializer):
    category = serializers.SlugField(source="category.slug")


class UnitLineSerializer(LineSerializer):
    department = serializers.SlugField(source="department.code", allow_null=True)


class AssetLineSerializer(serializers.Serializer[Any]):
    asset = serializers.SlugField(source="asset.asset_tag")
    seconds = TotalsSerializer(source="totals")
    coverage = UsedFigureSerializer()
    average = UsedFigureSerializer()


class BaseReportSerializer(serializers.Serializer[Any]):
    """What was asked, up to when it is rolled up, and the lines."""

    site = serializers.SlugField()
    first = serializers.DateField()
    last = serializers.DateField()
    unit = serializers.SlugField(allow_null=True)
    model = serializers.IntegerField(allow_null=True)
    ownership = serializers.CharField(allow_blank=True)
    basis = serializers.ChoiceField(choices=UseBasis.choices)
    policy = serializers.ChoiceField(choices=Policy.choices)
    hours = serializers.ChoiceField(choices=Clock.choices)
    computed_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class FleetReportSerializer(BaseReportSerializer):
    lines = FleetLineSerializer(many=True)


class UnitReportSerializer(BaseReportSerializer):
    lines = UnitLineSerializer(many=True)


class AssetReportSerializer(BaseReportSerializer):
    lines = AssetLineSerializer(many=True)


class UseHourSerializer(serializers.Serializer[Any]):
    """``weekday`` 0 is Monday; ``hour`` is of the site's clock."""

    weekday = serializers.IntegerField()
    hour = serializers.IntegerField()
    seconds = TotalsSerializer(source="totals")
    coverage = UsedFigureSerializer()
    average = UsedFigureSerializer()


class UseStepSerializer(serializers.Serializer[Any]):
    begin = serializers.DateTimeField()
    hours = serializers.IntegerField(help_text="How long the step is.")
    most = UsedFigureSerializer()
    mean = UsedFigureSerializer()


class IdleEquipmentSerializer(serializers.Serializer[Any]):
    """``cost`` is null where nobody told what a day costs."""

    asset = serializers.SlugField()
    last_use = serializers.DateTimeField(allow_null=True)
    days = serializers.FloatField()
    cost_per_day = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    cost = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)


class UseHourReportSerializer(BaseReportSerializer):
    lines = UseHourSerializer(many=True)


class UseStepReportSerializer(BaseReportSerializer):
    lines = UseStepSerializer(many=True)


class IdleEquipmentReportSerializer(BaseReportSerializer):
    lines = IdleEquipmentSerializer(many=True)


class ReportView(APIView, ABC):
    required_permission = "utilisation.view_fleetday"
    serializer: type[BaseReportSerializer]

    @abstractmethod
    def lines(self, choice: reports.Choice) -> Sequence[Any]: ...

    def told(self, request: Request, category: Category | None) -> reports.Choice:
        return told_choice(request, category)

    def answer(self, request: Request, category: str | None = None) -> Response:
        kind = None if category is None else get_object_or_404(Category, slug=category)
        choice = self.told(request, kind)
        fresh = reports.freshness(choice.site, StaleDay.objects)
        report = {
            "site": choice.site.slug,
            "first": choice.first,
            "last": choice.last,
            "unit": choice.department and choice.department.code,
            "model": choice.model and choice.model.pk,
            "ownership": choice.ownership,
            "basis": choice.basis,
            "policy": choice.policy,
            "hours": choice.clock,
            "computed_at": timezone.now(),
            "until": fresh.until,
            "lines": self.lines(choice),
        }
        return Response(self.serializer(report).data)


class FleetReportView(ReportView):
    serializer = FleetReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        return reports.fleet(choice)

    @extend_schema(parameters=PARAMETERS, responses=FleetReportSerializer, operation_id="utilisation_fleets")
    def get(self, request: Request) -> Response:
        """Every category: average and concurrent use, coverage, fleet size."""
        return self.answer(request)


class UnitReportView(ReportView):
    serializer = UnitReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        return reports.units(choice)

    @extend_schema(parameters=PARAMETERS, responses=UnitReportSerializer, operation_id="utilisation_units")
    def get(self, request: Request, category: str) -> Response:
        """One category, unit by unit."""
        return self.answer(request, category)


class AssetReportView(ReportView):
    serializer = AssetReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        return reports.assets(choice)

    @extend_schema(parameters=PARAMETERS, responses=AssetReportSerializer, operation_id="utilisation_assets")
    def get(self, request: Request, category: str) -> Response:
        """The assets behind the figures of one category, the least used first."""
        return self.answer(request, category)


class HourReportView(ReportView):
    serializer = UseHourReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        return week(choice)

    @extend_schema(parameters=PARAMETERS, responses=UseHourReportSerializer, operation_id="utilisation_week")
    def get(self, request: Request, category: str) -> Response:
        """The 168 hours of the week of one category, Monday first."""
        return self.answer(request, category)


class StepReportView(ReportView):
    serializer = UseStepReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        try:
            return at_once(choice)
        except TooManyError:
            raise ValidationError({"to": [str(TOO_MANY)]}) from None

    @extend_schema(
        parameters=PARAMETERS, responses=UseStepReportSerializer, operation_id="utilisation_at_once"
    )
    def get(self, request: Request, category: str) -> Response:
        """How many of one category were in use at once, step by step."""
        return self.answer(request, category)


class IdleReportView(ReportView):
    serializer = IdleEquipmentReportSerializer

    def lines(self, choice: reports.Choice) -> Sequence[Any]:
        found = idle_cost(choice, now=timezone.now(), per_day=choice.cost)
        return [
            {
                "asset": line.asset.asset_tag,
                "last_use": line.last_use,
                "days": line.days,
                "cost_per_day": found.per_day,
                "cost": cost,
            }
            for line, cost in found.rows
        ]

    @extend_schema(
        parameters=PARAMETERS, responses=IdleEquipmentReportSerializer, operation_id="utilisation_idle"
    )
    def get(self, request: Request, category: str) -> Response:
        """What of one category is idle now, the longest first, and what that costs."""
        return self.answer(request, category)


def told_choice(request: Request, category: Category | None) -> reports.Choice:
    """Raises a 400 that names what cannot be."""
    check_names(request, NAMES)
    form = ReportForm(request.query_params, user=request.user, today=today_of(request), category=category)
    check_form(form)
    return form.choice(category)
