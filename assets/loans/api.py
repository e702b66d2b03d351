"""Loans, programmes and bookings over the API: read, made once, moved on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.loans.costs import loan_cost, loan_days
from assets.loans.lending import LoanRefusedError, Whom, check_out
from assets.loans.models import Loan, LoanEvent, Programme
from assets.loans.moving import Told, move_loan
from assets.loans.transitions import TRANSITIONS
from assets.loans.words import NOTE_LENGTH, Condition, LoanKind, LoanState
from assets.models import Asset
from assets.pool.api import MayReserve, ReservationFilter, ReservationSerializer, ReserveSerializer
from assets.pool.models import Reservation
from assets.pool.reservations import (
    ReservationRefusedError,
    cancel_reservation,
    reserve_asset,
    reserve_category,
)
from assets.transitions import TransitionRefusedError
from locations.models import Department, Site
from locations.rest import HistoryViewSet, PeriodFilter, ReadOnlyViewSet


class MayLend(BasePermission):
    message = "Your role may not lend equipment."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("loans.lend_equipment"))


# --- Bookings -------------------------------------------------------------------------------------------------
class BookingSerializer(ReservationSerializer):
    """A reservation; ``loans`` are those that equipment was taken for."""

    loans: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True
    )

    class Meta(ReservationSerializer.Meta):
        fields = [*ReservationSerializer.Meta.fields, "cancel_reason", "key", "loans"]


class BookSerializer(ReserveSerializer):
    """``key`` names the booking: sent again, it is made once, and answered alike."""

    key = serializers.UUIDField(required=False)


class CancelBookingSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=NOTE_LENGTH, help_text="No patient names.")


class BookingViewSet(HistoryViewSet[Reservation]):
    """What is booked for whom: the reservations of the equipment pool, with what was taken for them. What was
    cancelled stays in the list, with why, and stands in nobody's way."""

    queryset = Reservation.objects.select_related("asset", "category", "unit", "by", "site").prefetch_related(
        "loans"
    )
    serializer_class = BookingSerializer
    filterset_class = ReservationFilter

    @extend_schema(request=BookSerializer, responses={200: BookingSerializer}, summary="Book")
    @action(detail=False, methods=["post"], permission_classes=[MayReserve])
    def book(self, request: Request) -> Response:
        """400 says what is wrong, field by field; where it is taken or on loan, who has it until when."""
        asked = BookSerializer(data=request.data, context={"user": request.user})
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        make: Any = reserve_asset if "asset" in told else reserve_category
        try:
            made = make(by=request.user, now=timezone.now(), **told)
        except ReservationRefusedError as refused:
            raise ValidationError({refused.field or "detail": [str(refused)]}) from None
        return Response(BookingSerializer(made).data)

    @extend_schema(
        request=CancelBookingSerializer, responses={200: BookingSerializer}, summary="Cancel a booking"
    )
    @action(detail=True, methods=["post"], permission_classes=[MayReserve])
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Its own person's, or the pool's, word."""
        told = CancelBookingSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        try:
            cancel_reservation(
                reservation=self.get_object(), by=request.user, now=timezone.now(), **told.validated_data
            )
        except ReservationRefusedError as refused:
            raise ValidationError({refused.field or "detail": [str(refused)]}) from None
        return Response(BookingSerializer(self.get_object()).data)


# --- Programmes ------------------------------------------------------------------------------------------------
class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    class Meta:
        model = Programme
        fields = ["id", "name", "code", "default_days", "is_current"]


class ProgrammeViewSet(ReadOnlyViewSet[Programme]):
    """Programmes by which devices are lent to patients at home."""

    queryset = Programme.objects.all()
    serializer_class = ProgrammeSerializer

    def visible(self, queryset: Any, user: Any) -> Any:  # noqa: ARG002
        """The hospital's; what is lent by them, sites decide."""
        return queryset


# --- Loans -----------------------------------------------------------------------------------------------------
class LoanEventSerializer(serializers.ModelSerializer[LoanEvent]):
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = LoanEvent
        fields = ["at", "by", "transition", "target", "due_at", "note"]


class LoanSerializer(serializers.ModelSerializer[Loan]):
    """``cost`` is of the ``days`` so far, null where nobody told a rate. ``whom``: who has it, or whose it is; of a
    patient the programme alone."""

    asset = serializers.SlugRelatedField[Asset](slug_field="asset_tag", read_only=True)
    department = serializers.CharField(source="department.code", allow_null=True, default=None)
    to_site = serializers.CharField(source="to_site.slug", allow_null=True, default=None)
    programme = serializers.CharField(source="programme.code", allow_null=True, default=None)
    whom = serializers.CharField(read_only=True)
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    is_overdue = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()
    events = LoanEventSerializer(many=True)

    class Meta:
        model = Loan
        fields = [
            "id", "key", "asset", "kind", "is_inbound", "whom", "department", "to_site", "partner", "programme",
            "reference", "reservation", "state", "begin", "due_at", "ended_at", "is_overdue", "daily_rate", "days",
            "cost", "note", "condition", "order", "by", "version", "events",
        ]  # fmt: skip

    def get_is_overdue(self, loan: Loan) -> bool:
        return loan.is_overdue(timezone.now())

    def get_days(self, loan: Loan) -> int:
        return loan_days(loan, now=timezone.now())

    @extend_schema_field(serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True))
    def get_cost(self, loan: Loan) -> str | None:
        cost = loan_cost(loan, now=timezone.now())
        return None if cost is None else f"{cost:.2f}"


@extend_schema_field(str)
class _TagField(serializers.SlugRelatedField[Asset]):
    def get_queryset(self) -> Any:
        return Asset.objects.visible_to(self.context["user"]).select_related("site", "model__category")


@extend_schema_field(int)
class _DepartmentField(serializers.PrimaryKeyRelatedField[Department]):
    def get_queryset(self) -> Any:
        return Department.objects.filter(site__in=Site.objects.visible_to(self.context["user"]))


@extend_schema_field(int)
class _BookingField(serializers.PrimaryKeyRelatedField[Reservation]):
    def get_queryset(self) -> Any:
        return Reservation.objects.visible_to(self.context["user"]).select_related("site")


class CheckOutSerializer(serializers.Serializer[Any]):
    """``kind`` decides what else is told: ``department`` (id), ``to_site`` (slug), ``programme`` (code) with
    ``reference``, or ``partner``. ``due_at`` is not needed with a ``booking`` or a ``programme``. ``key`` names the
    check-out: sent again, it is made once, and answered alike."""

    asset = _TagField(slug_field="asset_tag")
    kind = serializers.ChoiceField(choices=LoanKind.choices)
    department = _DepartmentField(required=False)
    to_site = serializers.SlugRelatedField[Site](
        slug_field="slug", queryset=Site.objects.all(), required=False
    )
    partner = serializers.CharField(max_length=80, required=False)
    programme = serializers.SlugRelatedField[Programme](
        slug_field="code", queryset=Programme.objects.all(), required=False
    )
    reference = serializers.CharField(
        required=False, help_text="Code of the programme, hyphen, five digits. No patient data."
    )
    begin = serializers.DateTimeField(required=False)
    due_at = serializers.DateTimeField(required=False)
    booking = _BookingField(required=False)
    daily_rate = serializers.DecimalField(max_digits=8, decimal_places=2, min_value=0, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, help_text="No patient names.")
    key = serializers.UUIDField(required=False)


class MoveLoanSerializer(serializers.Serializer[Any]):
    """``due_at`` to extend; ``condition`` to return, and ``at``, if not now. ``version``: how the loan was seen."""

    transition = serializers.ChoiceField(choices=[step.key for step in TRANSITIONS])
    version = serializers.IntegerField(min_value=1, required=False)
    due_at = serializers.DateTimeField(required=False)
    at = serializers.DateTimeField(required=False)
    condition = serializers.ChoiceField(choices=Condition.choices, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, help_text="No patient names.")


class LoanFilter(PeriodFilter):
    asset = django_filters.CharFilter(field_name="asset__asset_tag", lookup_expr="iexact", label="Asset tag")
    category = django_filters.CharFilter(
        field_name="asset__model__category__slug", label="Slug of a category"
    )
    kind = django_filters.MultipleChoiceFilter(choices=LoanKind.choices, label="Kind; may be repeated")
    state = django_filters.MultipleChoiceFilter(choices=LoanState.choices, label="State; may be repeated")
    programme = django_filters.CharFilter(field_name="programme__code", label="Code of a programme")
    is_open = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")
    is_inbound = django_filters.BooleanFilter()
    is_overdue = django_filters.BooleanFilter(method="filter_overdue", label="Not back although it was due")

    class Meta:
        model = Loan
        fields: list[str] = []

    def in_period(self, queryset: Any, begin: datetime | None, end: datetime | None) -> Any:
        if begin:
            queryset = queryset.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begin))
        return queryset.filter(begin__lt=end) if end else queryset

    def filter_overdue(self, queryset: Any, _name: str, is_wanted: bool) -> Any:  # noqa: FBT001  django-filter calls it so
        late = Loan.objects.overdue(timezone.now()).values("pk")
        return queryset.filter(pk__in=late) if is_wanted else queryset.exclude(pk__in=late)


class LoanViewSet(HistoryViewSet[Loan]):
    """Loans, newest first. With ``from`` and ``to``: what shares time with that."""

    queryset = Loan.objects.with_names().prefetch_related("events__by")
    serializer_class = LoanSerializer
    filterset_class = LoanFilter

    @extend_schema(request=CheckOutSerializer, responses={200: LoanSerializer}, summary="Check out")
    @action(detail=False, methods=["post"], url_path="check-out", permission_classes=[MayLend])
    def check_out(self, request: Request) -> Response:
        """400 says what is wrong, field by field; of a reference that is none, without repeating it."""
        asked = CheckOutSerializer(data=request.data, context={"user": request.user})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        names = ("kind", "department", "to_site", "partner", "programme", "reference")
        told_of = {name: told.pop(name) for name in names if name in told}
        whom = Whom(kind=LoanKind(told_of.pop("kind")), **told_of)
        booking = told.pop("booking", None)
        try:
            made = check_out(whom=whom, by=request.user, now=timezone.now(), reservation=booking, **told)
        except LoanRefusedError as refused:
            raise ValidationError(_refusal(refused)) from None
        return Response(self._shown(made.pk))

    @extend_schema(
        request=MoveLoanSerializer, responses={200: LoanSerializer}, summary="Prolong, take back, …"
    )
    @action(detail=True, methods=["post"], permission_classes=[MayLend])
    def move(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """One declared transition. 400 says why it is not possible, or that somebody was quicker."""
        asked = MoveLoanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        step, version = told.pop("transition"), told.pop("version", None)
        loan = self.get_object()
        try:
            move_loan(
                loan=loan,
                transition=step,
                by=request.user,
                now=timezone.now(),
                told=Told(**told),
                version=version,
            )
        except LoanRefusedError as refused:
            raise ValidationError(_refusal(refused)) from None
        except TransitionRefusedError as refused:
            raise ValidationError({"transition": [str(refused)]}) from None
        return Response(self._shown(loan.pk))

    def _shown(self, pk: int) -> Any:
        return LoanSerializer(self.get_queryset().get(pk=pk)).data


def _refusal(refused: LoanRefusedError) -> dict[str, list[str]]:
    field = "booking" if refused.field == "reservation" else refused.field
    words = str(refused)
    if refused.conflicts:
        kept = refused.conflicts[0]
        by = kept.by.get_username() if kept.by else _("somebody")
        words = f"{words} {kept.begin.isoformat()} – {kept.end.isoformat()}: {by}"
    return {field or "detail": [words]}
