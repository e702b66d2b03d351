"""Words that chain, for parts and stock."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce

from locations.queries import in_sites_of


class PartQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Parts belong to every site; how many there are is told of one's own."""
        return self.all() if user.is_authenticated else self.none()

    def matching(self, text: str) -> Self:
        wanted = text.strip()[:100]
        if not wanted:
            return self.all()
        return self.filter(
            Q(number__icontains=wanted) | Q(name__icontains=wanted) | Q(maker__icontains=wanted)
        )


class StockQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "store__floor__building__site"))

    def with_on_hand(self) -> Self:
        """``on_hand``: the sum of the movements."""
        return self.annotate(on_hand=Coalesce(Sum("movements__change"), Value(0)))

    def with_names(self) -> Self:
        return self.select_related("part", "store__floor__building__site")

    def to_reorder(self) -> Self:
        """Fewer than the minimum; ``missing``: how many up to what is to be ordered."""
        few = self.with_on_hand().filter(
            minimum__isnull=False, on_hand__lt=F("minimum"), part__is_current=True
        )
        return few.annotate(missing=Coalesce(F("reorder_to"), F("minimum")) - F("on_hand"))
