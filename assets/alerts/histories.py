"""What rules ask about, read from what was recorded: for some assets at once, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from assets.alerts.conditions import ACTIVITIES, PLACES, READINGS, Did, History, Stayed, Watch
from assets.alerts.models import Rule
from assets.alerts.scope import Place, Scope, Thing
from assets.models import ActivityInterval, Asset, Reading, Stay
from locations.models import Zone

ALWAYS_S = 60.0
"""History is looked at from so long before a change, so that a first value has something to change from."""
_ASSET = (
    "pk", "site_id", "model__category_id", "department_id", "home_zone_id", "home_zone__kind",
    "home_zone__floor__building_id", "ownership",
)  # fmt: skip


def watches(rules: Collection[Rule]) -> list[Watch]:
    scopes = Scope.of_each(rules)
    return [Watch(rule.pk, rule.kind, rule.parameters, scopes[rule.pk]) for rule in rules]


def things(asset_ids: Collection[int]) -> dict[int, Thing]:
    """Those of them that the hospital still has."""
    rows = Asset.objects.in_service().filter(pk__in=asset_ids).order_by().values_list(*_ASSET)
    return {
        pk: Thing(site, category, department, Place(zone, kind, building) if zone else None, ownership)
        for pk, site, category, department, zone, kind, building, ownership in rows
    }


def histories(
    about: Mapping[int, Collection[Watch]], *, since: datetime, end: datetime | None = None
) -> dict[int, History]:
    """What each asset did from ``since`` on, and as long before as its watches remember, with what was so then.

    Parts that none of its watches asks about stay empty.
    """
    found = {asset_id: History() for asset_id in about}
    if asked := _asked(about, since, lambda watch: watch.kind in PLACES):
        for asset_id, stays in _stays(asked.asset_ids, asked.begin, end).items():
            found[asset_id].stays = stays
    if asked := _asked(about, since, lambda watch: watch.kind in ACTIVITIES):
        for asset_id, activities in _activities(asked.asset_ids, asked.begin, end).items():
            found[asset_id].activities = activities
    if asked := _asked(about, since, lambda watch: watch.kind in READINGS):
        for asset_id, readings in _readings(asked.asset_ids, asked.names, asked.begin, end).items():
            found[asset_id].readings = readings
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What watches ask of one part of the histories: of which assets, from when on, and by which names."""

    asset_ids: list[int]
    begin: datetime
    names: frozenset[str]


def _asked(
    about: Mapping[int, Collection[Watch]], since: datetime, is_asking: Callable[[Watch], bool]
) -> _Asked | None:
    watches = {watch.rule: watch for own in about.values() for watch in own if is_asking(watch)}
    if not watches:
        return None
    memory = max(watch.memory_s for watch in watches.values())
    return _Asked(
        [asset_id for asset_id, own in about.items() if any(is_asking(watch) for watch in own)],
        since - timedelta(seconds=memory + ALWAYS_S),
        frozenset(name for watch in watches.values() for name in watch.names),
    )


def _stays(asset_ids: Collection[int], begin: datetime, end: datetime | None) -> Mapping[int, list[Stayed]]:
    rows = _during(Stay, asset_ids, begin, end)
    told = list(rows.order_by("asset", "begin").values_list("asset_id", "begin", "end", "zone_id"))
    places = _places({zone for *_, zone in told})
    found: dict[int, list[Stayed]] = defaultdict(list)
    for asset_id, since, until, zone in told:
        found[asset_id].append(Stayed(since, until, places[zone]))
    return found


def _places(zone_ids: set[int]) -> dict[int, Place]:
    rows = Zone.objects.filter(pk__in=zone_ids).order_by().values_list("pk", "kind", "floor__building_id")
    return {pk: Place(pk, kind, building) for pk, kind, building in rows}


def _activities(asset_ids: Collection[int], begin: datetime, end: datetime | None) -> Mapping[int, list[Did]]:
    rows = _during(ActivityInterval, asset_ids, begin, end)
    found: dict[int, list[Did]] = defaultdict(list)
    for asset_id, *did in rows.order_by("asset", "begin").values_list(
        "asset_id", "begin", "end", "activity", "basis"
    ):
        found[asset_id].append(Did(*did))
    return found


def _during(model: Any, asset_ids: Collection[int], begin: datetime, end: datetime | None) -> Any:
    """Rows that last into the time, the one that ended right at its beginning included."""
    earlier = Q(pk__in=_latest_before(model, "begin", asset_ids, begin))
    into_it = earlier & (Q(end__isnull=True) | Q(end__gte=begin))
    rows = model.objects.filter(into_it | Q(asset__in=asset_ids, begin__gte=begin))
    return rows if end is None else rows.filter(begin__lt=end)


def _latest_before(
    model: Any, column: str, asset_ids: Collection[int], moment: datetime, **only: Any
) -> list[int]:
    """Of each asset the key of its last row before a moment: one step in the index each, however long its history."""
    rows = model.objects.filter(asset=OuterRef("pk"), **{f"{column}__lt": moment}, **only)
    last = Subquery(rows.order_by(f"-{column}").values("pk")[:1])
    found = (
        Asset.objects.filter(pk__in=asset_ids).order_by().annotate(last=last).values_list("last", flat=True)
    )
    return [pk for pk in found if pk is not None]


def _readings(
    asset_ids: Collection[int], names: Collection[str], begin: datetime, end: datetime | None
) -> Mapping[int, dict[str, list[tuple[datetime, float]]]]:
    """From the last one before ``begin`` on."""
    before = [
        pk for name in sorted(names) for pk in _latest_before(Reading, "at", asset_ids, begin, name=name)
    ]
    rows = Reading.objects.filter(asset__in=asset_ids, name__in=names, at__gte=begin)
    if end is not None:
        rows = rows.filter(at__lt=end)
    columns = ("asset_id", "name", "at", "value")
    found: dict[int, dict[str, list[tuple[datetime, float]]]] = defaultdict(lambda: defaultdict(list))
    # By the columns themselves: by their relation it would be by whatever order assets have.
    for told in (Reading.objects.filter(pk__in=before), rows.order_by("asset_id", "name", "at")):
        for asset_id, name, at, value in told.values_list(*columns):
            found[asset_id][name].append((at, value))
    return found
