"""Recalls over the API: notices, the pieces that they are about, and what people do about them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from assets.recalls.campaigns import close_campaign, move_items
from assets.recalls.deciding import RecallRefusedError, decide
from assets.recalls.filters import NoticeListFilter
from assets.recalls.models import Campaign, Match, Notice
from assets.recalls.models.notices import NOTE_LENGTH
from assets.recalls.transitions import TRANSITIONS
from assets.recalls.words import Certainty, Decision, State, reason_words
from assets.serializers import AssetBrief
from assets.statements import StatementRefusedError
from assets.transitions import TransitionRefusedError
from locations.rest import ReadOnlyViewSet

STEPS = list(dict.fromkeys(step.key for step in TRANSITIONS))
MOST = 500
"""Pieces at a time."""


class MatchSerializer(serializers.ModelSerializer[Match]):
    """``certainty``: 1 affected, 2 probably, 3 needs review, 4 not in its lists. ``state``: in the campaign."""

    asset = AssetBrief()
    reasons = serializers.SerializerMethodField()
    state = serializers.ChoiceField(source="item.state", choices=State.choices, allow_null=True, default=None)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)

    class Meta:
        model = Match
        fields = [
            "asset", "certainty", "rung", "reasons", "found_at", "decision", "decided_by", "decided_at", "note",
            "is_outdated", "state",
        ]  # fmt: skip

    def get_reasons(self, match: Match) -> list[str]:
        return [reason_words(row) for row in match.reasons]


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """``classification``: 1 to 3, or null where the authority has not classified it."""

    class Meta:
        model = Notice
        fields = [
            "id", "authority", "number", "description", "firm", "reason", "action", "codes", "product_codes",
            "classification", "status", "event", "address", "initiated_on", "posted_on", "ended_on", "version",
            "brought_at", "changed_at",
        ]  # fmt: skip


class NoticeDetail(NoticeSerializer):
    """With up to 500 matches that are, or may be, of concern."""

    matches = serializers.SerializerMethodField()
    closed_at = serializers.DateTimeField(source="campaign.closed_at", allow_null=True, default=None)

    class Meta(NoticeSerializer.Meta):
        fields = [*NoticeSerializer.Meta.fields, "closed_at", "matches"]

    @extend_schema(responses=MatchSerializer(many=True))
    def get_matches(self, notice: Notice) -> list[dict[str, Any]]:
        mine = Match.objects.visible_to(self.context["request"].user).filter(notice=notice).with_asset()
        shown = mine.exclude(decision=Decision.UNDECIDED, certainty=Certainty.OUTSIDE)[:MOST]
        rows: Any = MatchSerializer(shown, many=True, context=self.context).data
        return list(rows)


class _Chosen(serializers.Serializer[Any]):
    assets = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST, help_text="Asset tags."
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")


class DecideSerializer(_Chosen):
    """An empty ``decision`` takes one back."""

    decision = serializers.ChoiceField(choices=[*Decision.choices], allow_blank=True)


class MoveItemsSerializer(_Chosen):
    transition = serializers.ChoiceField(choices=STEPS)


class CloseSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")


def _needs(permission: str, words: str) -> type[BasePermission]:
    class Needs(BasePermission):
        message = words

        def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
            user = request.user
            return bool(user.is_authenticated and user.has_perms(["recalls.view_notice", permission]))

    return Needs


MayDecide = _needs("recalls.decide_match", "Your role may not decide about recalls.")
MayWork = _needs("recalls.work_campaign", "Your role may not work on recalls.")
MayClose = _needs("recalls.close_campaign", "Your role may not close campaigns.")


class NoticeViewSet(ReadOnlyViewSet[Notice]):
    """Recalls and advisories, latest first; a single one with the equipment that it is, or may be, about."""

    queryset = Notice.objects.select_related("campaign")
    filterset_class = NoticeListFilter
    lookup_value_regex = "[0-9]{1,18}"

    def visible(self, queryset: Any, user: Any) -> Any:  # noqa: ARG002  a notice is public, and the same for all
        return queryset

    def get_serializer_class(self) -> type[NoticeSerializer]:
        return NoticeDetail if self.detail else NoticeSerializer

    @extend_schema(
        request=DecideSerializer, responses={200: NoticeDetail}, summary="Confirm or reject matches"
    )
    @action(detail=True, methods=["post"], permission_classes=[MayDecide])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """All of them or none: 400 says why not."""
        told = _told(DecideSerializer, request)
        decision = Decision(told["decision"])
        notice = self.get_object()
        return self._done(
            "decision",
            lambda: decide(
                notice=notice, assets=_assets(request, told), decision=decision, by=request.user,
                now=timezone.now(), note=told["note"],
            ),
        )  # fmt: skip

    @extend_schema(request=MoveItemsSerializer, responses={200: NoticeDetail}, summary="Say what was done")
    @action(detail=True, methods=["post"], permission_classes=[MayWork])
    def move(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """One transition for each piece; in quarantine it is out of service. All of them or none."""
        told = _told(MoveItemsSerializer, request)
        campaign = _campaign(self.get_object())
        return self._done(
            "transition",
            lambda: move_items(
                campaign=campaign, assets=_assets(request, told), transition=told["transition"],
                by=request.user, now=timezone.now(), note=told["note"],
            ),
        )  # fmt: skip

    @extend_schema(request=CloseSerializer, responses={200: NoticeDetail}, summary="Close the campaign")
    @action(detail=True, methods=["post"], permission_classes=[MayClose])
    def close(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Not while a piece is open, or a match undecided: 400 says how many."""
        told = _told(CloseSerializer, request)
        campaign = _campaign(self.get_object())
        return self._done(
            "detail",
            lambda: close_campaign(campaign=campaign, by=request.user, now=timezone.now(), note=told["note"]),
        )

    def _done(self, field: str, do: Any) -> Response:
        try:
            do()
        except (RecallRefusedError, TransitionRefusedError, StatementRefusedError) as refused:
            raise ValidationError({field: [str(refused)]}) from None
        return Response(NoticeDetail(self.get_object(), context=self.get_serializer_context()).data)


def _told(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    told = serializer(data=request.data)
    told.is_valid(raise_exception=True)
    said: dict[str, Any] = told.validated_data
    return said


def _assets(request: Request, told: dict[str, Any]) -> list[int]:
    """Raises a 400 that names the first tag that is not there."""
    found = dict(
        Asset.objects.visible_to(request.user)
        .filter(asset_tag__in=told["assets"])
        .values_list("asset_tag", "pk")
    )
    for tag in told["assets"]:
        if tag not in found:
            raise ValidationError({"assets": [f"There is no {tag}."]})
    return list(found.values())


def _campaign(notice: Notice) -> Campaign:
    campaign: Campaign | None = getattr(notice, "campaign", None)
    if campaign is None:
        raise ValidationError({"detail": ["No piece is confirmed yet."]})
    return campaign
