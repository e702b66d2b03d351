"""Reports: roll-ups of a period, read by the category or the asset, and the figures computed from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Count, Max, Min, Q, Sum
from django.utils.functional import Promise

from assets.models import ActivityInterval, Asset, AssetNow, Category, EquipmentModel
from assets.utilisation.figures import (
    NO_ASSETS,
    NO_STAFFED_HOURS,
    NO_SUCH,
    NO_TIME,
    NO_USE_TOLD,
    Clock,
    Figure,
    Policy,
    UseBasis,
)
from assets.utilisation.measures import (
    BUFFER,
    Dwell,
    FleetSize,
    Levels,
    Seen,
    Totals,
    coverage,
    dwell,
    fleet_size,
    idle,
    peak,
    percentile,
    share_in_use,
    withheld,
)
from assets.utilisation.models import SECONDS, STAFFED, FleetDay, RolledUntil, StaffedHours, UnitDay
from assets.utilisation.packing import unpack_all
from assets.utilisation.selecting import TOO_MANY, chosen_assets, levels_by, unit_days
from assets.words import Activity
from locations.models import Department, Site, Zone

LONGEST_DAYS = 800
IDLE_DAYS = 30
DAY_S = 86_400


@dataclass(frozen=True)
class Choice:
    """What a report is about, as its address says. Days are of the site's calendar, both included."""

    site: Site
    first: date
    last: date
    category: Category | None = None
    department: Department | None = None
    basis: UseBasis = UseBasis.PRESUMED
    policy: Policy = Policy.INSTALLED
    clock: Clock = Clock.CALENDAR
    demand: str = "p95"
    buffer: float = BUFFER
    model: EquipmentModel | None = None
    ownership: str = ""
    least: float = 0.0
    """Coverage below which no figure is given."""
    cost: Decimal | None = None
    """Of one piece and day, tried instead of the site's."""

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about part of a fleet."""
        return self.model is not None or bool(self.ownership)

    @property
    def owned_as(self) -> str:
        """The chosen ownership in words."""
        return str(Asset.Ownership(self.ownership).label) if self.ownership else ""

    def of(self, category: Category) -> Choice:
        return replace(self, category=category)

    @property
    def columns(self) -> tuple[str, ...]:
        return STAFFED if self.clock is Clock.STAFFED else SECONDS

    @property
    def levels(self) -> str:
        return "levels_confirmed" if self.basis is UseBasis.CONFIRMED else "levels_any"

    def rows(self) -> Any:
        """The roll-ups that it is computed from: of one unit, or of the whole site."""
        rows: Any = FleetDay.objects if self.department is None else UnitDay.objects
        rows = rows.filter(site=self.site).within(self.first, self.last).order_by()
        if self.department is not None:
            rows = rows.filter(department=self.department)
        return rows if self.category is None else rows.filter(category=self.category)

    def units(self) -> Any:
        rows = UnitDay.objects.filter(site=self.site).within(self.first, self.last).order_by()
        if self.department is not None:
            rows = rows.filter(department=self.department)
        return rows if self.category is None else rows.filter(category=self.category)


@dataclass(frozen=True)
class Line:
    """One group, a category or a unit, in the chosen period."""

    choice: Choice
    owned: int
    """Assets that count on the last day of the period."""
    totals: Totals
    found: Levels
    no_figure: str | Promise = NO_ASSETS

    @cached_property
    def coverage(self) -> Figure:
        return coverage(self.totals, empty=self.no_figure)

    @cached_property
    def confirmed(self) -> Figure:
        return self._given(self._share(UseBasis.CONFIRMED, self.choice.policy))

    @cached_property
    def presumed(self) -> Figure:
        return self._given(self._share(UseBasis.PRESUMED, self.choice.policy))

    def _share(self, basis: UseBasis, policy: Policy) -> Figure:
        return share_in_use(self.totals, basis, policy, empty=self.no_figure)

    def _given(self, figure: Figure) -> Figure:
        return withheld(figure, self.choice.least)

    @property
    def average(self) -> Figure:
        """By the chosen basis and policy."""
        return self.confirmed if self.choice.basis is UseBasis.CONFIRMED else self.presumed

    def by(self, policy: Policy) -> Figure:
        return self._given(self._share(self.choice.basis, policy))

    @cached_property
    def peak(self) -> Figure:
        return self._given(peak(self.found, self.choice.basis, self._covered, empty=self.no_levels))

    @cached_property
    def p95(self) -> Figure:
        return self._given(percentile(self.found, self.choice.basis, self._covered, empty=self.no_levels))

    @property
    def _covered(self) -> float | None:
        """Of all hours: how many are in use at once is of all hours, too."""
        return self._calendar.value

    @cached_property
    def _calendar(self) -> Figure:
        return coverage(self.calendar or self.totals)

    no_levels: str | Promise = NO_TIME
    calendar: Totals | None = None
    """The same of all hours, where ``totals`` are of staffed hours."""

    @cached_property
    def size(self) -> FleetSize:
        return fleet_size(
            owned=self.owned,
            demand=self.p95 if self.choice.demand == "p95" else self.peak,
            levels=self.found,
            totals=self.calendar or self.totals,
            buffer=self.choice.buffer,
        )


@dataclass(frozen=True)
class CategoryLine(Line):
    category: Category | None = None

    def _given(self, figure: Figure) -> Figure:
        """A fleet of which nobody hears when it is used is not idle: it has no figure."""
        if figure.value is not None and self._is_use_unheard:
            return replace(figure, value=None, reason=NO_USE_TOLD)
        return super()._given(figure)

    @property
    def _is_use_unheard(self) -> bool:
        is_presumed = self.category is not None and self.category.is_mobile and self.category.presumed_after_s
        return not is_presumed and not (self.calendar or self.totals).in_use(UseBasis.PRESUMED)


@dataclass(frozen=True)
class UnitLine(Line):
    department: Department | None = None


@dataclass(frozen=True)
class DayLine(Line):
    day: date = date.min


def fleet(choice: Choice) -> list[CategoryLine]:
    """A line for each category that there is any of, by name; two queries and one for the names."""
    groups = _grouped(choice, choice.rows(), "category")
    names = Category.objects.in_bulk(list(groups))
    lines = [
        CategoryLine(choice.of(names[key]), **_parts(choice, group), category=names[key])
        for key, group in groups.items()
    ]
    return sorted(lines, key=lambda line: line.category.name if line.category else "")


def units(choice: Choice) -> list[UnitLine]:
    """A line for each unit, those without one last."""
    groups = _grouped(choice, choice.units(), "department")
    names = Department.objects.in_bulk([key for key in groups if key is not None])
    lines = [
        UnitLine(
            replace(choice, department=names.get(key)), **_parts(choice, group), department=names.get(key)
        )
        for key, group in groups.items()
    ]
    return sorted(lines, key=lambda line: (line.department is None, str(line.department or "")))


def by_day(choice: Choice) -> list[DayLine]:
    """A line for each day that is rolled up, of one category."""
    groups = _grouped(choice, choice.rows(), "day")
    return [
        DayLine(replace(choice, first=day, last=day), **_parts(choice, groups[day]), day=day)
        for day in sorted(groups)
    ]


def whole(choice: Choice) -> Line:
    """Of one category; with reasons instead of figures where there is nothing."""
    found = fleet(choice)
    return found[0] if found else Line(choice, 0, Totals(), Levels({}), _why_nothing(choice))


@dataclass(slots=True)
class _Group:
    sums: dict[str, int]
    last: date
    owned: int = 0
    levels: Levels | None = None
    no_levels: str | Promise = NO_TIME


def _grouped(choice: Choice, rows: Any, key: str) -> dict[Any, _Group]:
    if choice.is_narrowed:
        return _narrowed(choice, key)
    sums = rows.values_list(key).annotate(Max("day"), *(Sum(name) for name in (*SECONDS, *STAFFED)))
    groups = {row[0]: _Group(dict(zip((*SECONDS, *STAFFED), row[2:], strict=True)), row[1]) for row in sums}
    packed: dict[Any, list[bytes]] = defaultdict(list)
    for place, day, count, levels in rows.values_list(key, "day", "assets_count", choice.levels):
        packed[place].append(levels)
        if day == groups[place].last:
            groups[place].owned += count
    for place, tables in packed.items():
        groups[place].levels = Levels.of(unpack_all(tables, 2))
    return groups


def _narrowed(choice: Choice, key: str) -> dict[Any, _Group]:
    names = (*SECONDS, *STAFFED)
    groups: dict[Any, _Group] = {}
    counted: dict[Any, set[int]] = {}
    for category, department, day, table in unit_days(choice):
        place = {"category": category, "department": department, "day": day}[key]
        group = groups.setdefault(place, _Group(dict.fromkeys(names, 0), date.min))
        for name, seconds in zip(names, table[:, 1:].sum(axis=0).tolist(), strict=True):
            group.sums[name] += seconds
        if day > group.last:
            group.last, counted[place] = day, set()
        if day == group.last:
            counted[place] |= set(table[:, 0].tolist())
    levels = levels_by(choice, key) if groups else {}
    for place, group in groups.items():
        group.owned = len(counted[place])
        if levels is None:
            group.no_levels = TOO_MANY
        elif place in levels:
            group.levels = Levels.of(np.concatenate(levels[place]))
    return groups


def _parts(choice: Choice, group: _Group) -> dict[str, Any]:
    calendar = Totals(*(group.sums[name] for name in SECONDS))
    totals = Totals(*(group.sums[name] for name in choice.columns))
    return {
        "owned": group.owned,
        "totals": totals,
        "calendar": calendar,
        "found": group.levels or Levels({}),
        "no_levels": group.no_levels,
        "no_figure": NO_STAFFED_HOURS if choice.clock is Clock.STAFFED else NO_ASSETS,
    }


def _why_nothing(choice: Choice) -> str | Promise:
    if choice.clock is Clock.STAFFED and not StaffedHours.objects.filter(site=choice.site).exists():
        return NO_STAFFED_HOURS
    is_rolled = FleetDay.objects.filter(site=choice.site).within(choice.first, choice.last).exists()
    if choice.is_narrowed and is_rolled:
        return NO_SUCH
    return NO_ASSETS if is_rolled else NO_TIME


@dataclass(frozen=True)
class AssetLine:
    """One asset in the period: what the figures of its fleet are made of."""

    asset: Asset
    totals: Totals
    choice: Choice

    @cached_property
    def coverage(self) -> Figure:
        return coverage(self.totals)

    @cached_property
    def average(self) -> Figure:
        return share_in_use(self.totals, self.choice.basis, self.choice.policy)


def assets(choice: Choice) -> list[AssetLine]:
    """Every asset of a fleet, the least used first; those of which nothing was heard last."""
    tables = unpack_all(choice.units().values_list("by_asset", flat=True), 1 + len(SECONDS) + len(STAFFED))
    if choice.is_narrowed:
        tables = tables[np.isin(tables[:, 0], chosen_assets(choice))]
    if not len(tables):
        return []
    ids, place = np.unique(tables[:, 0], return_inverse=True)
    sums = np.zeros((len(ids), tables.shape[1] - 1), dtype=np.int64)
    np.add.at(sums, place, tables[:, 1:])
    begin = 0 if choice.clock is Clock.CALENDAR else len(SECONDS)
    found = Asset.objects.select_related("model__category", "department").in_bulk(ids.tolist())
    lines = [
        AssetLine(found[key], Totals(*row[begin : begin + len(SECONDS)]), choice)
        for key, row in zip(ids.tolist(), sums.tolist(), strict=True)
        if key in found
    ]
    return sorted(
        lines,
        key=lambda line: (line.average.value is None, line.average.value or 0, line.asset.asset_tag),
    )


@dataclass(frozen=True)
class ZoneLine:
    """A room in the period: how long what was there, how many came, and how long those had been there who left."""

    zone: Zone
    seconds: int
    arrivals: int
    dwell: Dwell


def zones(choice: Choice) -> list[ZoneLine]:
    """Every room in which any of the fleet was, the fullest first. Of the whole site: it is by where they were; of part
    of a fleet nothing is kept."""
    if choice.is_narrowed:
        return []
    rows = list(replace(choice, department=None).rows().values_list("presence", "dwells"))
    presence = unpack_all((row[0] for row in rows), 3)
    dwells = unpack_all((row[1] for row in rows), 2)
    if not len(presence):
        return []
    dwells = dwells[np.argsort(dwells[:, 0], kind="stable")]
    ids, place = np.unique(presence[:, 0], return_inverse=True)
    seconds = np.bincount(place, weights=presence[:, 1]).astype(np.int64)
    arrivals = np.bincount(place, weights=presence[:, 2]).astype(np.int64)
    first, last = np.searchsorted(dwells[:, 0], ids, "left"), np.searchsorted(dwells[:, 0], ids, "right")
    found = Zone.objects.select_related("floor").defer("polygon", "floor__outline").in_bulk(ids.tolist())
    lines = [
        ZoneLine(found[key], int(seconds[n]), int(arrivals[n]), dwell(dwells[first[n] : last[n], 1]))
        for n, key in enumerate(ids.tolist())
        if key in found
    ]
    return sorted(lines, key=lambda line: (-line.seconds, line.zone.name))


@dataclass(frozen=True)
class IdleLine:
    asset: Asset
    now: AssetNow
    last_use: datetime | None
    days: float


def idle_list(choice: Choice, *, now: datetime, more_than: int = IDLE_DAYS) -> list[IdleLine]:
    """What is idle now: owned, serviceable, heard, and not in use for longer; what was never in use counts from when it
    was first heard of."""
    rows = AssetNow.objects.filter(
        asset__site=choice.site, asset__retired_at__isnull=True, asset__ownership=Asset.Ownership.OWNED
    ).exclude(activity__in=[Activity.IN_USE, Activity.DOWN, Activity.UNKNOWN])
    if choice.category is not None:
        rows = rows.filter(asset__model__category=choice.category)
    if choice.department is not None:
        rows = rows.filter(asset__department=choice.department)
    if choice.model is not None:
        rows = rows.filter(asset__model=choice.model)
    if choice.ownership:
        rows = rows.filter(asset__ownership=choice.ownership)
    rows = rows.select_related("asset__model__category", "asset__department", "zone__floor__building")
    shown = {row.pk: row.as_of(now) for row in rows}
    uses = _last_uses(list(shown), now, more_than)
    seen = [
        Seen(
            key,
            is_owned=True,
            is_serviceable=row.activity != Activity.DOWN,
            is_heard=row.activity != Activity.UNKNOWN,
            is_in_use=row.activity == Activity.IN_USE,
            days=(now - uses[key][1]).total_seconds() / DAY_S if key in uses else None,
        )
        for key, row in shown.items()
    ]
    return [
        IdleLine(shown[each.asset].asset, shown[each.asset], uses[each.asset][0], each.days or 0)
        for each in idle(seen, more_than)
    ]


def _last_uses(
    asset_ids: Sequence[int], now: datetime, more_than: int
) -> dict[int, tuple[datetime | None, datetime]]:
    """Asset → when its last use ended, and since when it is idle; only of those for which that is long enough ago."""
    since = datetime.fromtimestamp(now.timestamp() - more_than * DAY_S, UTC)
    history = ActivityInterval.objects.filter(asset__in=asset_ids).order_by()
    recent = history.filter(Q(end__gte=since) | Q(end__isnull=True), activity=Activity.IN_USE)
    left = set(asset_ids) - set(recent.values_list("asset", flat=True).distinct())
    rows = (
        ActivityInterval.objects.filter(asset__in=left)
        .order_by()
        .values_list("asset")
        .annotate(used=Max("end", filter=Q(activity=Activity.IN_USE)), first=Min("begin"))
    )
    return {asset: (used, used or first) for asset, used, first in rows}


@dataclass(frozen=True)
class Freshness:
    """Up to when a report's site is rolled up, and how many of its days are to be done anew."""

    until: datetime | None
    stale_days: int


def freshness(site: Site, stale: Any) -> Freshness:
    row = RolledUntil.objects.filter(site=site).first()
    count = stale.filter(site=site).aggregate(count=Count("pk"))["count"]
    return Freshness(None if row is None else datetime.fromtimestamp(row.until_s, UTC), count)


def categories_at(sites: Iterable[int]) -> Any:
    return Category.objects.filter(models__assets__site__in=list(sites)).distinct().order_by("name")
