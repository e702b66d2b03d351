"""Alerts over the API: the list with its filters, one with its steps, and acknowledging."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.alerts.filters import AlertFilter
from assets.alerts.lifecycle import acknowledge_alert, close_alert
from assets.alerts.models import Alert, AlertTransition
from assets.serializers import AssetBrief
from locations.rest import ReadOnlyViewSet


class AlertListFilter(AlertFilter):
    """What the pages filter by, and what programs need besides."""

    site = django_filters.CharFilter(field_name="site__slug", label="Slug of a site")
    raised_after = django_filters.IsoDateTimeFilter(field_name="raised_at", lookup_expr="gte")
    raised_before = django_filters.IsoDateTimeFilter(field_name="raised_at", lookup_expr="lt")


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """Times ``began_at`` and ``ended_at`` are those of the fact; ``held`` says why nobody is told of it."""

    rule = serializers.CharField(source="rule.name")
    asset = AssetBrief(allow_null=True)
    zone = serializers.CharField(source="zone.name", allow_null=True, default=None)
    department = serializers.CharField(source="department.code", allow_null=True, default=None)
    acknowledged_by = serializers.CharField(source="acknowledged_by.username", allow_null=True, default=None)

    class Meta:
        model = Alert
        fields = [
            "id", "rule", "rule_version", "kind", "severity", "state", "held", "title", "words", "subject", "asset",
            "zone", "department", "began_at", "raised_at", "acknowledged_at", "acknowledged_by", "ended_at",
            "resolved_at", "flaps", "escalated_at",
        ]  # fmt: skip


class StepSerializer(serializers.ModelSerializer[AlertTransition]):
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = AlertTransition
        fields = ["step", "at", "noted_at", "by", "note"]


class AlertDetail(AlertSerializer):
    steps = StepSerializer(source="transitions", many=True)

    class Meta(AlertSerializer.Meta):
        fields = [*AlertSerializer.Meta.fields, "steps"]


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="No patient names."
    )


class MayAcknowledge(BasePermission):
    message = "Your role may not acknowledge alerts."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("alerts.acknowledge_alert"))


class AlertViewSet(ReadOnlyViewSet[Alert]):
    """Alerts that the person may see; open ones, unless ``state`` says otherwise."""

    queryset = Alert.objects.with_subject()
    filterset_class = AlertListFilter

    def visible(self, queryset: Any, user: Any) -> QuerySet[Alert]:
        seen: QuerySet[Alert] = super().visible(queryset, user)
        return seen.prefetch_related("transitions__by") if self.detail else seen

    def get_serializer_class(self) -> type[AlertSerializer]:
        return AlertDetail if self.detail else AlertSerializer

    @extend_schema(request=NoteSerializer, responses={200: AlertDetail}, summary="Say that one sees to it")
    @action(detail=True, methods=["post"], permission_classes=[MayAcknowledge])
    def acknowledge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        acknowledge_alert(alert=self.get_object(), by=request.user, note=self._note(), now=timezone.now())
        return self._again()

    @extend_schema(request=NoteSerializer, responses={200: AlertDetail}, summary="Say that it is over")
    @action(detail=True, methods=["post"], permission_classes=[MayAcknowledge])
    def resolve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        close_alert(alert=self.get_object(), by=request.user, note=self._note(), now=timezone.now())
        return self._again()

    def _note(self) -> str:
        told = NoteSerializer(data=self.request.data)
        told.is_valid(raise_exception=True)
        return str(told.validated_data.get("note", ""))

    def _again(self) -> Response:
        return Response(AlertDetail(self.get_object(), context=self.get_serializer_context()).data)
