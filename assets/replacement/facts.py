"""The facts of every piece of a site, found by sets: a fixed number of statements, however many pieces there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum

from assets.contracts.costs import by_asset_rows, by_model_rows, costs_between
from assets.maintenance.models import RiskClass
from assets.measures.models import Purchase
from assets.measures.reliability import failures_of
from assets.measures.scope import DAYS, Scope
from assets.measures.use import use_of
from assets.measures.work import entries_of
from assets.models import Asset
from assets.planning.calendar import DAY, day_at
from assets.recalls.models import Item, Looked, Match
from assets.recalls.words import Status
from assets.replacement.points import LEAST_DAYS, YEAR_DAYS, Facts
from locations.models import Site

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Everybody:
    """Sums of the clock are of everything there is."""

    is_authenticated: bool = True
    sees_all_sites: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """With its facts; ``price``: what it cost, if anybody entered that; ``is_owned``: ours to replace."""

    pk: int
    tag: str
    is_owned: bool
    price: Decimal | None
    facts: Facts


def pieces_of(site: Site, now: datetime) -> Iterator[Piece]:
    """Every piece in service at the site, with what is known of it up to ``now``."""
    today = day_at(now, site.timezone)
    scope = Scope(Everybody(), today - (DAYS - 1) * DAY, today, now, site.timezone, site=site)
    bought = {row.asset_id: row for row in Purchase.objects.filter(asset__site=site)}
    in_use = use_of(scope, "pk")
    failed = dict(failures_of(scope).order_by().values_list("asset").annotate(count=Count("pk")))
    costs = _costs(scope)
    recalls, undecided, looked = _recalls(site)
    risks = dict(RiskClass.objects.values_list("category", "risk"))
    rows = list(
        Asset.objects.in_service()
        .filter(site=site)
        .order_by()
        .values_list("pk", "asset_tag", "ownership", "created_at", "model__category")
    )
    peers = _peers_rates(rows, in_use, failed)
    for pk, tag, ownership, created, category in rows:
        purchase = bought.get(pk) or Purchase()
        price = purchase.cost
        days = min(DAYS, (now - created) / DAY)
        yield Piece(
            pk=pk,
            tag=tag,
            is_owned=ownership == Asset.Ownership.OWNED,
            price=price,
            facts=Facts(
                today=today,
                bought_on=purchase.bought_on,
                life_years=purchase.life_years,
                support_ends_on=purchase.support_ends_on,
                operating_h=in_use.get(pk, timedelta(0)) / HOUR,
                failures=failed.get(pk, 0),
                peers_rate=peers.get(category),
                ratio=float(costs[pk]) * YEAR_DAYS / days / float(price)
                if price and days >= LEAST_DAYS
                else None,
                open_recalls=recalls.get(pk, 0) if pk in looked else None,
                undecided=undecided.get(pk, 0) if pk in looked else None,
                risk=risks.get(category, ""),
            ),
        )


def _peers_rates(
    rows: Any, in_use: Mapping[int | None, timedelta], failed: Mapping[int, int]
) -> dict[int, float]:
    """Category → failures in 1,000 hours of its pieces together; without any hours it has none."""
    hours: dict[int, float] = defaultdict(float)
    failures: dict[int, int] = defaultdict(int)
    for pk, _tag, _ownership, _created, category in rows:
        hours[category] += in_use.get(pk, timedelta(0)) / HOUR
        failures[category] += failed.get(pk, 0)
    return {category: failures[category] * 1000 / length for category, length in hours.items() if length}


def _costs(scope: Scope) -> Mapping[int, Decimal]:
    """Piece → work that is priced, parts, visits and its share of contracts in the period."""
    labour, parts, visits = entries_of(scope)
    whole = ExpressionWrapper(F("unit_cost") * F("quantity"), output_field=DecimalField())
    found: dict[int, Decimal] = defaultdict(Decimal)
    sums = [parts.values_list("order__asset").annotate(sum=Sum(whole))]
    sums.append(visits.values_list("order__asset").annotate(sum=Sum("cost")))
    for rows in sums:
        for asset, cost in rows.order_by():
            found[asset] += cost or Decimal(0)
    if settings.LABOUR_HOUR_COST is not None:
        for asset, minutes in labour.values_list("order__asset").annotate(sum=Sum("minutes")).order_by():
            found[asset] += Decimal(minutes) * settings.LABOUR_HOUR_COST / 60
    for asset, cost in _agreed(scope):
        found[asset] += cost
    return found


def _agreed(scope: Scope) -> Iterator[tuple[int, Decimal]]:
    """Pieces of a contract belong to its site, or are named by it."""
    costs = {each.contract: each.cost for each in costs_between(scope.begin, scope.end) if each.cost}
    covered: dict[int, list[int]] = defaultdict(list)
    for make, path in ((by_asset_rows, "asset__"), (by_model_rows, "equipmentmodel__assets__")):
        for contract, asset in make(costs, scope.present(path)).values_list("contract", f"{path}id"):
            covered[contract].append(asset)
    for contract, assets in covered.items():
        for asset in assets:
            yield asset, costs[contract] / len(assets)


def _recalls(site: Site) -> tuple[Mapping[int, int], Mapping[int, int], set[int]]:
    """Piece → open pieces of campaigns; → matches that nobody decided; and what was compared at all."""
    here = Q(asset__site=site)
    items = Item.objects.open().filter(here).order_by().values_list("asset").annotate(count=Count("pk"))
    matches = Match.objects.to_decide().filter(here, notice__status=Status.OPEN).order_by()
    undecided = matches.values_list("asset").annotate(count=Count("pk"))
    return dict(items), dict(undecided), set(Looked.objects.filter(here).values_list("asset", flat=True))
