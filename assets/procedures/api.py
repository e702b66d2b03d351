"""Procedures, runs and records over the API, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from assets.procedures.filters import ProcedureFilter, RecordFilter, RunFilter
from assets.procedures.models import Answer, Instrument, Measurement, Procedure, Run, Step, TestRecord
from assets.procedures.running import latest_answers, progress_of
from assets.procedures.words import VersionState
from assets.serializers import AssetBrief
from locations.rest import HistoryViewSet, ReadOnlyViewSet


class StepSerializer(serializers.ModelSerializer[Step]):
    """``low`` and ``high`` in ``unit``, both included; null where there is none."""

    class Meta:
        model = Step
        fields = [
            "id", "position", "kind", "words", "help", "is_required", "unit", "low", "high", "choices", "failing",
            "reading", "max_age_min",
        ]  # fmt: skip


class ProcedureSerializer(serializers.ModelSerializer[Procedure]):
    """``category`` and ``model`` both null: for any equipment."""

    category = serializers.CharField(source="category.slug", allow_null=True, default=None)
    model = serializers.CharField(source="model.name", allow_null=True, default=None)

    class Meta:
        model = Procedure
        fields = ["id", "name", "kind", "category", "model", "retired_at"]


class ProcedureDetail(ProcedureSerializer):
    """With the steps of the version in use, if one is."""

    version = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(ProcedureSerializer.Meta):
        fields = [*ProcedureSerializer.Meta.fields, "version", "steps"]

    def _current(self, procedure: Procedure) -> Any:
        return procedure.versions.filter(state=VersionState.CURRENT).first()

    def get_version(self, procedure: Procedure) -> int | None:
        current = self._current(procedure)
        return current.number if current else None

    @extend_schema(responses=StepSerializer(many=True))
    def get_steps(self, procedure: Procedure) -> list[dict[str, Any]]:
        current = self._current(procedure)
        rows: Any = StepSerializer(current.steps.all() if current else [], many=True).data
        return list(rows)


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    """The one that counts. ``read_at``: when the device told it."""

    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = Answer
        fields = ["step", "attempt", "at", "by", "verdict", "value", "number", "read_at", "note"]


class RunSerializer(serializers.ModelSerializer[Run]):
    procedure = serializers.CharField(source="version.procedure.name")
    version = serializers.IntegerField(source="version.number")
    begun_by = serializers.CharField(source="begun_by.username", allow_null=True, default=None)

    class Meta:
        model = Run
        fields = ["id", "order", "procedure", "version", "begun_at", "begun_by", "struck_at"]


class RunDetail(RunSerializer):
    """``missing``: required steps without an answer; the order is not done before there is none."""

    steps = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "missing", "steps", "answers"]

    def get_missing(self, run: Run) -> int:
        return progress_of(run.version.steps.all(), latest_answers(run)).missing

    @extend_schema(responses=StepSerializer(many=True))
    def get_steps(self, run: Run) -> list[dict[str, Any]]:
        rows: Any = StepSerializer(run.version.steps.all(), many=True).data
        return list(rows)

    @extend_schema(responses=AnswerSerializer(many=True))
    def get_answers(self, run: Run) -> list[dict[str, Any]]:
        rows: Any = AnswerSerializer(list(latest_answers(run).values()), many=True).data
        return list(rows)


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    class Meta:
        model = Measurement
        fields = [
            "position", "key", "words", "unit", "nominal", "tolerance", "low", "high", "measured", "uncertainty",
            "has_passed",
        ]  # fmt: skip


class InstrumentSerializer(serializers.ModelSerializer[Instrument]):
    asset = serializers.CharField(source="asset.asset_tag")
    calibration = serializers.CharField(source="calibration.number")
    good_until = serializers.DateField(source="calibration.due_on")

    class Meta:
        model = Instrument
        fields = ["asset", "calibration", "good_until"]


class RecordSerializer(serializers.ModelSerializer[TestRecord]):
    """``due_on``: the last day on which it holds; null where it failed. ``is_latest``: the one that counts."""

    number = serializers.CharField()
    asset = AssetBrief()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = TestRecord
        fields = [
            "id", "number", "kind", "order", "asset", "at", "by", "done_on", "has_passed", "due_on", "is_latest",
            "laboratory", "reference", "struck_at",
        ]  # fmt: skip


class RecordDetail(RecordSerializer):
    measurements = MeasurementSerializer(many=True)
    instruments = InstrumentSerializer(many=True)

    class Meta(RecordSerializer.Meta):
        fields = [
            *RecordSerializer.Meta.fields, "protection", "applied_part", "method", "cord", "note", "measurements",
            "instruments",
        ]  # fmt: skip


class ProcedureViewSet(ReadOnlyViewSet[Procedure]):
    """Checklists, by name; a single one with its steps."""

    queryset = Procedure.objects.select_related("category", "model")
    filterset_class = ProcedureFilter
    lookup_value_regex = "[0-9]{1,18}"

    def visible(self, queryset: Any, user: Any) -> Any:  # noqa: ARG002  the same for every site, as the catalogue is
        return queryset

    def get_serializer_class(self) -> type[ProcedureSerializer]:
        return ProcedureDetail if self.detail else ProcedureSerializer


class RunViewSet(HistoryViewSet[Run]):
    """Checklists that were gone through for an order, newest first; a single one with its answers."""

    queryset = Run.objects.select_related("version__procedure", "begun_by")
    filterset_class = RunFilter
    moment_field = "begun_at"
    lookup_value_regex = "[0-9]{1,18}"

    def get_serializer_class(self) -> type[RunSerializer]:
        return RunDetail if self.detail else RunSerializer


class RecordViewSet(HistoryViewSet[TestRecord]):
    """Safety tests and calibrations, newest first; a single one with what was measured."""

    queryset = TestRecord.objects.select_related("asset__model__category", "asset__site", "by")
    filterset_class = RecordFilter
    moment_field = "at"
    lookup_value_regex = "[0-9]{1,18}"

    def visible(self, queryset: Any, user: Any) -> Any:
        seen = super().visible(queryset, user)
        if not self.detail:
            return seen
        return seen.prefetch_related("measurements", "instruments__asset", "instruments__calibration")

    def get_serializer_class(self) -> type[RecordSerializer]:
        return RecordDetail if self.detail else RecordSerializer
