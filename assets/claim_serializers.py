"""Claims as the API tells them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assets.claims import holder_name
from assets.models import Asset, Claim
from locations.models import Zone


class ClaimingSerializer(serializers.Serializer[Any]):
    """``unit``: for which unit, by the id of one of its zones; by default one's own."""

    unit = serializers.IntegerField(required=False, min_value=1, help_text="Id of a zone of the unit")

    def validate_unit(self, value: int) -> Zone:
        zones = Zone.objects.current().visible_to(self.context["user"]).in_site(self.context["site"])
        zone: Zone | None = zones.select_related("floor__building", "department").filter(pk=value).first()
        if zone is None:
            raise serializers.ValidationError("There is no such zone in the site of this equipment.")
        return zone


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """``by``: the unit that claimed it, as people call it, else the person."""

    asset = serializers.SlugRelatedField[Asset](slug_field="asset_tag", read_only=True)
    by = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = ["asset", "by", "at", "until"]

    def get_by(self, claim: Claim) -> str:
        return holder_name(claim)


class ClaimTakenSerializer(serializers.Serializer[Any]):
    """Who was first, and the tag of the nearest ready one of the same category, if there is one."""

    detail = serializers.CharField()
    claim = ClaimSerializer()
    next = serializers.CharField(allow_null=True)
