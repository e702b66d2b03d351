"""What contracts cost in a number of days, spread evenly over the pieces they cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from assets.contracts.models import Contract

YEAR_DAYS = Decimal("365.25")


@dataclass(frozen=True, slots=True)
class Spread:
    """A contract's ``cost`` of the days asked for; nothing where nobody told what it costs a year."""

    contract: int
    cost: Decimal | None


def costs_between(begin: date, end: date) -> list[Spread]:
    """Of the contracts of which a day lies between, both included."""
    return [
        Spread(row.pk, _cost(row, begin, end))
        for row in Contract.objects.running_between(begin, end).only("begins_on", "ends_on", "yearly_cost")
    ]


def _cost(row: Contract, begin: date, end: date) -> Decimal | None:
    if row.yearly_cost is None:
        return None
    first, last = max(begin, row.begins_on), min(end, row.ends_on or end)
    return row.yearly_cost * ((last - first).days + 1) / YEAR_DAYS


def by_asset_rows(contracts: Iterable[int], there: Q) -> Any:
    """Rows of contract and piece, where the contract names the piece and does not cover its model as well."""
    as_model = Contract.for_models.through.objects.filter(
        contract=OuterRef("contract"), equipmentmodel=OuterRef("asset__model"),
        contract__site=OuterRef("asset__site"),
    )  # fmt: skip
    rows: Any = Contract.for_assets.through.objects.filter(there, contract__in=contracts)
    return rows.exclude(Exists(as_model)).order_by()


def by_model_rows(contracts: Iterable[int], there: Q) -> Any:
    """Rows of contract and piece, where the contract covers the piece's model at its site."""
    rows: Any = Contract.for_models.through.objects.filter(there, contract__in=contracts)
    return rows.filter(equipmentmodel__assets__site=F("contract__site")).order_by()


def pieces_of(contracts: Iterable[int], there: Any, counted: Any) -> Mapping[int, tuple[int, int]]:
    """Contract → how many pieces it covers of those ``there``, and how many of these are ``counted``.

    Both are asked with the path to the asset, as in ``asset__``, and answer a condition.
    """
    known = list(contracts)
    found: dict[int, tuple[int, int]] = {}
    for make, path in ((by_asset_rows, "asset__"), (by_model_rows, "equipmentmodel__assets__")):
        rows = make(known, there(path)).values_list("contract")
        pk = f"{path}id"
        for contract, everything, some in rows.annotate(
            everything=Count(pk), some=Count(pk, filter=counted(path))
        ):
            before = found.get(contract, (0, 0))
            found[contract] = before[0] + everything, before[1] + some
    return found
