"""What people do with equipment in one tap, over the API."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.maintenance.acts import act_on
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import NOTE_LENGTH, Act
from assets.maintenance.words import ActKind
from assets.models import Asset
from assets.statements import StatementRefusedError


class ActSerializer(serializers.Serializer[Any]):
    """``key`` names what was done: sent again, it is done once. ``at``: when, if not now."""

    act = serializers.ChoiceField(choices=ActKind.choices)
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, default="", help_text="No patient names."
    )
    key = serializers.UUIDField(required=False)
    at = serializers.DateTimeField(required=False)

    def validate_at(self, at: Any) -> Any:
        if at > timezone.now():
            raise serializers.ValidationError(_("That moment is still to come."))
        return at


class DoneSerializer(serializers.ModelSerializer[Act]):
    """``order`` is the number of the work order that it opened, was added to, or closed."""

    asset = serializers.SlugRelatedField[Asset](slug_field="asset_tag", read_only=True)
    order = serializers.IntegerField(source="order_id", allow_null=True)
    act = serializers.ChoiceField(source="kind", choices=ActKind.choices)

    class Meta:
        model = Act
        fields = ["key", "asset", "act", "at", "order"]


class MaySay(BasePermission):
    message = "Your role may not say how equipment is."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("assets.state_asset"))


class ActView(APIView):
    """Broken, needs cleaning, cleaned."""

    permission_classes = [MaySay]

    @extend_schema(
        request=ActSerializer,
        responses={200: DoneSerializer},
        summary="Say that it is broken, dirty or cleaned",
    )
    def post(self, request: Request, asset_tag: str) -> Response:
        """Its activity follows, and so does work of the right team. 400 says what is wrong, field by field."""
        asset = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
        told = ActSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        said = told.validated_data
        try:
            done = act_on(
                asset=asset,
                kind=ActKind(said["act"]),
                by=request.user,
                now=said.get("at") or timezone.now(),
                note=said["note"],
                key=said.get("key"),
            )
        except (WorkRefusedError, StatementRefusedError) as refused:
            raise ValidationError({"act": [str(refused)]}) from None
        return Response(DoneSerializer(done).data)
