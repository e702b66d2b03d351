"""The demo's past: a believable three months, after which live recording goes on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from assets.models import ActivityInterval, Asset, AssetNow, Stay
from assets.observation import Evidence, Observation, Position, Subject, SubjectKind
from assets.record import record_observations
from assets.words import Activity
from hospital.demo.fleet import the_fleet
from hospital.demo.habits import RESTING
from hospital.demo.history import seed_history
from hospital.demo.past import Demand, past_of
from hospital.demo.seed import seed_demo
from locations.models import Zone

NOW = datetime(2026, 3, 2, 12, 0, 45, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = 14
BEGIN, END = NOW.timestamp() - DAYS * 86_400, NOW.timestamp()


def parts_of(tag, seed=1):
    item = next(item for item in the_fleet() if item.asset_tag == tag)
    demand = Demand(item.department, BEGIN, END, BERLIN)
    return past_of(item, seed=seed, begin=BEGIN, end=END, demand=demand)


def hours_in_use(tags, *, when):
    """Hours of use that begin where ``when`` says so of the wall clock."""
    found = 0.0
    for tag in tags:
        for part in parts_of(tag):
            if part.activity is Activity.IN_USE and when(datetime.fromtimestamp(part.begin, BERLIN)):
                found += (part.end - part.begin) / 3600
    return found


@pytest.mark.parametrize("tag", ["INF-001", "BED-010", "WCH-003", "MON-011", "VSM-002", "DEF-001", "CT-01"])
def test_a_past_has_neither_gaps_nor_overlaps_and_is_the_same_for_the_same_seed(tag):
    parts = parts_of(tag)
    assert parts[0].begin == BEGIN
    assert parts[-1].end == END
    assert all(one.end == other.begin for one, other in pairwise(parts))
    assert all(part.end > part.begin for part in parts)
    assert parts == parts_of(tag)
    if tag != "DEF-001":
        assert parts != parts_of(tag, seed=2)


def test_theatres_rest_on_weekends_and_intensive_care_does_not():
    theatres = [item.asset_tag for item in the_fleet() if item.is_pump and item.department == "or"]
    care = [item.asset_tag for item in the_fleet() if item.is_pump and item.department == "icu"]
    share = {
        name: hours_in_use(tags, when=lambda wall: wall.weekday() >= 5)
        / hours_in_use(tags, when=lambda _: True)
        for name, tags in (("or", theatres), ("icu", care))
    }
    assert share["or"] < 0.15 < 0.2 < share["icu"]


def test_more_is_wanted_by_day_than_at_night():
    ward = [item.asset_tag for item in the_fleet() if item.is_pump and item.department == "1w"]
    by_day = hours_in_use(ward, when=lambda wall: 7 <= wall.hour < 17)
    at_night = hours_in_use(ward, when=lambda wall: wall.hour < 7 or wall.hour >= 22)
    assert by_day / 10 > 1.3 * at_night / 9


@pytest.fixture
def seeded(db):
    seed_demo(base=21000)
    return seed_history(NOW, days=45)


def test_what_was_written_is_whole_and_ends_in_silence_before_the_demo_begins(seeded):
    assert seeded == ActivityInterval.objects.count()
    assert set(Zone.objects.values_list("floor__slug", flat=True)) == {"main-0", "main-1", "main-2"}
    open_ones = ActivityInterval.objects.filter(end__isnull=True)
    assert set(open_ones.values_list("activity", flat=True)) == {"unknown"}
    assert not ActivityInterval.objects.filter(begin__gt=NOW - timedelta(seconds=20)).exists()
    assert not ActivityInterval.objects.filter(end__gt=NOW - timedelta(seconds=20)).exists()
    kinds = Counter(ActivityInterval.objects.values_list("activity", flat=True))
    assert all(kinds[activity] for activity in Activity.values)
    assert not AssetNow.objects.exists()
    resting = Asset.objects.filter(asset_tag__in=RESTING)
    lately = ActivityInterval.objects.filter(activity="in_use", end__gte=NOW - timedelta(days=35))
    assert resting.count() == len(RESTING)
    assert not lately.filter(asset__in=resting).exists()


def test_it_is_written_once(seeded):
    assert seed_history(NOW) == 0
    assert ActivityInterval.objects.count() == seeded


def test_live_recording_goes_on_after_it_late_evidence_included(seeded):
    pump = Asset.objects.get(asset_tag="INF-001")
    intervals, stays = pump.intervals.count(), pump.stays.count()
    for seconds in (20, 70, 40):
        record_observations(
            [
                Observation(
                    subject=Subject(SubjectKind.ASSET, str(pump.pk)),
                    source="endpoint:1",
                    at=NOW + timedelta(seconds=seconds),
                    received_at=NOW + timedelta(seconds=80),
                    activity=Evidence.IN_USE if seconds == 70 else Evidence.IDLE,
                    position=Position("main-1", 3, 3, 1),
                )
            ]
        )
    rows = list(pump.intervals.order_by("begin"))
    assert len(rows) >= intervals + 2
    assert all(one.end == other.begin for one, other in pairwise(rows))
    assert [each.activity for each in rows[-3:]][-1] == "in_use"
    assert AssetNow.objects.get(asset=pump).activity == "in_use"
    assert Stay.objects.filter(asset=pump).count() >= stays
    assert Stay.objects.filter(asset=pump, end__isnull=True).count() <= 1
