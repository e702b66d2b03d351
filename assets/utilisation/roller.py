"""Keeping roll-ups: which days of which fleets are stale, and rolling those up anew.

A day is read and computed outside any transaction, so that recording never waits for it, and written together with
its mark being taken away. Whatever changed meanwhile has marked it again, and then nothing is written.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Min

from assets.models import ActivityInterval, Asset
from assets.sql import Table, dialect
from assets.sql.tables import Row
from assets.utilisation.calendars import calendar_of, note_clocks, roster_of
from assets.utilisation.days import HOUR_S, ONE, Calendar, days_between
from assets.utilisation.membership import NEVER_S, Member, fleets_at, fleets_of, members_of, note_membership
from assets.utilisation.models import SECONDS, STAFFED, FleetDay, RolledUntil, StaleDay, Touched, UnitDay
from assets.utilisation.packing import Numbers, pack
from assets.utilisation.rolling import DayRoll, Fleet, Members, Rows, UnitRoll, of_each, roll
from assets.utilisation.sources import read_intervals, read_stays
from locations.models import Site

SETTLED = timedelta(seconds=60)
"""So long after an hour it is taken to be over: the clock's own decisions about it have been recorded by then."""
AT_ONCE = 20_000
"""Asset-days that are rolled up together, which bounds memory: some 100 MB where each has 100 intervals."""
AT_ONCE_ALONE = 2000
"""The same where one writes at a time, and recording waits for it: SQLite."""
DAYS_AT_ONCE = 100
DAY_S = 86_400
NOTES_AT_ONCE = 20_000
Mark = tuple[int, date]
"""Category and day."""


@dataclass(frozen=True, slots=True)
class Task:
    """Days without gaps of some fleets of a site, the same of each, and the stamps of their marks."""

    site: int
    categories: tuple[int, ...]
    days: tuple[date, ...]
    stamps: dict[Mark, int]

    @property
    def marks(self) -> dict[Mark, int]:
        return {
            (category, day): self.stamps[category, day] for category in self.categories for day in self.days
        }


def roll_up(*, now: datetime, seconds: float | None = None) -> int:
    """Bring every site's roll-ups up to the last full hour; how many fleet-days were rolled up.

    After ``seconds``, if told, it stops where it is; the rest stays marked. Several may run at once.
    """
    begun = time.monotonic()
    mark_what_is_due(now=now)
    return work_off(lambda: seconds is not None and time.monotonic() - begun > seconds)


def mark_what_is_due(*, now: datetime) -> None:
    """Notice hours that are over, changes of the register, and what was recorded late, and mark the days of those."""
    until = int((now - SETTLED).timestamp()) // HOUR_S * HOUR_S
    sites = list(Site.objects.values_list("pk", flat=True))
    note_clocks(now=now)
    calendars = {site: calendar_of(site) for site in sites}
    today = {site: calendars[site].day_of(until) for site in sites}
    moved = note_membership(today)
    known = dict(RolledUntil.objects.values_list("site", "until_s"))
    for site in sites:
        _mark_passed(site, calendars[site], known.get(site), until)
    reached = dict(RolledUntil.objects.values_list("site", "until_s"))
    for each in moved:
        _mark_since([(each.site, each.category)], calendars[each.site], each.since_s, reached[each.site])
    while _take_touched(calendars, reached):
        pass


def _mark_passed(site: int, calendar: Calendar, known: int | None, until: int) -> None:
    """The hours since those that are rolled up; of a site that never was, all of its history."""
    if known is not None and known >= until:
        return
    with transaction.atomic():
        if known is not None:
            _mark_since(fleets_at([site]), calendar, known, until)
        elif (first := first_moment(site)) is not None:
            _mark_since(fleets_at([site]), calendar, first, until)
        RolledUntil.objects.update_or_create(site_id=site, defaults={"until_s": until})


def first_moment(site: int) -> int | None:
    """When the first of its assets begins to count: registered, or heard of, whichever was first."""
    assets = Asset.objects.filter(site=site)
    registered = assets.order_by().aggregate(first=Min("created_at"))["first"]
    heard = (
        ActivityInterval.objects.filter(asset__in=assets.values("pk"))
        .order_by()
        .aggregate(first=Min("begin"))["first"]
    )
    moments = [int(each.timestamp()) for each in (registered, heard) if each is not None]
    return min(moments, default=None)


def _mark_since(fleets: Iterable[tuple[int, int]], calendar: Calendar, since_s: int, until_s: int) -> None:
    """Mark the days of these fleets from one moment up to another, if there are any."""
    if since_s >= until_s:
        return
    days = days_between(calendar.day_of(since_s), calendar.day_of(until_s - 1))
    mark_stale([(site, category, day) for site, category in fleets for day in days])


def mark_stale(rows: Iterable[tuple[int, int, date]]) -> None:
    """Mark days of fleets, given as site, category and day; what is marked already gets a new stamp."""
    stamp = time.time_ns()
    StaleDay.objects.bulk_create(
        [StaleDay(site_id=s, category_id=c, day=d, stamp=stamp) for s, c, d in sorted(set(rows))],
        batch_size=2000,
        update_conflicts=True,
        update_fields=["stamp"],
        unique_fields=["site", "category", "day"],
    )


def _take_touched(calendars: dict[int, Calendar], reached: dict[int, int]) -> bool:
    """Take notes of changed histories and mark the days that they concern; whether there may be more."""
    table = Touched._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'DELETE FROM "{table}" WHERE id IN (SELECT id FROM "{table}" ORDER BY id LIMIT %s) '  # noqa: S608 names of our own
            "RETURNING asset_id, since_us",
            [NOTES_AT_ONCE],
        )
        notes = cursor.fetchall()
        since: dict[int, int] = {}
        for asset, since_us in notes:
            since[asset] = min(since_us // 1_000_000, since.get(asset, NEVER_S))
        _mark_late(since, calendars, reached)
    return len(notes) == NOTES_AT_ONCE


def _mark_late(since: dict[int, int], calendars: dict[int, Calendar], reached: dict[int, int]) -> None:
    latest = max(reached.values(), default=0)
    late = {asset: moment for asset, moment in since.items() if moment < latest}
    rows = []
    for asset, site, category, first_s in fleets_of(list(late)):
        begin, until = max(late[asset], first_s), reached.get(site, 0)
        if begin < until:
            days = days_between(calendars[site].day_of(begin), calendars[site].day_of(until - 1))
            rows += [(site, category, day) for day in days]
    mark_stale(rows)


def work_off(is_enough: Callable[[], bool], *, tell: Callable[[int], None] | None = None) -> int:
    """Roll up what is marked, the latest days first, until nothing is or it is enough; how many days were rolled up."""
    done = 0
    passed_over: set[tuple[int, int, date, int]] = set()
    while not is_enough() and (task := _next_task(passed_over)) is not None:
        count = _do(task)
        if not count:  # somebody else is at it, or it changes as we look: once is enough
            passed_over |= {(task.site, *mark, stamp) for mark, stamp in task.marks.items()}
        done += count
        if tell is not None:
            tell(done)
    return done


def _next_task(passed_over: set[tuple[int, int, date, int]]) -> Task | None:
    """The latest stale day and those before it of one fleet, and other fleets of which the same days are stale.

    Many fleets at once, because of a small one the way to the database and back takes longer than all else.
    """
    for first in StaleDay.objects.order_by("-day", "site", "category")[: len(passed_over) + 1]:
        if (first.site_id, first.category_id, first.day, first.stamp) not in passed_over:
            break
    else:
        return None
    stamps: dict[Mark, int] = {
        (category, day): stamp
        for category, day, stamp in StaleDay.objects.filter(
            site=first.site_id, day__lte=first.day, day__gt=first.day - DAYS_AT_ONCE * ONE
        )
        .order_by()
        .values_list("category", "day", "stamp")
        if (first.site_id, category, day, stamp) not in passed_over
    }
    sizes = _sizes(first.site_id)
    at_once = AT_ONCE if connection.vendor == "postgresql" else AT_ONCE_ALONE
    most = at_once // max(1, sizes[first.category_id])
    days = [first.day]
    while len(days) < most and (first.category_id, days[-1] - ONE) in stamps:
        days.append(days[-1] - ONE)
    categories, left = [first.category_id], at_once - sizes[first.category_id] * len(days)
    for category in sorted({category for category, _ in stamps} - {first.category_id}):
        weight = sizes[category] * len(days)
        if weight <= left and all((category, day) in stamps for day in days):
            categories.append(category)
            left -= weight
    return Task(first.site_id, tuple(categories), tuple(reversed(days)), stamps)


def _sizes(site: int) -> Counter[int]:
    """Category → how many assets there are of it now."""
    rows = Asset.objects.filter(site=site).order_by().values_list("model__category")
    return Counter(dict(rows.annotate(count=Count("pk"))))


def _do(task: Task) -> int:
    until = RolledUntil.objects.filter(site=task.site).values_list("until_s", flat=True).first() or 0
    rolls = rolls_of(task.site, task.categories, task.days, until)
    with transaction.atomic():
        marks = _claimed(task)
        store(task.site, marks, rolls)
    return len(marks)


def _claimed(task: Task) -> set[Mark]:
    """Those whose marks are as they were when the work was begun; the marks are taken away.

    They are locked in the order in which :func:`mark_stale` writes, so that neither waits for the other for ever.
    """
    wanted = task.marks
    rows = (
        StaleDay.objects.select_for_update()
        .filter(site=task.site, category__in=task.categories, day__in=task.days)
        .order_by("site", "category", "day")
    )
    same = {
        pk: (category, day)
        for pk, category, day, stamp in rows.values_list("pk", "category", "day", "stamp")
        if stamp == wanted[category, day]
    }
    StaleDay.objects.filter(pk__in=list(same)).delete()
    return set(same.values())


def rolls_of(
    site: int, categories: Sequence[int], days: Sequence[date], until: int, *, only: Numbers | None = None
) -> dict[int, list[DayRoll]]:
    """Category → days without gaps of that fleet, or of ``only`` these assets, computed from the histories; all are
    read together."""
    calendar, roster = calendar_of(site), roster_of(site)
    bounds = np.array(calendar.bounds(days[0], days[-1]), dtype=np.int64)
    begin, end = int(bounds[0]), min(int(bounds[-1]), until)
    chosen = None if only is None else set(only.tolist())
    members: dict[int, list[Member]] = {}
    for category, each in members_of(site, categories, calendar, begin):
        if each.begin < end and each.end > begin and (chosen is None or each.asset in chosen):
            members.setdefault(category, []).append(each)
    if not members:
        return {}
    staffed: dict[int | None, list[tuple[int, int]]] = {
        unit: roster.stretches(unit, days, calendar)
        for unit in {each.department for fleet in members.values() for each in fleet}
    }
    fleets = [np.unique([each.asset for each in fleet]) for fleet in members.values()]
    everybody = sorted(np.unique(np.concatenate(fleets)).tolist())
    intervals = of_each(read_intervals(everybody, begin, end), fleets)
    stays = of_each(read_stays(everybody, begin, end), fleets)
    return {
        category: _rolled(days, bounds, until, staffed, fleet, intervals[number], stays[number])
        for number, (category, fleet) in enumerate(members.items())
    }


def _rolled(
    days: Sequence[date],
    bounds: Numbers,
    until: int,
    staffed: dict[int | None, list[tuple[int, int]]],
    members: Sequence[Member],
    intervals: Rows,
    stays: Rows,
) -> list[DayRoll]:
    units = sorted({each.department for each in members}, key=lambda unit: (unit is None, unit or 0))
    place = {unit: number for number, unit in enumerate(units)}
    return roll(
        Fleet(
            days=days,
            bounds=bounds,
            until=until,
            units=units,
            staffed=[staffed[unit] for unit in units],
            members=Members(
                np.array([each.asset for each in members], dtype=np.int64),
                np.array([place[each.department] for each in members], dtype=np.int64),
                np.array([each.begin for each in members], dtype=np.int64),
                np.array([each.end for each in members], dtype=np.int64),
            ),
            intervals=intervals,
            stays=stays,
        )
    )


def store(site: int, marks: Collection[Mark], rolls: Mapping[int, Sequence[DayRoll]]) -> None:
    """Put these in the place of what there is of the days that are marked; what is not marked stays."""
    categories: dict[frozenset[date], list[int]] = defaultdict(list)
    for category in {category for category, _ in marks}:
        categories[frozenset(day for each, day in marks if each == category)].append(category)
    for days, together in categories.items():
        for model in (FleetDay, UnitDay):
            model.objects.filter(site=site, category__in=together, day__in=list(days)).delete()
    chosen = [
        (category, day) for category, each in rolls.items() for day in each if (category, day.day) in marks
    ]
    sql = dialect()
    sql.insert(FLEET_DAYS, [_fleet_day(site, category, day) for category, day in chosen])
    sql.insert(
        UNIT_DAYS, [_unit_day(site, category, day, unit) for category, day in chosen for unit in day.units]
    )


_SHARED = (
    "site_id", "category_id", "day", "begin_s", "until_s", "assets_count", "levels_confirmed", "levels_any", "hours",
    *SECONDS, *STAFFED,
)  # fmt: skip
FLEET_DAYS = Table(FleetDay, (*_SHARED, "presence", "dwells", "moves"), ("site_id", "category_id", "day"))
UNIT_DAYS = Table(UnitDay, (*_SHARED, "department_id", "by_asset", "edges_confirmed", "edges_any"), ())


def _fleet_day(site: int, category: int, day: DayRoll) -> Row:
    return (
        site, category, day.day, day.begin, day.until, day.assets_count, pack(day.levels_confirmed),
        pack(day.levels_any), pack(day.hours), *day.sums.tolist(), pack(day.presence), pack(day.dwells),
        pack(day.moves),
    )  # fmt: skip


def _unit_day(site: int, category: int, day: DayRoll, unit: UnitRoll) -> Row:
    return (
        site, category, day.day, day.begin, day.until, len(set(unit.by_asset[:, 0].tolist())),
        pack(unit.levels_confirmed), pack(unit.levels_any), pack(unit.hours), *unit.sums.tolist(), unit.unit,
        pack(unit.by_asset), pack(unit.edges_confirmed), pack(unit.edges_any),
    )  # fmt: skip


def mark_everything(*, now: datetime, first: date | None = None, sites: Sequence[int] | None = None) -> int:
    """Mark all days from ``first`` on, or all that there are; how many fleet-days are stale then."""
    mark_what_is_due(now=now)
    chosen = list(Site.objects.values_list("pk", flat=True)) if sites is None else list(sites)
    for site in chosen:
        begin = first_moment(site)
        until = RolledUntil.objects.filter(site=site).values_list("until_s", flat=True).first()
        if begin is None or until is None:
            continue
        calendar = calendar_of(site)
        since = begin if first is None else max(begin, calendar.begin_s(first))
        _mark_since(fleets_at([site]), calendar, since, until)
    return StaleDay.objects.count()


def mark_site(site: int, since: date) -> None:
    """What days rest on changed from ``since`` on: all fleets of the site are rolled up anew from the day before."""
    until = RolledUntil.objects.filter(site=site).values_list("until_s", flat=True).first()
    begin = first_moment(site)
    if until is None or begin is None:
        return
    calendar = calendar_of(site)
    _mark_since(fleets_at([site]), calendar, max(begin, calendar.begin_s(since) - DAY_S), until)
