"""Work orders over the API: read, opened, moved by the same transitions as on the pages, and written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from assets.maintenance.acts_api import ActView
from assets.maintenance.bedside import Used, record_work
from assets.maintenance.bulk import assign_all, cancel_all, prioritise_all
from assets.maintenance.downtime import begin_downtime, end_downtime
from assets.maintenance.entries import add_labour, add_part, add_visit
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.filters import WorkOrderListFilter
from assets.maintenance.models import WorkOrder
from assets.maintenance.orders import assign_order, comment_on, move_work_order, open_work_order
from assets.maintenance.serializers import (
    AddLabourSerializer,
    AddPartSerializer,
    AddVisitSerializer,
    AssignSerializer,
    BulkRowSerializer,
    BulkSerializer,
    CommentSerializer,
    DownSerializer,
    MoveSerializer,
    OpenSerializer,
    RecordSerializer,
    UpSerializer,
    WorkOrderDetail,
    WorkOrderSerializer,
)
from assets.maintenance.signatures import Signed, read_signature
from assets.maintenance.words import DownReason, Kind, Percent, Priority
from assets.statements import StatementRefusedError
from assets.transitions import TransitionRefusedError
from locations.rest import PageOfHistory, ReadOnlyViewSet

__all__ = ["ActView", "WorkOrderViewSet"]
REFUSALS = (TransitionRefusedError, WorkRefusedError, StatementRefusedError)


class MayMove(BasePermission):
    message = "Your role may not work on orders."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return bool(request.user.is_authenticated and request.user.has_perm("maintenance.move_workorder"))


Act = TypeVar("Act", bound=Callable[..., Response])


def writes(
    name: str, takes: type[serializers.Serializer[Any]], summary: str, **extra: Any
) -> Callable[[Act], Act]:
    """An action by POST for who may work on orders; answered by the order as it is then."""
    answers = extra.pop("answers", WorkOrderDetail)
    extra.setdefault("detail", True)

    def decorate(function: Act) -> Act:
        described = extend_schema(request=takes, responses={200: answers}, summary=summary)(function)
        made: Any = action(methods=["post"], url_path=name, permission_classes=[MayMove], **extra)(described)
        return cast("Act", made)

    return decorate


class WorkOrderViewSet(ReadOnlyViewSet[WorkOrder]):
    """Work on equipment, newest first; a single one with all that happened to it."""

    queryset = WorkOrder.objects.select_related(
        "asset__model__category", "asset__site", "asked_by", "assigned_to"
    )
    filterset_class = WorkOrderListFilter
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = PageOfHistory
    moment_field = "opened_at"

    def visible(self, queryset: Any, user: Any) -> Any:
        seen = super().visible(queryset, user)
        if not self.detail:
            return seen
        return seen.prefetch_related("events__by", "photos", "labour__who", "parts", "visits", "downtimes")

    def get_serializer_class(self) -> type[WorkOrderSerializer]:
        return WorkOrderDetail if self.detail else WorkOrderSerializer

    def _told(self, request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        told = kind(data=request.data, context=self.get_serializer_context())
        told.is_valid(raise_exception=True)
        return dict(told.validated_data)

    def _do(self, field: str, act: Callable[..., Any], **told: Any) -> Response:
        """To the order of the address; refused with 400, under the name of the field."""
        try:
            act(order=self.get_object(), by=self.request.user, **({"now": timezone.now()} | told))
        except REFUSALS as refused:
            raise ValidationError({field: [str(refused)]}) from None
        return self._answer(self.get_object())

    def _answer(self, order: WorkOrder) -> Response:
        return Response(WorkOrderDetail(order, context=self.get_serializer_context()).data)

    @writes("open", OpenSerializer, "Open an order", detail=False)
    def open(self, request: Request) -> Response:
        """Of repairs and cleanings there is one open order of an asset; what is told again is added to it."""
        told = self._told(request, OpenSerializer)
        if "priority" in told:
            told["priority"] = Priority(told["priority"])
        told["kind"] = Kind(told["kind"])
        try:
            opened = open_work_order(by=request.user, now=timezone.now(), **told)
        except REFUSALS as refused:
            raise ValidationError({"kind": [str(refused)]}) from None
        return self._answer(opened.order)

    @writes("move", MoveSerializer, "Send it on")
    def move(self, request: Request, number: str) -> Response:  # noqa: ARG002
        """One declared transition. 400 says why it is not possible, or that somebody was quicker, and what happened."""
        told = _signed(self._told(request, MoveSerializer))
        return self._do("transition", move_work_order, **told)

    @writes("record", RecordSerializer, "Record work at the bedside")
    def record(self, request: Request, number: str) -> Response:  # noqa: ARG002
        """Work time, parts, note and transition at once: all of it, or, with 400, nothing."""
        told = _signed(self._told(request, RecordSerializer))
        told["parts"] = [Used(**part) for part in told.pop("parts", [])]
        at = told.pop("at", None) or timezone.now()
        try:
            record_work(order=self.get_object(), by=request.user, at=at, **told)
        except REFUSALS as refused:
            raise ValidationError({"detail": [str(refused)]}) from None
        return self._answer(self.get_object())

    @writes("assign", AssignSerializer, "Give it to somebody")
    def assign(self, request: Request, number: str) -> Response:  # noqa: ARG002
        told = self._told(request, AssignSerializer)
        told["to"] = told.pop("person")
        return self._do("person", assign_order, **told)

    @writes("comment", CommentSerializer, "Comment on it")
    def comment(self, request: Request, number: str) -> Response:  # noqa: ARG002
        """Whoever is named with an @ and may see the order is told."""
        return self._do("note", comment_on, **self._told(request, CommentSerializer))

    @writes("down", DownSerializer, "Take the equipment out of service")
    def down(self, request: Request, number: str) -> Response:  # noqa: ARG002
        told = self._told(request, DownSerializer)
        told["percent"] = Percent(told["percent"])
        if "reason" in told:
            told["reason"] = DownReason(told["reason"])
        return self._do("begin", begin_downtime, **told)

    @writes("up", UpSerializer, "Put the equipment back into service")
    def up(self, request: Request, number: str) -> Response:  # noqa: ARG002
        return self._do("end", end_downtime, **self._told(request, UpSerializer))

    @writes("labour", AddLabourSerializer, "Add work time")
    def labour(self, request: Request, number: str) -> Response:  # noqa: ARG002
        return self._do("minutes", add_labour, **self._told(request, AddLabourSerializer))

    @writes("parts", AddPartSerializer, "Add a part that was used")
    def parts(self, request: Request, number: str) -> Response:  # noqa: ARG002
        return self._do("name", add_part, **self._told(request, AddPartSerializer))

    @writes("visits", AddVisitSerializer, "Add a vendor's visit")
    def visits(self, request: Request, number: str) -> Response:  # noqa: ARG002
        return self._do("vendor", add_visit, **self._told(request, AddVisitSerializer))

    @writes("bulk", BulkSerializer, "Do the same to many", detail=False, answers=BulkRowSerializer(many=True))
    def bulk(self, request: Request) -> Response:
        """Each is done wholly or not at all, and answered by a row of its own."""
        told = self._told(request, BulkSerializer)
        common: dict[str, Any] = {"numbers": told["orders"], "by": request.user, "now": timezone.now()}
        if told["do"] == "assign":
            rows = assign_all(**common, to=told["person"])
        elif told["do"] == "priority":
            rows = prioritise_all(**common, priority=Priority(told["priority"]))
        else:
            rows = cancel_all(**common, note=told["note"])
        return Response(BulkRowSerializer(rows, many=True).data)


def _signed(told: dict[str, Any]) -> dict[str, Any]:
    """Raises a 400 that names the signature."""
    signature = told.pop("signature", None)
    signed: Signed | None = None
    if signature:
        try:
            signed = read_signature(signature["name"], signature["drawing"])
        except WorkRefusedError as refused:
            raise ValidationError({"signature": [str(refused)]}) from None
    return told | {"signature": signed}
