"""Scores and plans of replacement over the API, to read."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.replacement.models import Score
from assets.replacement.plan import plan_of
from locations.models import Site
from locations.rest import ReadOnlyViewSet, refuse_unknown


class ReplacementScoreSerializer(serializers.ModelSerializer[Score]):
    """``value`` is null where nothing that weighs is known; ``known``: of the weights, from 0 to 1. In ``points`` a
    part is null where nothing is known of it. ``passed``: years that had too little left, each with what."""

    asset = serializers.SlugRelatedField(slug_field="asset_tag", read_only=True)  # type: ignore[var-annotated]
    points = serializers.DictField(child=serializers.FloatField(allow_null=True))
    facts = serializers.DictField()
    passed = serializers.ListField(child=serializers.ListField())

    class Meta:
        model = Score
        fields = [
            "asset", "at", "value", "known", "rank", "points", "facts", "price", "wanted_year", "why",
            "planned_year", "passed",
        ]  # fmt: skip


class ScoreFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Tag, maker or model")
    site = django_filters.CharFilter(field_name="asset__site__slug")
    category = django_filters.CharFilter(field_name="asset__model__category__slug")
    planned_year = django_filters.NumberFilter()
    wanted_year = django_filters.NumberFilter()

    class Meta:
        model = Score
        fields: list[str] = []

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        return queryset.matching(text)


class ScoreViewSet(ReadOnlyViewSet[Score]):
    """What is most to be replaced first, with what the score is made of."""

    queryset = Score.objects.select_related("asset")
    serializer_class = ReplacementScoreSerializer
    filterset_class = ScoreFilter


class PlanYearSerializer(serializers.Serializer[Any]):
    """``budget`` is null where none is set. Costs are those that are known; ``unpriced`` pieces are in none."""

    year = serializers.IntegerField()
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    wanted = serializers.IntegerField()
    wanted_cost = serializers.DecimalField(max_digits=16, decimal_places=2)
    planned = serializers.IntegerField()
    planned_cost = serializers.DecimalField(max_digits=16, decimal_places=2)
    unpriced = serializers.IntegerField()
    moved = serializers.IntegerField()


class ReplacementPlanSerializer(serializers.Serializer[Any]):
    """``no_room``: wanted within these years, and in none of them; ``no_year``: nothing says when."""

    site = serializers.SlugField(source="site.slug")
    scored_at = serializers.DateTimeField(source="run.scored_at", allow_null=True, default=None)
    years = PlanYearSerializer(many=True)
    no_room = serializers.IntegerField()
    no_year = serializers.IntegerField()


class MaySeeScores(BasePermission):
    message = "Your role may not see what is to be replaced."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("replacement.view_score"))


class ReplacementPlanView(APIView):
    permission_classes = [MaySeeScores]

    @extend_schema(
        summary="Replacement plan of a site",
        parameters=[OpenApiParameter("site", str, required=False)],
        responses=ReplacementPlanSerializer,
    )
    def get(self, request: Request) -> Response:
        """Ten years, this one first; without ``site`` of the first that one may see."""
        refuse_unknown(request, ("site",))
        seen = Site.objects.visible_to(request.user)
        slug = request.query_params.get("site", "")
        site = (seen.filter(slug=slug) if slug else seen).first()
        if site is None:
            raise ValidationError({"site": ["There is no such site."]})
        return Response(ReplacementPlanSerializer(plan_of(site, timezone.now())).data)
