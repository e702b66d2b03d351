"""Which contracts cover which equipment, for many pieces at once: found by sets, never piece by piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assets.contracts.hours import Agreement, CoveredHours
from assets.contracts.models import Contract
from assets.utilisation.staffing import as_windows

AROUND = timedelta(days=2)
"""More than the days of any two clocks differ."""


class Coverage:
    """The agreements that run at some time from ``begin`` to ``end``, and the covered hours of each piece then.

    ``is_limited`` says whether any of them leaves out hours: where none does, every hour of every piece is covered.
    ``named`` are the pieces that one of them names by themselves, as a subquery.
    """

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin, self._end = begin, end
        days = (begin - AROUND).date(), (end + AROUND).date()
        rows = list(Contract.objects.running_between(*days).select_related("site"))
        self.is_limited = any(row.week is not None for row in rows)
        self._agreements = {row.pk: _agreement(row) for row in rows} if self.is_limited else {}
        self.named: Any = Contract.for_assets.through.objects.filter(contract__in=self._agreements).values(
            "asset"
        )
        self._by_asset: Mapping[int, frozenset[int]] = {}
        self._by_model: Mapping[tuple[int, int], frozenset[int]] = {}
        self._known: dict[frozenset[int], CoveredHours] = {}
        if self.is_limited:
            self._find_pieces()

    def _find_pieces(self) -> None:
        links: Any = Contract.for_assets.through.objects.filter(contract__in=self._agreements)
        self._by_asset = _gathered(links.values_list("asset_id", "contract_id"))
        links = Contract.for_models.through.objects.filter(contract__in=self._agreements)
        rows = links.values_list("contract__site_id", "equipmentmodel_id", "contract_id")
        self._by_model = _gathered(((site, model), pk) for site, model, pk in rows)

    @property
    def models(self) -> set[int]:
        """The models that a contract covers at some site."""
        return {model for _site, model in self._by_model}

    def of(self, asset: int, site: int, model: int) -> CoveredHours | None:
        """Of a piece; nothing where every hour is covered. ``asset`` is 0 for one that no contract names itself."""
        mine = self._by_asset.get(asset, frozenset()) | self._by_model.get((site, model), frozenset())
        if not mine:
            return None
        if mine not in self._known:
            self._known[mine] = CoveredHours((self._agreements[pk] for pk in mine), self._begin, self._end)
        return self._known[mine]


def _agreement(row: Contract) -> Agreement:
    week = None if row.week is None else as_windows(row.week)
    return Agreement(row.begins_on, row.ends_on, week, ZoneInfo(row.site.timezone))


def _gathered(pairs: Iterable[tuple[Any, int]]) -> dict[Any, frozenset[int]]:
    found: dict[Any, set[int]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}
