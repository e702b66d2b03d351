"""Words that chain, for stocktakes, their rooms and their lines."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from assets.stocktake.words import COUNTED, EXPECTED, SHOWN, State
from locations.queries import in_sites_of


class HistoryError(Exception):
    """Somebody tried to change or delete what was counted."""


class StocktakeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def with_progress(self) -> Self:
        """``rooms_all``, ``rooms_done``, ``expected``, ``found``: each counted by itself, so that none multiplies."""
        rooms, lines = self._counted("rooms"), self._counted("lines")
        return self.annotate(
            rooms_all=rooms(Q()),
            rooms_done=rooms(Q(closed_at__isnull=False)),
            expected=lines(Q(state__in=EXPECTED)),
            found=lines(Q(state__in=COUNTED)),
        )

    def _counted(self, relation: str) -> Any:
        model = self.model._meta.get_field(relation).related_model

        def count(condition: Q) -> Any:
            rows = model._base_manager.filter(condition, stocktake=OuterRef("pk")).order_by()
            counted = rows.values("stocktake").annotate(count=Count("pk")).values("count")
            return Coalesce(Subquery(counted), Value(0))

        return count

    def delete(self) -> NoReturn:
        raise HistoryError("a stocktake is never deleted")


class RoomQuerySet(models.QuerySet[Any]):
    def with_progress(self) -> Self:
        """``expected`` here, and ``found`` of those, wherever they stood; ``extra``: what stands here besides."""
        extra = Q(found_lines__state__in=[State.UNEXPECTED, State.UNKNOWN, State.MOVED])
        return self.annotate(
            expected=Count("lines", filter=Q(lines__state__in=EXPECTED), distinct=True),
            found=Count("lines", filter=Q(lines__state__in=COUNTED), distinct=True),
            missing=Count("lines", filter=Q(lines__state=State.MISSING), distinct=True),
            extra=Count("found_lines", filter=extra, distinct=True),
        )


class LineQuerySet(models.QuerySet[Any]):
    def shown(self) -> Self:
        return self.filter(state__in=SHOWN)

    def of_room(self, room: Any) -> Self:
        """What was expected there, and what else was found there."""
        return self.shown().filter(Q(room=room) | Q(found_in=room))

    def with_rooms(self) -> Self:
        return self.select_related("room", "found_in", "asset", "decision__by")

    def in_order(self) -> Self:
        """As people walk: by room, then by label; what has no known place comes last."""
        return self.order_by(F("room__position").asc(nulls_last=True), "asset_tag", "code", "pk")
