"""Fleet size and forecasts over the API: the same figures as on the pages, each with its basis, coverage or reason."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.fleet.forecasts import forecast_for
from assets.fleet.forms import NAMES, FleetForm, ForecastForm, Question
from assets.fleet.models import Forecast, Measure
from assets.fleet.reporting import SizeReport, moment_of, size_report
from assets.fleet.sensitivity import HOWS, sensitivity
from assets.fleet.shortages import sizes
from assets.models import Category
from assets.utilisation.answers import check_form, check_names, today_of
from assets.utilisation.api import (
    PARAMETERS,
    BaseReportSerializer,
    ReportView,
    UsedFigureSerializer,
)
from assets.utilisation.patterns import TooManyError
from assets.utilisation.reports import Choice
from assets.utilisation.selecting import TOO_MANY

_PRICES = {
    "purchase": "Purchase price of one, tried instead of the site's.",
    "life_years": "Expected life in years, tried instead of the site's.",
    "service": "Service of one a year, tried instead of the site's.",
    "rental": "Rent of one a day, tried instead of the site's.",
}
ASKS = [
    *(each for each in PARAMETERS if each.name != "cost"),
    OpenApiParameter(
        "least",
        OpenApiTypes.INT,
        description="Percent heard below which there is no figure; 50 when not told.",
    ),
    OpenApiParameter("pieces", OpenApiTypes.INT, description="Size to try; the fleet size when not told."),
    OpenApiParameter(
        "pool", OpenApiTypes.STR, many=True, description="Codes of units that share; all when not told."
    ),
    *(OpenApiParameter(name, OpenApiTypes.DECIMAL, description=words) for name, words in _PRICES.items()),
]


class SavingSerializer(serializers.Serializer[Any]):
    """A year, in the hospital's currency; null where ``reason`` says why."""

    owning = serializers.DecimalField(source="owning.value", max_digits=16, decimal_places=2, allow_null=True)
    rented_days = serializers.DecimalField(max_digits=12, decimal_places=1)
    renting = serializers.DecimalField(
        source="renting.value", max_digits=16, decimal_places=2, allow_null=True
    )
    saved = serializers.DecimalField(source="whole.value", max_digits=16, decimal_places=2, allow_null=True)
    reason = serializers.CharField(source="whole.reason", allow_blank=True)
    purchase = serializers.DecimalField(
        source="assumed.purchase", max_digits=12, decimal_places=2, allow_null=True
    )
    life_years = serializers.DecimalField(
        source="assumed.life_years", max_digits=4, decimal_places=1, allow_null=True
    )
    service = serializers.DecimalField(
        source="assumed.service", max_digits=12, decimal_places=2, allow_null=True
    )
    rental = serializers.DecimalField(
        source="assumed.rental", max_digits=10, decimal_places=2, allow_null=True
    )


class FleetSizeSerializer(serializers.Serializer[Any]):
    """``pieces_tried`` and what follows are null where there is no fleet size."""

    owned = serializers.IntegerField(source="line.owned")
    coverage = UsedFigureSerializer(source="line.coverage")
    needed = UsedFigureSerializer(source="line.size.needed")
    pieces = serializers.IntegerField(source="line.size.pieces", allow_null=True)
    surplus = serializers.IntegerField(source="line.size.surplus", allow_null=True)
    pieces_tried = serializers.IntegerField(source="size.pieces", allow_null=True, default=None)
    usable = serializers.IntegerField(
        source="size.capacity", allow_null=True, default=None, help_text="At once, of those tried."
    )
    short = UsedFigureSerializer(source="size.short", allow_null=True, default=None)
    saving = SavingSerializer(allow_null=True)


class FleetShortageSerializer(serializers.Serializer[Any]):
    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    most = serializers.IntegerField(help_text="In use at once.")
    lacking = serializers.IntegerField()
    worst = serializers.DateTimeField(help_text="When the most were in use first.")


class TriedSizeSerializer(serializers.Serializer[Any]):
    pieces = serializers.IntegerField()
    usable = serializers.IntegerField(source="capacity")
    short = UsedFigureSerializer()
    seconds = serializers.IntegerField(help_text="In which there are too few.")


class PooledUnitSerializer(serializers.Serializer[Any]):
    """The last line, of which ``together`` is true, is the pool."""

    department = serializers.CharField(allow_null=True)
    together = serializers.BooleanField()
    owned = serializers.IntegerField()
    needed = UsedFigureSerializer()
    pieces = serializers.IntegerField(allow_null=True)
    saving = serializers.IntegerField(
        allow_null=True, help_text="Of the pool: what each needs by itself less what they need together."
    )


class UnitMoveSerializer(serializers.Serializer[Any]):
    giver = serializers.CharField(allow_null=True)
    taker = serializers.CharField(allow_null=True)
    seconds = serializers.IntegerField()
    of_short = serializers.FloatField(help_text="Of the time in which the taker has too few.")
    of_time = serializers.FloatField(help_text="Of all time.")
    pieces = serializers.FloatField(help_text="On average then.")


class SensitiveSizeSerializer(serializers.Serializer[Any]):
    how = serializers.ChoiceField(choices=list(HOWS))
    minutes = serializers.IntegerField()
    buffer = serializers.FloatField()
    needed = UsedFigureSerializer()
    pieces = serializers.IntegerField(allow_null=True)


class FleetSizeReportSerializer(BaseReportSerializer):
    lines = FleetSizeSerializer(many=True)


class FleetShortageReportSerializer(BaseReportSerializer):
    lines = FleetShortageSerializer(many=True)


class TriedSizeReportSerializer(BaseReportSerializer):
    lines = TriedSizeSerializer(many=True)


class PooledUnitReportSerializer(BaseReportSerializer):
    lines = PooledUnitSerializer(many=True)


class UnitMoveReportSerializer(BaseReportSerializer):
    lines = UnitMoveSerializer(many=True)


class SensitiveSizeReportSerializer(BaseReportSerializer):
    lines = SensitiveSizeSerializer(many=True)


class FleetView(ReportView):
    """A report of the question that the address asks."""

    question: Question

    def told(self, request: Request, category: Category | None) -> Choice:
        if category is None:
            raise Http404("Every address of these names a category.")
        check_names(request, NAMES)
        form = FleetForm(request.query_params, user=request.user, today=today_of(request), category=category)
        check_form(form)
        self.question = form.question(category)
        return self.question.choice

    def lines(self, choice: Choice) -> Sequence[Any]:  # noqa: ARG002  the question says more
        try:
            return self.told_of(size_report(self.question))
        except TooManyError:
            raise ValidationError({"to": [str(TOO_MANY)]}) from None

    @abstractmethod
    def told_of(self, report: SizeReport) -> Sequence[Any]: ...


class FleetSizeView(FleetView):
    serializer = FleetSizeReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        return [report]

    @extend_schema(parameters=ASKS, responses=FleetSizeReportSerializer, operation_id="utilisation_size")
    def get(self, request: Request, category: str) -> Response:
        """How many of one category are needed, what a size that is tried would mean, and what that saves."""
        return self.answer(request, category)


class FleetShortageView(FleetView):
    serializer = FleetShortageReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        return [
            {
                "begin": moment_of(each.begin),
                "end": moment_of(each.end),
                "most": each.most,
                "lacking": each.lacking,
                "worst": moment_of(each.worst),
            }
            for each in (report.shortages.found if report.shortages else ())
        ]

    @extend_schema(
        parameters=ASKS, responses=FleetShortageReportSerializer, operation_id="utilisation_shortages"
    )
    def get(self, request: Request, category: str) -> Response:
        """When a fleet of the size that is needed, or tried, falls short."""
        return self.answer(request, category)


class TriedSizeView(FleetView):
    serializer = TriedSizeReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        return sizes(report.line)

    @extend_schema(parameters=ASKS, responses=TriedSizeReportSerializer, operation_id="utilisation_sizes")
    def get(self, request: Request, category: str) -> Response:
        """How often a fleet of each size is too small."""
        return self.answer(request, category)


class PooledUnitView(FleetView):
    serializer = PooledUnitReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        pool = report.pool
        if pool is None:
            return []
        return [
            {
                "department": getattr(line, "department", None) and line.department.code,  # type: ignore[attr-defined]
                "together": line is pool.together,
                "owned": line.owned,
                "needed": line.size.needed,
                "pieces": line.size.pieces,
                "saving": pool.saving if line is pool.together else None,
            }
            for line in (*pool.units, pool.together)
        ]

    @extend_schema(parameters=ASKS, responses=PooledUnitReportSerializer, operation_id="utilisation_pools")
    def get(self, request: Request, category: str) -> Response:
        """How many units need each by itself, and sharing one pool."""
        return self.answer(request, category)


class UnitMoveView(FleetView):
    serializer = UnitMoveReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        def code(unit: int | None) -> str | None:
            found = report.name(unit)
            return found.code if found else None

        return [
            {
                "giver": code(each.giver),
                "taker": code(each.taker),
                "seconds": each.seconds,
                "of_short": each.of_short,
                "of_time": each.of_time,
                "pieces": each.pieces,
            }
            for each in (report.moves.moves if report.moves else ())
        ]

    @extend_schema(parameters=ASKS, responses=UnitMoveReportSerializer, operation_id="utilisation_moves")
    def get(self, request: Request, category: str) -> Response:
        """Which unit has some to spare while another has too few."""
        return self.answer(request, category)


class SensitiveSizeView(FleetView):
    serializer = SensitiveSizeReportSerializer

    def told_of(self, report: SizeReport) -> Sequence[Any]:
        return sensitivity(report.line)

    @extend_schema(
        parameters=ASKS, responses=SensitiveSizeReportSerializer, operation_id="utilisation_sensitivity"
    )
    def get(self, request: Request, category: str) -> Response:
        """The fleet size by the buffer and by what counts as use."""
        return self.answer(request, category)


class DemandPointSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class DemandForecastSerializer(serializers.ModelSerializer[Forecast]):
    """``points`` are empty unless ``outcome`` is ``given``; errors are mean absolute errors in pieces."""

    site = serializers.SlugField(source="site.slug")
    category = serializers.SlugField(source="category.slug")
    unit = serializers.CharField(source="department.code", allow_null=True, default=None)
    points = DemandPointSerializer(many=True)

    class Meta:
        model = Forecast
        fields = [
            "site", "category", "unit", "measure", "computed_at", "last_day", "days_count", "outcome", "error",
            "error_last", "error_week", "inside", "points",
        ]  # fmt: skip


class DemandForecastsSerializer(serializers.Serializer[Any]):
    """One forecast, or none where none was made yet."""

    lines = DemandForecastSerializer(many=True)


class DemandForecastView(APIView):
    required_permission = "utilisation.view_fleetday"

    @extend_schema(
        parameters=[
            *(each for each in PARAMETERS if each.name in {"site", "unit"}),
            OpenApiParameter("measure", OpenApiTypes.STR, enum=Measure.values),
        ],
        responses=DemandForecastsSerializer,
        operation_id="utilisation_forecast",
    )
    def get(self, request: Request, category: str) -> Response:
        """How many of one category are likely to be in use at once in the coming days, and how good that was."""
        kind = get_object_or_404(Category, slug=category)
        form = ForecastForm(request.query_params, user=request.user)
        check_names(request, form.fields)
        check_form(form)
        told = form.cleaned_data
        found = forecast_for(kind, told["site"], told["unit"], told["measure"])
        return Response(DemandForecastsSerializer({"lines": [found] if found else []}).data)
