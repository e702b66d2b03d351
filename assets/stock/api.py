"""Parts over the API: read with what there is of them, taken in, counted and used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.stock.models import MOST, NOTE_LENGTH, Part, Stock
from assets.stock.moving import StockRefusedError, count_parts, receive_parts, use_part
from locations.models import Zone
from locations.rest import ReadOnlyViewSet


class MayMoveStock(BasePermission):
    message = "Your role may not move parts."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("stock.move_stock"))


class StockSerializer(serializers.Serializer[Any]):
    """``on_hand`` is the sum of what came and went."""

    store = serializers.IntegerField(source="store_id")
    store_name = serializers.CharField(source="store.name")
    bin = serializers.CharField()
    minimum = serializers.IntegerField(allow_null=True)
    reorder_to = serializers.IntegerField(allow_null=True)
    on_hand = serializers.IntegerField()


class PartSerializer(serializers.ModelSerializer[Part]):
    stocks = serializers.SerializerMethodField()

    class Meta:
        model = Part
        fields = ["id", "number", "name", "maker", "unit", "unit_cost", "is_current", "stocks"]

    @extend_schema_field(StockSerializer(many=True))
    def get_stocks(self, part: Part) -> Any:
        """At the sites that one may see."""
        user = self.context["request"].user
        rows = Stock.objects.visible_to(user).filter(part=part).select_related("store").with_on_hand()
        return StockSerializer(rows.order_by("store"), many=True).data


class PartFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Number, name or maker")
    number = django_filters.CharFilter(lookup_expr="iexact")
    is_current = django_filters.BooleanFilter()
    reorder = django_filters.BooleanFilter(method="filter_reorder", label="Fewer than the minimum somewhere")

    class Meta:
        model = Part
        fields: list[str] = []

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        return queryset.matching(text)

    def filter_reorder(self, queryset: Any, _name: str, is_wanted: bool) -> Any:  # noqa: FBT001  django-filter calls it so
        few = Stock.objects.visible_to(self.request.user).to_reorder().values("part")
        return queryset.filter(pk__in=few) if is_wanted else queryset.exclude(pk__in=few)


@extend_schema_field(int)
class _StoreField(serializers.PrimaryKeyRelatedField[Zone]):
    def get_queryset(self) -> Any:
        return Zone.objects.visible_to(self.context["request"].user).current()


@extend_schema_field(str)
class _OrderField(serializers.SlugRelatedField[WorkOrder]):
    def get_queryset(self) -> Any:
        return WorkOrder.objects.visible_to(self.context["request"].user)


class ReceivePartSerializer(serializers.Serializer[Any]):
    store = _StoreField()
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)
    note = serializers.CharField(required=False, max_length=NOTE_LENGTH)


class CountPartSerializer(serializers.Serializer[Any]):
    store = _StoreField()
    counted = serializers.IntegerField(min_value=0, max_value=MOST)
    note = serializers.CharField(required=False, max_length=NOTE_LENGTH)


class UsePartSerializer(serializers.Serializer[Any]):
    order = _OrderField(slug_field="number")
    store = _StoreField()
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)


class PartViewSet(ReadOnlyViewSet[Part]):
    """Spare parts and consumables, by name, with what there is of them in which store."""

    queryset = Part.objects.all()
    serializer_class = PartSerializer
    filterset_class = PartFilter

    @extend_schema(request=ReceivePartSerializer, responses=PartSerializer, summary="Take parts in")
    @action(detail=True, methods=["post"], permission_classes=[MayMoveStock])
    def receive(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self._do(ReceivePartSerializer, receive_parts)

    @extend_schema(request=CountPartSerializer, responses=PartSerializer, summary="Count parts")
    @action(detail=True, methods=["post"], permission_classes=[MayMoveStock])
    def count(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self._do(CountPartSerializer, count_parts)

    @extend_schema(request=UsePartSerializer, responses=PartSerializer, summary="Use parts on an order")
    @action(detail=True, methods=["post"], permission_classes=[MayMoveStock])
    def use(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """400 where there are not so many, with part and store."""
        return self._do(UsePartSerializer, use_part)

    def _do(self, kind: type[serializers.Serializer[Any]], act: Callable[..., Any]) -> Response:
        part = self.get_object()
        told = kind(data=self.request.data, context=self.get_serializer_context())
        told.is_valid(raise_exception=True)
        try:
            act(part=part, by=self.request.user, now=timezone.now(), **told.validated_data)
        except StockRefusedError as refused:
            raise ValidationError({refused.field: [str(refused)]}) from None
        except WorkRefusedError as refused:
            raise ValidationError({"order": [str(refused)]}) from None
        return Response(PartSerializer(part, context=self.get_serializer_context()).data)
