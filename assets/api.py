"""Equipment over the API: catalogue, assets with their current state, tags, and the history of each."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.claim_serializers import ClaimingSerializer, ClaimSerializer, ClaimTakenSerializer
from assets.claims import ClaimRefusedError, claim_asset, end_claim
from assets.filters import AssetFilter
from assets.find import find_like
from assets.models import ActivityInterval, Asset, Category, Reading, Stay
from assets.placing import PlacingRefusedError, place_asset
from assets.serializers import (
    AssetDetail,
    AssetSerializer,
    CategorySerializer,
    IntervalSerializer,
    PlacingSerializer,
    ReadingSerializer,
    StaySerializer,
    TagSerializer,
)
from assets.units import own_unit
from assets.vocabulary import VOCABULARY
from assets.words import Activity, Basis, Shape
from locations.models import Tag
from locations.queries import in_sites_of
from locations.rest import HistoryViewSet, PeriodFilter, ReadOnlyViewSet


class CategoryFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    shape = django_filters.ChoiceFilter(choices=Shape.choices)
    is_mobile = django_filters.BooleanFilter()

    class Meta:
        model = Category
        fields: list[str] = []


class AssetListFilter(AssetFilter):
    """What the pages filter by, and what programs need besides. Retired ones only when asked for."""

    site = django_filters.CharFilter(field_name="site__slug", label="Slug of a site")
    asset_tag = django_filters.CharFilter(lookup_expr="iexact", label="The hospital's own number")
    serial_number = django_filters.CharFilter(lookup_expr="iexact", label="The maker's serial number")
    tag = django_filters.CharFilter(field_name="rtls_tag__identifier", label="Identifier of the location tag")
    basis = django_filters.ChoiceFilter(choices=Basis.choices, field_name="now__basis", label="Basis")
    ownership = django_filters.ChoiceFilter(choices=Asset.Ownership.choices)
    is_fixed = django_filters.BooleanFilter()
    is_stale = django_filters.BooleanFilter(method="filter_stale", label="Not heard of in time")
    is_retired = django_filters.BooleanFilter(
        field_name="retired_at", lookup_expr="isnull", exclude=True, label="No longer the hospital's"
    )
    battery_below = django_filters.NumberFilter(
        field_name="now__battery_percent", lookup_expr="lt", label="Battery under this many percent"
    )
    ordering = django_filters.OrderingFilter(
        fields={
            "asset_tag": "asset_tag",
            "model__category__name": "category",
            "now__since": "since",
            "now__heard_at": "heard_at",
            "now__battery_percent": "battery",
        }
    )

    def filter_stale(self, queryset: Any, _name: str, value: Any) -> Any:
        is_stale = Q(now__stale_at__isnull=True) | Q(now__stale_at__lte=timezone.now())
        return queryset.filter(is_stale if value else ~is_stale)

    def filter_queryset(self, queryset: Any) -> QuerySet[Asset]:
        found: Any = super().filter_queryset(queryset)
        in_service = self.form.cleaned_data["is_retired"] is None
        chosen: QuerySet[Asset] = found.in_service() if in_service else found
        return chosen


class TagFilter(django_filters.FilterSet):  # type: ignore[misc]
    technology = django_filters.CharFilter()
    is_assigned = django_filters.BooleanFilter(
        field_name="asset", lookup_expr="isnull", exclude=True, label="Fixed to an asset"
    )

    class Meta:
        model = Tag
        fields: list[str] = []


class ReadingFilter(PeriodFilter):
    asset = django_filters.CharFilter(field_name="asset__asset_tag", label="Asset tag")
    name = django_filters.ChoiceFilter(choices=[(name, term.label) for name, term in VOCABULARY.items()])

    class Meta:
        model = Reading
        fields: list[str] = []

    def in_period(self, queryset: Any, begin: Any, end: Any) -> QuerySet[Any]:
        if begin:
            queryset = queryset.filter(at__gte=begin)
        if end:
            queryset = queryset.filter(at__lt=end)
        period: QuerySet[Any] = queryset
        return period


class IntervalFilter(PeriodFilter):
    asset = django_filters.CharFilter(field_name="asset__asset_tag", label="Asset tag")
    activity = django_filters.MultipleChoiceFilter(
        choices=Activity.choices, label="Activity; may be repeated"
    )
    basis = django_filters.ChoiceFilter(choices=Basis.choices)
    is_open = django_filters.BooleanFilter(field_name="end", lookup_expr="isnull", label="Still lasting")

    class Meta:
        model = ActivityInterval
        fields: list[str] = []


class StayFilter(PeriodFilter):
    asset = django_filters.CharFilter(field_name="asset__asset_tag", label="Asset tag")
    zone = django_filters.NumberFilter(field_name="zone_id", label="Id of a zone")
    floor = django_filters.CharFilter(field_name="zone__floor__slug", label="Slug of a floor")
    is_open = django_filters.BooleanFilter(field_name="end", lookup_expr="isnull", label="Still lasting")

    class Meta:
        model = Stay
        fields: list[str] = []


class CategoryViewSet(ReadOnlyViewSet[Category]):
    """Kinds of equipment, the same for every site."""

    queryset = Category.objects.all()
    serializer_class = CategorySerializer
    filterset_class = CategoryFilter
    lookup_field = "slug"

    def visible(self, queryset: Any, user: Any) -> QuerySet[Category]:  # noqa: ARG002  # the same for all
        chosen: QuerySet[Category] = queryset
        return chosen


class MayPlace(BasePermission):
    """Whoever may say where equipment is."""

    message = "Your role may not say where equipment is."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("assets.place_asset"))


class MayClaim(BasePermission):
    """Whoever may claim equipment."""

    message = "Your role may not claim equipment."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("assets.claim_asset"))


class AssetViewSet(ReadOnlyViewSet[Asset]):
    """Equipment with its current state; a single one with its latest readings too."""

    queryset = Asset.objects.with_place().select_related("site")
    filterset_class = AssetListFilter
    lookup_field = "asset_tag"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def visible(self, queryset: Any, user: Any) -> QuerySet[Asset]:
        seen: QuerySet[Asset] = super().visible(queryset, user)
        return seen.prefetch_related("readings_now") if self.detail else seen

    @extend_schema(
        request=PlacingSerializer,
        responses={200: AssetDetail},
        summary="Say in which room it is, seen by a person",
    )
    @action(detail=True, methods=["post"], permission_classes=[MayPlace])
    def place(self, request: Request, asset_tag: str) -> Response:  # noqa: ARG002
        """The room counts at once, and fades as other evidence comes: 400 says what is wrong, field by field."""
        asset = self.get_object()
        told = PlacingSerializer(data=request.data, context={"user": request.user, "site": asset.site_id})
        told.is_valid(raise_exception=True)
        try:
            place_asset(asset=asset, by=request.user, **told.validated_data)
        except PlacingRefusedError as refused:
            raise ValidationError({"detail": [str(refused)]}) from None
        return Response(AssetDetail(self.get_object(), context=self.get_serializer_context()).data)

    @extend_schema(
        request=ClaimingSerializer,
        responses={200: ClaimSerializer, 409: ClaimTakenSerializer},
        summary="Keep it for somebody who is on the way to fetch it",
    )
    @action(detail=True, methods=["post"], permission_classes=[MayClaim])
    def claim(self, request: Request, asset_tag: str) -> Response:  # noqa: ARG002
        """For some minutes; one's own claim begins anew. 409 names who was first, and the next one of its category."""
        asset = self.get_object()
        told = ClaimingSerializer(data=request.data, context={"user": request.user, "site": asset.site_id})
        told.is_valid(raise_exception=True)
        unit = told.validated_data.get("unit") or own_unit(request.user)
        try:
            claim = claim_asset(asset=asset, by=request.user, unit=unit)
        except ClaimRefusedError as refused:
            if refused.held is None:
                raise ValidationError({"detail": [str(refused)]}) from None
            following = find_like(asset=asset, near=unit, user=request.user, now=timezone.now()).next_free
            taken = {
                "detail": str(refused),
                "claim": refused.held,
                "next": following.asset.asset_tag if following else None,
            }
            return Response(ClaimTakenSerializer(taken).data, status=status.HTTP_409_CONFLICT)
        return Response(ClaimSerializer(claim).data)

    @extend_schema(responses={204: None}, summary="Let others have it")
    @claim.mapping.delete
    def release(self, request: Request, asset_tag: str) -> Response:  # noqa: ARG002
        """Ends one's own claim; 404 without one."""
        if not end_claim(asset=self.get_object(), by=request.user):
            raise NotFound("You have not claimed it.")
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_serializer_class(self) -> type[AssetSerializer]:
        return AssetDetail if self.detail else AssetSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}


class TagViewSet(ReadOnlyViewSet[Tag]):
    """Location tags on equipment. Those fixed to nothing are seen by whoever sees every site."""

    queryset = Tag.objects.select_related("asset__model__category")
    serializer_class = TagSerializer
    filterset_class = TagFilter
    lookup_field = "identifier"
    lookup_value_regex = "[^/\x00-\x1f]{1,64}"

    def visible(self, queryset: Any, user: Any) -> QuerySet[Tag]:
        seen: QuerySet[Tag] = queryset.filter(in_sites_of(user, "asset__site"))
        return seen


class ReadingViewSet(HistoryViewSet[Reading]):
    """Numeric history: an entry where a reading moved, and now and then where it did not."""

    queryset = Reading.objects.select_related("asset")
    serializer_class = ReadingSerializer
    filterset_class = ReadingFilter
    moment_field = "at"

    def visible(self, queryset: Any, user: Any) -> QuerySet[Reading]:
        seen: QuerySet[Reading] = queryset.filter(in_sites_of(user, "asset__site"))
        return seen


class IntervalViewSet(HistoryViewSet[ActivityInterval]):
    """What each asset did, from when to when. With ``from`` and ``to``: what shares time with that."""

    queryset = ActivityInterval.objects.select_related("asset")
    serializer_class = IntervalSerializer
    filterset_class = IntervalFilter


class StayViewSet(HistoryViewSet[Stay]):
    """Where each asset was, from when to when. With ``from`` and ``to``: what shares time with that."""

    queryset = Stay.objects.select_related("asset", "zone__floor")
    serializer_class = StaySerializer
    filterset_class = StayFilter
