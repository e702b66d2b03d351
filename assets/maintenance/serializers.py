"""Work orders as the API tells them, and as it is told of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from assets.maintenance.models import (
    NOTE_LENGTH,
    Downtime,
    Labour,
    PartUsed,
    VendorVisit,
    WorkEvent,
    WorkOrder,
)
from assets.maintenance.models.work import MOST_MINUTES
from assets.maintenance.signatures import NAME_LENGTH
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.words import DownReason, Impact, Kind, Outcome, Percent, Priority, State
from assets.models import Asset
from assets.serializers import AssetBrief
from assets.transitions import open_to

STEPS = list(dict.fromkeys(step.key for step in TRANSITIONS))
_MOST_VERSION = 2**31 - 1


def _name(source: str) -> serializers.CharField:
    return serializers.CharField(source=f"{source}.username", allow_null=True, default=None)


class WorkEventSerializer(serializers.ModelSerializer[WorkEvent]):
    by = _name("by")

    class Meta:
        model = WorkEvent
        fields = ["at", "by", "what", "transition", "source", "target", "version", "is_unverified", "note"]


class LabourSerializer(serializers.ModelSerializer[Labour]):
    who = _name("who")

    class Meta:
        model = Labour
        fields = ["id", "who", "day", "minutes", "note", "struck_at"]


class PartUsedSerializer(serializers.ModelSerializer[PartUsed]):
    class Meta:
        model = PartUsed
        fields = ["id", "at", "name", "part_number", "quantity", "unit_cost", "struck_at"]


class VisitSerializer(serializers.ModelSerializer[VendorVisit]):
    class Meta:
        model = VendorVisit
        fields = ["id", "vendor", "day", "reference", "cost", "note", "struck_at"]


class DowntimeSerializer(serializers.ModelSerializer[Downtime]):
    class Meta:
        model = Downtime
        fields = ["id", "begin", "end", "percent", "reason", "note", "struck_at"]


class WorkOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    """``asked_by`` is null where it was reported without an account. ``due_at`` is null while its clock stands still,
    which then has ``left``."""

    asset = AssetBrief()
    asked_by = _name("asked_by")
    assigned_to = _name("assigned_to")

    class Meta:
        model = WorkOrder
        fields = [
            "number", "asset", "kind", "state", "waits_for", "team", "priority", "impact", "outcome", "asked_by",
            "is_unverified", "assigned_to", "version", "down_percent", "cause", "opened_at", "respond_by",
            "responded_at", "due_at", "left", "done_at", "closed_at", "note",
        ]  # fmt: skip


class WorkOrderDetail(WorkOrderSerializer):
    """``transitions``: what the person who asks may do with it now."""

    events = WorkEventSerializer(many=True)
    labour = LabourSerializer(many=True)
    parts = PartUsedSerializer(many=True)
    visits = VisitSerializer(many=True)
    downtimes = DowntimeSerializer(many=True)
    photos: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True
    )
    transitions = serializers.SerializerMethodField()

    class Meta(WorkOrderSerializer.Meta):
        fields = [
            *WorkOrderSerializer.Meta.fields, "events", "labour", "parts", "visits", "downtimes", "photos",
            "transitions",
        ]  # fmt: skip

    def get_transitions(self, order: WorkOrder) -> list[str]:
        return [step.key for step in open_to(TRANSITIONS, order, self.context["request"].user)]


class Versioned(serializers.Serializer[Any]):
    """``version``: that of the order as the person saw it; where somebody changed it since, nothing happens."""

    version = serializers.IntegerField(required=False, min_value=0, max_value=_MOST_VERSION)


def note_field(**extra: Any) -> serializers.CharField:
    told = {"max_length": NOTE_LENGTH, "required": False, "allow_blank": True, "default": "", **extra}
    return serializers.CharField(help_text="No patient names.", **told)


class SignatureSerializer(serializers.Serializer[Any]):
    """``drawing``: a canvas's ``data:image/png`` address."""

    name = serializers.CharField(max_length=NAME_LENGTH)
    drawing = serializers.CharField(required=False, allow_blank=True, default="", max_length=400_000)


class MoveSerializer(Versioned):
    """``seen``: the state that it was in for who moves it. ``outcome``, ``signature``: where it needs them."""

    transition = serializers.ChoiceField(choices=STEPS)
    seen = serializers.ChoiceField(choices=State.choices, required=False)
    note = note_field()
    outcome = serializers.ChoiceField(choices=Outcome.choices, required=False, allow_blank=True, default="")
    signature = SignatureSerializer(required=False)


class UsedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=10_000, default=1)


class RecordSerializer(MoveSerializer):
    """What was done at the equipment; ``at``: when, if not now."""

    transition = serializers.ChoiceField(choices=STEPS, required=False, default="")
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES, required=False)
    parts = serializers.ListField(child=UsedSerializer(), required=False, max_length=20)
    at = serializers.DateTimeField(required=False)

    def validate_at(self, at: Any) -> Any:
        if at > timezone.now():
            raise serializers.ValidationError(_("That moment is still to come."))
        return at

    def validate(self, told: Any) -> Any:
        if not set(told) & {"minutes", "parts"} and not (told["transition"] or told["note"].strip()):
            raise serializers.ValidationError({"note": [_("Tell what was done.")]})
        return told


class OpenSerializer(serializers.Serializer[Any]):
    """``asset``: its tag. Without ``priority``, it follows from the category's risk and the ``impact``."""

    asset = serializers.SlugField(max_length=40)
    kind = serializers.ChoiceField(choices=Kind.choices)
    note = note_field()
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False, allow_blank=True, default="")
    due_at = serializers.DateTimeField(required=False)
    is_down = serializers.BooleanField(default=False)

    def validate_asset(self, tag: str) -> Asset:
        user = self.context["request"].user
        found: Asset | None = (
            Asset.objects.visible_to(user).in_service().filter(asset_tag__iexact=tag).first()
        )
        if found is None:
            raise serializers.ValidationError(_("There is no such equipment in service."))
        return found


def person_field(*, required: bool = True) -> serializers.SlugRelatedField[Any]:
    """A person by user name."""
    return serializers.SlugRelatedField(
        slug_field="username",
        queryset=get_user_model().objects.all(),
        required=required,
        error_messages={"does_not_exist": _("There is no such person.")},
    )


class AssignSerializer(Versioned):
    person = person_field()


class CommentSerializer(serializers.Serializer[Any]):
    note = note_field(required=True, allow_blank=False, default=serializers.empty)


class DownSerializer(Versioned):
    percent = serializers.ChoiceField(choices=Percent.choices)
    reason = serializers.ChoiceField(choices=DownReason.choices, required=False)
    begin = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)
    note = note_field()


class UpSerializer(Versioned):
    version = serializers.IntegerField(min_value=0, max_value=_MOST_VERSION)
    end = serializers.DateTimeField(required=False)


class AddLabourSerializer(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    day = serializers.DateField(required=False)
    note = note_field()


_MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0, "required": False}


class AddPartSerializer(UsedSerializer):
    part_number = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    unit_cost = serializers.DecimalField(**_MONEY)


class AddVisitSerializer(serializers.Serializer[Any]):
    vendor = serializers.CharField(max_length=120)
    day = serializers.DateField(required=False)
    reference = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    cost = serializers.DecimalField(**_MONEY)
    note = note_field()


class BulkSerializer(serializers.Serializer[Any]):
    """``do``: assign to ``person``, set ``priority``, or cancel with a ``note``."""

    do = serializers.ChoiceField(choices=["assign", "priority", "cancel"])
    orders = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=500
    )
    person = person_field(required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    note = note_field()

    def validate(self, told: Any) -> Any:
        needed = {"assign": "person", "priority": "priority"}.get(told["do"])
        if needed and needed not in told:
            raise serializers.ValidationError({needed: [_("It is needed for this.")]})
        return told


class BulkRowSerializer(serializers.Serializer[Any]):
    """``reason`` is empty where it was done."""

    number = serializers.IntegerField()
    is_done = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
