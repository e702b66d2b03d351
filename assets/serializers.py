"""Equipment as the API tells it. Every position, reading and activity comes with its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import (
    ActivityInterval,
    Asset,
    AssetNow,
    Category,
    EquipmentModel,
    Reading,
    ReadingNow,
    Stay,
)
from assets.provenance import place_source
from assets.vocabulary import VOCABULARY
from assets.words import PlaceSource
from locations.api import DepartmentBrief, FloorBrief, SiteBrief, ZoneBrief
from locations.models import Tag, Zone


class CategoryBrief(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ["slug", "name"]


class CategorySerializer(serializers.ModelSerializer[Category]):
    synonyms: serializers.ListField = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Category
        fields = [
            "slug", "name", "plural", "synonyms", "shape", "emdn", "stale_after_s", "presumed_after_s",
            "is_mobile",
        ]  # fmt: skip


class ModelBrief(serializers.ModelSerializer[EquipmentModel]):
    class Meta:
        model = EquipmentModel
        fields = ["manufacturer", "name"]


class AssetBrief(serializers.ModelSerializer[Asset]):
    """For nesting: ask for ``model__category`` beforehand."""

    name = serializers.CharField(source="model.__str__")
    category = serializers.SlugRelatedField[Category](
        slug_field="slug", source="model.category", read_only=True
    )

    class Meta:
        model = Asset
        fields = ["asset_tag", "name", "category"]


class NowSerializer(serializers.ModelSerializer[AssetNow]):
    """``is_stale``: nothing was heard for longer than the category allows, so that place and readings are what was."""

    activity_name = serializers.CharField(source="get_activity_display")
    basis_name = serializers.CharField(source="get_basis_display")
    floor = FloorBrief(allow_null=True)
    zone = ZoneBrief(allow_null=True)
    position_source = serializers.SerializerMethodField()
    is_stale = serializers.SerializerMethodField()

    class Meta:
        model = AssetNow
        fields = [
            "activity", "activity_name", "basis", "basis_name", "since", "floor", "zone", "zone_since",
            "x", "y", "position_at", "position_error_m", "position_confidence", "position_source",
            "position_receiver", "position_rssi_dbm", "position_receivers", "battery_percent", "heard_at",
            "stale_at", "is_stale",
        ]  # fmt: skip

    def to_representation(self, instance: AssetNow) -> Any:
        return super().to_representation(instance.as_of(self._moment()))

    @extend_schema_field(serializers.ChoiceField(choices=PlaceSource.choices, allow_null=True))
    def get_position_source(self, row: AssetNow) -> str | None:
        return place_source(row)

    def get_is_stale(self, row: AssetNow) -> bool:
        return row.stale_at is None or row.stale_at <= self._moment()

    def _moment(self) -> datetime:
        return self.context.get("now") or timezone.now()


class AssetSerializer(serializers.ModelSerializer[Asset]):
    """``now`` is null for equipment that was never heard of."""

    name = serializers.CharField(source="model.__str__")
    category = CategoryBrief(source="model.category")
    model = ModelBrief()
    site = SiteBrief()
    department = DepartmentBrief(allow_null=True)
    home_zone = ZoneBrief(allow_null=True)
    tag = serializers.SlugRelatedField[Tag](
        slug_field="identifier", source="rtls_tag", read_only=True, allow_null=True
    )
    now = NowSerializer(allow_null=True)

    class Meta:
        model = Asset
        fields = [
            "asset_tag", "name", "category", "model", "serial_number", "udi_di", "site", "department",
            "home_zone", "is_fixed", "ownership", "return_due_on", "tag", "retired_at", "now",
        ]  # fmt: skip


class ReadingNowSerializer(serializers.ModelSerializer[ReadingNow]):
    """The latest of one reading: without a value when the latest attempt failed, and ``quality`` says why."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # hides Field.label, unused here
    unit = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField(method_name="value_of")
    quality_name = serializers.CharField(source="get_quality_display")

    class Meta:
        model = ReadingNow
        fields = ["name", "label", "value", "unit", "quality", "quality_name", "at", "good_at", "source"]

    def get_label(self, row: ReadingNow) -> str:
        return label_of(row.name)

    def get_unit(self, row: ReadingNow) -> str:
        return unit_of(row.name)

    def value_of(self, row: ReadingNow) -> float | str | None:
        return row.text if row.number is None else row.number


class AssetDetail(AssetSerializer):
    readings = ReadingNowSerializer(source="readings_now", many=True)

    class Meta(AssetSerializer.Meta):
        fields = [*AssetSerializer.Meta.fields, "readings"]


class PlacingSerializer(serializers.Serializer[Any]):
    """In which room it is: ``zone`` by its id, or by its code together with ``floor``. ``at``: when, if not now."""

    floor = serializers.SlugField(required=False, help_text="Slug of a floor")
    zone = serializers.CharField(max_length=64, help_text="Id of a zone, or its code with floor")
    at = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        zones = Zone.objects.current().visible_to(self.context["user"]).select_related("floor__building")
        zones = zones.in_site(self.context["site"])
        floor, name = attrs.pop("floor", None), attrs["zone"]
        if floor is None and not (name.isascii() and name.isdecimal() and len(name) < 18):
            raise serializers.ValidationError(
                {"floor": ["A code is unique on its floor only: name the floor."]}
            )
        zone = zones.filter(Q(code=name, floor__slug=floor) if floor else Q(pk=int(name))).first()
        if zone is None:
            raise serializers.ValidationError(
                {"zone": ["There is no such room in the site of this equipment."]}
            )
        return {**attrs, "zone": zone}


class TagSerializer(serializers.ModelSerializer[Tag]):
    """``asset`` is null for a tag that is fixed to nothing."""

    asset = AssetBrief(allow_null=True)

    class Meta:
        model = Tag
        fields = ["identifier", "technology", "asset"]


class _OfAsset(serializers.ModelSerializer[Any]):
    asset = serializers.SlugRelatedField[Asset](slug_field="asset_tag", read_only=True)


class ReadingSerializer(_OfAsset):
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # hides Field.label, unused here
    unit = serializers.SerializerMethodField()

    class Meta:
        model = Reading
        fields = ["asset", "name", "label", "at", "value", "unit"]

    def get_label(self, row: Reading) -> str:
        return label_of(row.name)

    def get_unit(self, row: Reading) -> str:
        return unit_of(row.name)


class IntervalSerializer(_OfAsset):
    """``end`` is null while it lasts."""

    activity_name = serializers.CharField(source="get_activity_display")
    basis_name = serializers.CharField(source="get_basis_display")

    class Meta:
        model = ActivityInterval
        fields = ["asset", "activity", "activity_name", "basis", "basis_name", "begin", "end", "source"]


class StaySerializer(_OfAsset):
    """``end`` is null while it lasts."""

    zone = ZoneBrief()
    floor = FloorBrief(source="zone.floor")

    class Meta:
        model = Stay
        fields = ["asset", "zone", "floor", "begin", "end", "source"]


def label_of(name: str) -> str:
    """The vocabulary's label; the name itself for what an earlier vocabulary had."""
    term = VOCABULARY.get(name)
    return term.label if term else name


def unit_of(name: str) -> str:
    term = VOCABULARY.get(name)
    return term.unit if term else ""
