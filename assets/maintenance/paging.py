"""Pages of a list whose whole length nobody needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    Pages = Paginator[Any]
else:  # Django's own class takes no type in brackets
    Pages = Paginator

MOST_COUNTED = 5_000


class CappedPaginator(Pages):
    """Counts to :data:`MOST_COUNTED` and no further: of a million rows, the first pages are all that is ever read, and
    filters find the rest. ``is_capped``: there are more."""

    def __init__(self, *args: Any, counted: int | None = None, **kwargs: Any) -> None:
        """``counted``: how many there are, where that is known already."""
        super().__init__(*args, **kwargs)
        self.known = counted

    @cached_property
    def _counted(self) -> int:
        if self.known is not None:
            return self.known
        rows: Any = self.object_list
        # The count needs neither the order nor the columns of the rows.
        return int(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())

    @property
    def is_capped(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)
