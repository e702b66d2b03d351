"""Plans and what falls due by them, over the API: to read."""

from __future__ import annotations

from rest_framework import serializers

from assets.planning.filters import OccurrenceFilter, PlanFilter
from assets.planning.models import Attempt, Occurrence, Plan
from locations.rest import ReadOnlyViewSet


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """``asset`` (a tag) or ``model``. ``weekday``: 0 is Monday; ``nth``: -1 is the last."""

    asset = serializers.SlugRelatedField[Plan](slug_field="asset_tag", read_only=True)
    model = serializers.StringRelatedField[Plan](read_only=True)

    class Meta:
        model = Plan
        fields = [
            "id", "name", "kind", "asset", "model", "unit", "every", "nth", "weekday", "begins_on", "is_floating",
            "meter", "meter_every", "days_before", "days_after", "late_days", "days_ahead", "note", "made_at",
            "ended_at",
        ]  # fmt: skip


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    class Meta:
        model = Attempt
        fields = ["at", "day", "why", "note"]


class OccurrenceSerializer(serializers.ModelSerializer[Occurrence]):
    """Days are those of the site. ``late_from``: the day from which it is out of compliance."""

    asset = serializers.SlugRelatedField[Occurrence](slug_field="asset_tag", read_only=True)
    order = serializers.IntegerField(source="order_id", allow_null=True)
    attempts = AttemptSerializer(many=True)

    class Meta:
        model = Occurrence
        fields = [
            "id", "plan", "asset", "standing", "scheduled_on", "due_on", "opens_on", "closes_on", "late_from",
            "planned_on", "order", "done_on", "meter_base", "meter_due", "is_by_meter", "attempts",
        ]  # fmt: skip


class PlanViewSet(ReadOnlyViewSet[Plan]):
    """Work that comes again, for one asset or for all of a model."""

    queryset = Plan.objects.select_related("asset", "model")
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    lookup_value_regex = "[0-9]{1,18}"


class OccurrenceViewSet(ReadOnlyViewSet[Occurrence]):
    """Each time that planned work falls due for a piece, with who came for it in vain."""

    queryset = Occurrence.objects.select_related("asset").prefetch_related("attempts")
    serializer_class = OccurrenceSerializer
    filterset_class = OccurrenceFilter
    lookup_value_regex = "[0-9]{1,18}"
