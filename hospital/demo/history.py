"""Brings the demo's past into the database in bulk, and leaves every timeline where live recording can go on."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from assets.activity import Known
from assets.maintenance.models import Downtime
from assets.models import ActivityInterval, Asset, TimelineHead
from assets.recording import store
from assets.recording.latest import NOTHING
from assets.recording.timeline import CLOCK, Spell, Timeline, Visit
from assets.sql import dialect
from assets.sql.tables import Row
from assets.words import Activity, Basis
from hospital.demo.fleet import Item, the_fleet
from hospital.demo.floors import BUILDING, SITE
from hospital.demo.habits import BROKEN_FROM_THE_START
from hospital.demo.past import DAY_S, HOUR_S, Demand, Part, out_of_service, past_of, silent
from locations.models import Zone

DAYS = 90
SEED = 90
SOURCE = "demo"
GAP_S = 20
"""Between the past's last moment and the demo's first: nothing is heard of anything."""
US = 1_000_000
_SILENT_SHARE = 0.3
_OUTAGE = ("icu", 41 * DAY_S, 3 * HOUR_S)
"""The pump gateway of this department said nothing, so long before the demo begins, for so long."""

_What = TypeVar("_What")


@dataclass(slots=True)
class _Rows:
    intervals: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)


def seed_history(now: datetime, *, days: int = DAYS, seed: int = SEED) -> int:
    """The ``days`` before ``now``; how many intervals were written. What has a history keeps its own."""
    if ActivityInterval.objects.exists() or TimelineHead.objects.exists():
        return 0
    assets = dict(Asset.objects.values_list("asset_tag", "pk"))
    zones = {
        f"{floor}/{code}": pk
        for pk, floor, code in Zone.objects.current()
        .filter(floor__building__slug=BUILDING[1])
        .values_list("pk", "floor__slug", "code")
    }
    rows = _Rows()
    end = int(now.timestamp())
    for item, parts in pasts(end - days * DAY_S, end - GAP_S, seed=seed):
        if item.asset_tag in assets:
            _enter(rows, assets[item.asset_tag], parts, zones, end)
    sql = dialect()
    with transaction.atomic():
        sql.insert(store.INTERVALS, rows.intervals)
        sql.insert(store.STAYS, rows.stays)
        sql.insert(store.HEADS, rows.heads)
        sql.insert(store.CHECKPOINTS, rows.checkpoints)
    return len(rows.intervals)


def pasts(begin: int, end: int, *, seed: int) -> Iterator[tuple[Item, list[Part]]]:
    """Each piece of equipment that would have been heard of, with what it did."""
    zone = ZoneInfo(SITE[2])
    demands: dict[str, Demand] = {}
    faults = _faults(end)
    for item in the_fleet():
        demand = demands.get(item.department)
        if demand is None:
            demand = demands[item.department] = Demand(item.department, begin, end, zone)
        parts = past_of(item, seed=seed, begin=begin, end=end, demand=demand)
        if not parts:
            continue
        for fault in faults.get(item.asset_tag, []):
            parts = out_of_service(parts, max(fault[0], begin), min(fault[1], end))
        for silence in _silences(item, end, seed):
            parts = silent(parts, *silence)
        yield item, parts


def _faults(end: int) -> dict[str, list[tuple[float, float]]]:
    """Asset tag → when it could not be used at all, as maintenance tells it."""
    found: dict[str, list[tuple[float, float]]] = {}
    rows = Downtime.objects.filter(percent=100, end__isnull=False, end__lt=datetime.fromtimestamp(end, UTC))
    for tag, begin, until in rows.order_by("begin").values_list("asset__asset_tag", "begin", "end"):
        found.setdefault(tag, []).append((begin.timestamp(), until.timestamp()))
    found.setdefault(BROKEN_FROM_THE_START, []).append((end - 6 * DAY_S, end))
    return found


def _silences(item: Item, end: int, seed: int) -> Iterator[tuple[float, float]]:
    """A tag's battery runs empty, and somebody changes it; a gateway is down for a while."""
    department, ago, length = _OUTAGE
    if item.is_pump and item.department == department:
        yield end - ago, end - ago + length
    chance = random.Random(f"{seed}/silence/{item.asset_tag}")
    if item.tag and chance.random() < _SILENT_SHARE:
        begin = end - chance.uniform(2, 80) * DAY_S
        yield begin, begin + chance.uniform(3, 40) * HOUR_S


def _enter(rows: _Rows, asset: int, parts: list[Part], zones: dict[str, int], now_s: int) -> None:
    """Whole seconds; what goes on does so in one row. It ends in silence, in the room where it was last."""
    for begin, end, (activity, basis) in _merged((p.begin, p.end, (p.activity, p.basis)) for p in parts):
        rows.intervals.append((asset, begin, end, activity.value, basis.value, SOURCE))
    silence = datetime.fromtimestamp(int(parts[-1].end), UTC)
    rows.intervals.append((asset, silence, None, Activity.UNKNOWN.value, Basis.SILENCE.value, CLOCK))
    stays = [
        (begin, end, zones[room])
        for begin, end, room in _merged((p.begin, p.end, p.room) for p in parts)
        if room is not None and room in zones
    ]
    visit = None
    for begin, end, zone in stays:
        is_open = end == silence
        rows.stays.append((asset, begin, None if is_open else end, zone, SOURCE))
        if is_open:
            visit = Visit(int(begin.timestamp()) * US, zone, SOURCE)
    at = now_s * US
    spell = Spell(int(silence.timestamp()) * US, Activity.UNKNOWN.value, Basis.SILENCE.value, CLOCK)
    state = Timeline(Known(), spell=spell, visit=visit, last=at, settled=at).pack()
    rows.heads.append((asset, state, NOTHING, None, 0))
    # Recording lays down one at the moment itself as soon as it goes on from there.
    rows.checkpoints.append((asset, at - 1, state, True))


def _merged(parts: Iterable[tuple[float, float, _What]]) -> Iterator[tuple[datetime, datetime, _What]]:
    """Parts of the same one after the other are one; what lasts less than a second leaves no trace.

    Where one ends and the next begins stands the same object, which is turned into text but once.
    """
    begin, end, doing = 0, 0, None
    told = _moment(0)
    for first, last, what in parts:
        first_s, last_s = int(first), int(last)
        if first_s >= last_s:
            continue
        if doing is not None:
            if doing == what and first_s == end:
                end = last_s
                continue
            start = told if int(told.timestamp()) == begin else _moment(begin)
            told = _moment(end)
            yield start, told, doing
        begin, end, doing = first_s, last_s, what
    if doing is not None:
        yield (told if int(told.timestamp()) == begin else _moment(begin)), _moment(end), doing


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
