"""The equipment pool over the API: reservations, requests for delivery, hand-overs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset, Category
from assets.placing import PlacingRefusedError
from assets.pool.deliveries import DeliveryRefusedError, ask_delivery, move_delivery
from assets.pool.handing import hand_over
from assets.pool.models import DeliveryRequest, HandOver, Reservation
from assets.pool.reservations import (
    ReservationRefusedError,
    cancel_reservation,
    reserve_asset,
    reserve_category,
    restore_reservation,
)
from assets.pool.transitions import TRANSITIONS
from assets.pool.words import MOST_PIECES, NOTE_LENGTH, DeliveryState
from assets.serializers import AssetBrief, CategoryBrief
from assets.transitions import TransitionRefusedError
from locations.api import ZoneBrief
from locations.models import Zone
from locations.rest import HistoryViewSet, PageOfHistory, PeriodFilter, ReadOnlyViewSet

_NOTE: dict[str, Any] = {"max_length": NOTE_LENGTH, "required": False, "allow_blank": True, "default": ""}


def _may(permission: str, words: str) -> type[BasePermission]:
    class May(BasePermission):
        message = words

        def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
            return bool(request.user.is_authenticated and request.user.has_perm(permission))

    return May


MayReserve = _may("pool.reserve_equipment", "Your role may not reserve equipment.")
MayAsk = _may("pool.ask_delivery", "Your role may not ask for equipment.")
MayHandOver = _may("pool.hand_over", "Your role may not hand equipment over.")


class _Zoned(serializers.Serializer[Any]):
    """Rooms are those of the sites that ``user`` of the context may see."""

    def zone_of(self, pk: int) -> Zone:
        zones = (
            Zone.objects.visible_to(self.context["user"]).current().select_related("floor__building__site")
        )
        zone: Zone | None = zones.filter(pk=pk).first()
        if zone is None:
            raise serializers.ValidationError(_("There is no such room at your sites."))
        return zone


# --- Reservations ---------------------------------------------------------------------------------------------
class ReservationSerializer(serializers.ModelSerializer[Reservation]):
    """``asset`` is null where one of the category is kept, whichever."""

    asset = serializers.SlugRelatedField[Asset](slug_field="asset_tag", read_only=True, allow_null=True)
    category = CategoryBrief()
    unit = ZoneBrief(allow_null=True)
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = Reservation
        fields = ["id", "asset", "category", "unit", "begin", "end", "by", "note", "made_at", "cancelled_at"]


class ReserveSerializer(_Zoned):
    """``asset`` (its tag), or ``category`` (its slug) with ``unit`` (id of a zone)."""

    asset = serializers.CharField(max_length=40, required=False)
    category = serializers.SlugRelatedField[Category](
        slug_field="slug", queryset=Category.objects.all(), required=False
    )
    unit = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    note = serializers.CharField(help_text="No patient names.", **_NOTE)

    def validate_asset(self, tag: str) -> Asset:
        assets = Asset.objects.visible_to(self.context["user"]).select_related("site", "model__category")
        asset: Asset | None = assets.filter(asset_tag=tag).first()
        if asset is None:
            raise serializers.ValidationError(_("There is no such equipment at your sites."))
        return asset

    def validate_unit(self, pk: int) -> Zone:
        return self.zone_of(pk)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("asset" in attrs) == ("category" in attrs):
            raise serializers.ValidationError({"asset": ["Name either an asset or a category."]})
        if "category" in attrs and "unit" not in attrs:
            raise serializers.ValidationError({"unit": ["Say for which unit."]})
        return attrs


class ChangeSerializer(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=["cancel", "restore"])


class ReservationFilter(PeriodFilter):
    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    category = django_filters.CharFilter(field_name="category__slug", label="Slug of a category")
    unit = django_filters.NumberFilter(field_name="unit_id", label="Id of a zone")
    is_cancelled = django_filters.BooleanFilter(field_name="cancelled_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Reservation
        fields: list[str] = []


class ReservationViewSet(HistoryViewSet[Reservation]):
    """What is kept for whom, from when to when. With ``from`` and ``to``: what shares time with that."""

    queryset = Reservation.objects.select_related("asset", "category", "unit", "by", "site")
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilter

    @extend_schema(request=ReserveSerializer, responses={200: ReservationSerializer}, summary="Reserve")
    @action(detail=False, methods=["post"], permission_classes=[MayReserve])
    def reserve(self, request: Request) -> Response:
        """400 says what is wrong, field by field; where it is taken, who has it when."""
        asked = ReserveSerializer(data=request.data, context={"user": request.user})
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        make: Any = reserve_asset if "asset" in told else reserve_category
        try:
            made = make(by=request.user, now=timezone.now(), **told)
        except ReservationRefusedError as refused:
            raise ValidationError(_refusal(refused)) from None
        return Response(ReservationSerializer(made).data)

    @extend_schema(
        request=ChangeSerializer,
        responses={200: ReservationSerializer},
        summary="Cancel it, or take that back",
    )
    @action(detail=True, methods=["post"], permission_classes=[MayReserve])
    def change(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Its own person's, or the pool's; it stays in the list as cancelled."""
        told = ChangeSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        do = cancel_reservation if told.validated_data["action"] == "cancel" else restore_reservation
        try:
            do(reservation=self.get_object(), by=request.user, now=timezone.now())
        except ReservationRefusedError as refused:
            raise ValidationError(_refusal(refused)) from None
        return Response(ReservationSerializer(self.get_object()).data)


def _refusal(refused: ReservationRefusedError) -> dict[str, list[str]]:
    taken = [
        f"{one.begin.isoformat()} – {one.end.isoformat()}: {one.by.get_username() if one.by else '?'}"
        for one in refused.conflicts
    ]
    return {refused.field or "detail": [str(refused)]} | ({"conflicts": taken} if taken else {})


# --- Requests for delivery -------------------------------------------------------------------------------------
class DeliverySerializer(serializers.ModelSerializer[DeliveryRequest]):
    category = CategoryBrief()
    to_zone = ZoneBrief()
    asked_by = serializers.CharField(source="asked_by.username", allow_null=True, default=None)
    accepted_by = serializers.CharField(source="accepted_by.username", allow_null=True, default=None)
    assets: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="asset_tag", many=True, read_only=True
    )

    class Meta:
        model = DeliveryRequest
        fields = [
            "id", "category", "quantity", "to_zone", "needed_by", "note", "state", "asked_by", "asked_at",
            "accepted_by", "assets", "closed_at",
        ]  # fmt: skip


class AskSerializer(_Zoned):
    category = serializers.SlugRelatedField[Category](slug_field="slug", queryset=Category.objects.all())
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES, default=1)
    to_zone = serializers.IntegerField(min_value=1, max_value=2**62, help_text="Id of a zone")
    needed_by = serializers.DateTimeField(required=False)
    note = serializers.CharField(help_text="No patient names.", **_NOTE)

    def validate_to_zone(self, pk: int) -> Zone:
        return self.zone_of(pk)


class SendOnSerializer(serializers.Serializer[Any]):
    """``assets`` (tags) where pieces have to be named. ``seen``: the state that it was in for who moves it."""

    transition = serializers.ChoiceField(choices=[step.key for step in TRANSITIONS])
    seen = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    assets = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=MOST_PIECES
    )


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    state = django_filters.MultipleChoiceFilter(choices=DeliveryState.choices, label="State; may be repeated")
    category = django_filters.CharFilter(field_name="category__slug", label="Slug of a category")
    to_zone = django_filters.NumberFilter(field_name="to_zone_id", label="Id of a zone")
    is_open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    class Meta:
        model = DeliveryRequest
        fields: list[str] = []


class DeliveryViewSet(ReadOnlyViewSet[DeliveryRequest]):
    """What units asked the equipment pool for, newest first."""

    queryset = DeliveryRequest.objects.with_names()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    pagination_class = PageOfHistory
    moment_field = "asked_at"

    @extend_schema(request=AskSerializer, responses={200: DeliverySerializer}, summary="Ask for equipment")
    @action(detail=False, methods=["post"], permission_classes=[MayAsk])
    def ask(self, request: Request) -> Response:
        """400 says what is wrong, field by field."""
        asked = AskSerializer(data=request.data, context={"user": request.user})
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            made = ask_delivery(to=told.pop("to_zone"), by=request.user, now=timezone.now(), **told)
        except DeliveryRefusedError as refused:
            raise ValidationError({refused.field or "detail": [str(refused)]}) from None
        return Response(DeliverySerializer(made).data)

    @extend_schema(request=SendOnSerializer, responses={200: DeliverySerializer}, summary="Send it on")
    @action(detail=True, methods=["post"], permission_classes=[MayAsk])
    def move(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """One declared transition. 400 says why it is not possible, or that somebody was quicker."""
        asked = SendOnSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        tags = told.pop("assets", [])
        assets = Asset.objects.visible_to(request.user).select_related("model", "site")
        found = list(assets.filter(asset_tag__in=tags))
        if missing := set(tags) - {asset.asset_tag for asset in found}:
            raise ValidationError({"assets": [f"There is no {min(missing)} at your sites."]})
        try:
            move_delivery(
                request=self.get_object(), by=request.user, now=timezone.now(), assets=found, **told
            )
        except (TransitionRefusedError, DeliveryRefusedError) as refused:
            raise ValidationError({"transition": [str(refused)]}) from None
        return Response(DeliverySerializer(self.get_object()).data)


# --- Hand-overs ------------------------------------------------------------------------------------------------
class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    """``from_zone`` is null where its place was not known."""

    asset = AssetBrief()
    from_zone = ZoneBrief(allow_null=True)
    to_zone = ZoneBrief()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = HandOver
        fields = ["asset", "from_zone", "to_zone", "at", "by", "note"]


class HandSerializer(_Zoned):
    to_zone = serializers.IntegerField(min_value=1, max_value=2**62, help_text="Id of a zone")
    note = serializers.CharField(help_text="No patient names.", **_NOTE)

    def validate_to_zone(self, pk: int) -> Zone:
        return self.zone_of(pk)


class HandOverView(APIView):
    """Equipment that goes from unit to unit."""

    permission_classes = [MayHandOver]

    @extend_schema(
        request=HandSerializer, responses={200: HandOverSerializer}, summary="Hand it over to another unit"
    )
    def post(self, request: Request, asset_tag: str) -> Response:
        """It is placed in that room, and both ends are kept. 400 says what is wrong, field by field."""
        assets = Asset.objects.visible_to(request.user).select_related("model__category", "site")
        asset = get_object_or_404(assets, asset_tag=asset_tag)
        told = HandSerializer(data=request.data, context={"user": request.user})
        told.is_valid(raise_exception=True)
        try:
            done = hand_over(
                asset=asset,
                to=told.validated_data["to_zone"],
                by=request.user,
                now=timezone.now(),
                note=told.validated_data["note"],
            )
        except PlacingRefusedError as refused:
            raise ValidationError({"to_zone": [str(refused)]}) from None
        return Response(HandOverSerializer(done).data)
