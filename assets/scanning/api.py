"""``/api/v1/scan/``: what a code stands for, and what scanning it may say."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset
from assets.scanning import Scanned, resolve_code
from assets.scanning.addresses import name_of_room
from assets.scanning.resolving import LONGEST
from assets.serializers import AssetDetail, AssetSerializer
from assets.statements import StatementRefusedError, state_activity
from assets.words import Activity
from locations.models import Zone
from locations.rest import refuse_unknown


class MarkSerializer(serializers.Serializer[Any]):
    """What the maker's mark says."""

    issuer = serializers.CharField(help_text="GS1, HIBCC or ICCBBA")
    device = serializers.CharField(help_text="UDI-DI")
    serial = serializers.CharField()
    lot = serializers.CharField()
    made = serializers.DateField(allow_null=True)
    expires = serializers.DateField(allow_null=True)


class RoomSerializer(serializers.ModelSerializer[Zone]):
    """``label`` is what stands on the label of the room: floor and code."""

    floor = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # hides Field.label, unused here

    class Meta:
        model = Zone
        fields = ["id", "code", "name", "kind", "floor", "label"]

    @extend_schema_field(str)
    def get_label(self, zone: Zone) -> str:
        return name_of_room(zone)


class ScannedSerializer(serializers.Serializer[Scanned]):
    """``by`` says by which name it was recognised; ``message`` is empty when there is one thing to go on with."""

    text = serializers.CharField()
    by = serializers.CharField()
    assets = AssetSerializer(many=True)
    rooms = RoomSerializer(many=True)
    mark = MarkSerializer(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()


class CleanedSerializer(serializers.Serializer[Any]):
    asset = serializers.SlugField(max_length=40, help_text="Asset tag")
    at = serializers.DateTimeField(required=False, help_text="When, if not now")


class MayScan(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("assets.view_asset"))


class MayState(BasePermission):
    """Whoever has equipment before them and may say so."""

    message = "Your role may not say what equipment is doing."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("assets.state_asset"))


class ScanView(APIView):
    """What a scanned or typed code stands for."""

    permission_classes = [MayScan]

    @extend_schema(
        operation_id="scan_retrieve",
        parameters=[OpenApiParameter("code", str, description="The text of the code")],
        responses={200: ScannedSerializer},
    )
    def get(self, request: Request) -> Response:
        """200 also when nothing is registered under it: the lists are empty then, and ``message`` says so."""
        refuse_unknown(request, ["code"])
        code = request.query_params.get("code", "")
        if len(code) > LONGEST:
            raise ValidationError({"code": [f"A code has at most {LONGEST} characters."]})
        scanned = resolve_code(code, request.user)
        return Response(ScannedSerializer(scanned, context={"now": timezone.now()}).data)


class CleanedView(APIView):
    """Somebody has cleaned it."""

    permission_classes = [MayState]

    @extend_schema(
        operation_id="scan_cleaned_create", request=CleanedSerializer, responses={200: AssetDetail}
    )
    def post(self, request: Request) -> Response:
        """Ready from now on, or from ``at``: until a device or a person says otherwise."""
        told = CleanedSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
        asset = assets.in_service().filter(asset_tag=told.validated_data["asset"]).first()
        if asset is None:
            raise NotFound
        try:
            state_activity(
                asset=asset,
                activity=Activity.AVAILABLE,
                by=request.user,
                at=told.validated_data.get("at"),
            )
        except StatementRefusedError as refused:
            raise ValidationError({"detail": [str(refused)]}) from None
        return Response(AssetDetail(assets.get(pk=asset.pk), context={"now": timezone.now()}).data)
