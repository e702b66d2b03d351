"""Stocktakes over the API: how far they are, their rooms and lines; counting, and taking it back."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.stocktake.counting import count_code, take_back
from assets.stocktake.models import CODE_LENGTH, Line, Room, Scan, Stocktake
from assets.stocktake.opening import StocktakeRefusedError
from assets.stocktake.words import Said
from locations.rest import PageOfList, ReadOnlyViewSet


class MayCount(BasePermission):
    message = "Your role may not count in a stocktake."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        wanted = ["stocktake.count_stocktake", "assets.place_asset"]
        return bool(request.user.is_authenticated and request.user.has_perms(wanted))


class StocktakeSerializer(serializers.ModelSerializer[Stocktake]):
    """``found`` of ``expected`` pieces, ``rooms_done`` of ``rooms_all`` rooms."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    rooms_all = serializers.IntegerField()
    rooms_done = serializers.IntegerField()
    expected = serializers.IntegerField()
    found = serializers.IntegerField()

    class Meta:
        model = Stocktake
        fields = [
            "id", "name", "site", "scope", "opened_at", "closed_at", "signed_by", "note", "rooms_all", "rooms_done",
            "expected", "found",
        ]  # fmt: skip


class StocktakeRoomSerializer(serializers.ModelSerializer[Room]):
    """``extra``: what was found there besides what was expected there."""

    expected = serializers.IntegerField()
    found = serializers.IntegerField()
    missing = serializers.IntegerField()
    extra = serializers.IntegerField()

    class Meta:
        model = Room
        fields = ["id", "zone", "name", "floor", "closed_at", "expected", "found", "missing", "extra"]


class StocktakeLineSerializer(serializers.ModelSerializer[Line]):
    """``room``: where it should be; ``found_in``: where it is; both as rooms of the stocktake."""

    class Meta:
        model = Line
        fields = [
            "id", "state", "asset_tag", "code", "serial_number", "model", "category", "department", "room", "place",
            "place_at", "place_by", "found_in", "said_at", "remark",
        ]  # fmt: skip


class CountSerializer(serializers.Serializer[Any]):
    """``key``: however often it is sent, it is counted once."""

    room = serializers.IntegerField(min_value=1, help_text="A room of the stocktake")
    code = serializers.CharField(max_length=CODE_LENGTH, trim_whitespace=False)
    said = serializers.ChoiceField(choices=Said.choices, default=Said.FOUND)
    key = serializers.UUIDField(required=False)
    at = serializers.DateTimeField(required=False, help_text="When, if not now")


class TakeBackSerializer(serializers.Serializer[Any]):
    """By its ``key``, or what one said last in this ``room``."""

    room = serializers.IntegerField(min_value=1, required=False)
    key = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError({"key": ["Say what is taken back: a key, or a room."]})
        return attrs


class CountedSerializer(serializers.ModelSerializer[Scan]):
    line = StocktakeLineSerializer()

    class Meta:
        model = Scan
        fields = ["key", "room", "said", "at", "undone_at", "line"]


class StocktakeFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    is_open = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", label="Not closed yet"
    )

    class Meta:
        model = Stocktake
        fields: list[str] = []


class StocktakeViewSet(ReadOnlyViewSet[Stocktake]):
    """Stocktakes with how far they are, the latest first."""

    queryset = Stocktake.objects.all()
    serializer_class = StocktakeSerializer
    filterset_class = StocktakeFilter

    def visible(self, queryset: Any, user: Any) -> Any:
        return queryset.visible_to(user).select_related("site").defer("drawing").with_progress()

    @extend_schema(
        responses=StocktakeRoomSerializer(many=True), summary="Rooms of a stocktake", filters=False
    )
    @action(detail=True, filterset_class=None)
    def rooms(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        rooms = self.get_object().rooms.with_progress().order_by("position")
        return self._listed(rooms, StocktakeRoomSerializer)

    @extend_schema(
        responses=StocktakeLineSerializer(many=True), summary="Lines of a stocktake", filters=False
    )
    @action(detail=True, filterset_class=None)
    def lines(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self._listed(self.get_object().lines.shown().order_by("pk"), StocktakeLineSerializer)

    @extend_schema(
        request=CountSerializer, responses=CountedSerializer, summary="Count a piece of equipment in a room"
    )
    @action(detail=True, methods=["post"], permission_classes=[MayCount])
    def count(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """What no piece has is kept as an unknown tag. 400 where it cannot be counted, with the field."""
        whole, told = self.get_object(), self._told(CountSerializer)
        room = get_object_or_404(whole.rooms, pk=told.pop("room"))
        told["said"] = Said(told["said"])
        return self._counted(lambda: count_code(room=room, by=request.user, now=timezone.now(), **told))

    @extend_schema(request=TakeBackSerializer, responses=CountedSerializer, summary="Take back what one said")
    @action(detail=True, methods=["post"], url_path="take-back", permission_classes=[MayCount])
    def take_back(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """400 where there is nothing of one's own to take back."""
        whole, told = self.get_object(), self._told(TakeBackSerializer)
        room = get_object_or_404(whole.rooms, pk=told["room"]) if "room" in told else None
        return self._counted(
            lambda: take_back(
                stocktake=whole, by=request.user, now=timezone.now(), key=told.get("key"), room=room
            )
        )

    def _told(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        told = kind(data=self.request.data)
        told.is_valid(raise_exception=True)
        return dict(told.validated_data)

    def _counted(self, act: Any) -> Response:
        try:
            scan = act()
        except StocktakeRefusedError as refused:
            raise ValidationError({refused.field: [str(refused)]}) from None
        if scan is None:
            raise ValidationError({"key": ["There is nothing of yours to take back."]})
        return Response(CountedSerializer(scan).data)

    def _listed(self, rows: QuerySet[Any], kind: type[serializers.Serializer[Any]]) -> Response:
        paginator = PageOfList()
        page: Any = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(kind(page, many=True).data)
