"""Words that chain, for stocktakes, their rooms and their lines."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.apps import apps
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
        return self.annotate(
            rooms_all=_counted("Room", "stocktake"),
            rooms_done=_counted("Room", "stocktake", closed_at__isnull=False),
            expected=_counted("Line", "stocktake", state__in=EXPECTED),
            found=_counted("Line", "stocktake", state__in=COUNTED),
        )

    def delete(self) -> NoReturn:
        raise HistoryError("a stocktake is never deleted")


class RoomQuerySet(models.QuerySet[Any]):
    def with_progress(self) -> Self:
        """``expected`` here, and ``found`` of those, wherever they stood; ``extra``: what stands here besides."""
        return self.annotate(
            expected=_counted("Line", "room", state__in=EXPECTED),
            found=_counted("Line", "room", state__in=COUNTED),
            missing=_counted("Line", "room", state=State.MISSING),
            extra=_counted("Line", "found_in", state__in=[State.UNEXPECTED, State.UNKNOWN, State.MOVED]),
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


def _counted(model: str, key: str, **which: Any) -> Any:
    """How many rows of the model there are to each row by ``key``."""
    rows = apps.get_model("stocktake", model).objects.filter(**{key: OuterRef("pk")}, **which)
    counted = rows.order_by().values(key).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), Value(0))
