"""Keeping roll-ups: whatever comes when, they end up as if they were computed from scratch."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, Asset, Category, EquipmentModel
from assets.observation import Evidence, Observation, Position, Subject, SubjectKind
from assets.record import record_observations
from assets.utilisation import roller
from assets.utilisation.models import (
    SECONDS,
    Belonging,
    FleetDay,
    RolledUntil,
    SiteClock,
    StaffedHours,
    StaleDay,
    Touched,
    UnitDay,
)
from assets.utilisation.packing import unpack
from locations.models import Department
from locations.zones import ZoneKind
from tests.assets.utilisation.slow import slow_day

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

BEGIN = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
"""In Berlin an hour and a half before midnight; four and a half hours later the clock goes forward."""
SPAN_MIN = 500


def moment(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def contents() -> dict[str, list[tuple[object, ...]]]:
    """All that roll-ups say, with packed tables unpacked: how they are deflated is nobody's business."""
    found = {}
    for model in (FleetDay, UnitDay):
        names = [field.attname for field in model._meta.concrete_fields if field.name != "id"]
        found[model.__name__] = sorted(
            (
                tuple(
                    unpack(value, 1).ravel().tolist() if isinstance(value, bytes | memoryview) else value
                    for value in row
                )
                for row in model.objects.order_by().values_list(*names)
            ),
            key=repr,
        )
    return found


def rebuilt(now: datetime) -> dict[str, list[tuple[object, ...]]]:
    FleetDay.objects.all().delete()
    UnitDay.objects.all().delete()
    roller.mark_everything(now=now)
    roller.work_off(lambda: False)
    return contents()


@pytest.fixture
def stage(make_zone, make_pump, ward, pumps):
    make_zone("Bay", ZoneKind.PATIENT_ROOM, department=ward)
    make_zone("Store", ZoneKind.CLEAN_STORE, x=10)
    Category.objects.filter(pk=pumps.pk).update(stale_after_s=1500, presumed_after_s=900)
    StaffedHours.objects.create(
        site=ward.site,
        department=ward,
        valid_from=date(2026, 1, 1),
        week=[["01:30-03:15", "07:30-16:00"]] * 7,
    )
    assets = [make_pump("P-1", department=ward), make_pump("P-2")]
    Asset.objects.update(created_at=BEGIN - timedelta(hours=1))
    return assets


@st.composite
def days(draw):
    """What is observed in eight hours, some of it late by up to an hour, with the clock's roll-ups in between."""
    told = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, SPAN_MIN * 4).map(lambda quarter: quarter / 4),
                st.integers(0, 55),
                st.sampled_from([None, *Evidence]),
                st.sampled_from([None, 5, 15]),
            ),
            min_size=1,
            max_size=25,
            unique_by=lambda each: each[:2],
        )
    )
    ticks = draw(st.lists(st.integers(0, SPAN_MIN + 120), max_size=5))
    moves = draw(st.lists(st.integers(0, SPAN_MIN), max_size=1))
    return told, ticks, moves


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days())
def test_rolled_up_bit_by_bit_is_what_a_rebuild_gives_and_what_the_slow_way_says(stage, ward, day):
    told, ticks, moves = day
    assets = stage
    with transaction.atomic():
        for at, what in sorted(
            [(minute + late, ("told", who, minute, evidence, x)) for who, minute, late, evidence, x in told]
            + [(minute, ("tick",)) for minute in ticks]
            + [(minute, ("move",)) for minute in moves],
            key=lambda each: each[0],
        ):
            if what[0] == "tick":
                roller.roll_up(now=moment(at))
            elif what[0] == "move":
                Asset.objects.filter(pk=assets[1].pk).update(department=ward)
            else:
                _, who, minute, evidence, x = what
                record_observations(
                    [
                        Observation(
                            subject=Subject(SubjectKind.ASSET, str(assets[who].pk)),
                            source="endpoint:1",
                            at=moment(minute),
                            received_at=moment(at),
                            activity=evidence,
                            position=x and Position("main-1", x, 5, 1),
                        )
                    ]
                )
        end = moment(SPAN_MIN + 180)
        roller.roll_up(now=end)
        kept = contents()
        assert not StaleDay.objects.exists()
        assert not Touched.objects.exists()
        assert kept == rebuilt(end)
        assert_is_slow_way(ward)
        transaction.set_rollback(True)


def assert_is_slow_way(ward):
    until = RolledUntil.objects.get().until_s
    intervals = {}
    kinds = {"down": 2, "dirty": 3, "available": 4, "in_transit": 5, "unknown": 6}
    for row in ActivityInterval.objects.all():
        kind = kinds.get(row.activity, 0 if row.basis == "confirmed" else 1)
        begin, end = int(row.begin.timestamp()), row.end and int(row.end.timestamp())
        intervals.setdefault(row.asset_id, []).append((begin, end, kind))
    seconds = Counter()
    for fleet in FleetDay.objects.all():
        members = []
        for row in Belonging.objects.select_related("asset"):
            first = min([begin for begin, *_ in intervals.get(row.asset_id, [])], default=2**40)
            begin = min(int(row.asset.created_at.timestamp()), first)
            members.append((row.asset_id, row.department_id, begin, 2**40))
        if len(members) != len(intervals | {m[0]: 0 for m in members}):
            return  # a move is looked at by the comparison with a rebuild
        cells = list(range(fleet.begin_s, fleet.begin_s + 90_000, 3600))
        slow, _, levels = slow_day(fleet.begin_s, fleet.until_s, members, intervals, {}, cells)
        seconds = Counter()
        for (_, _, kind, what), length in slow.items():
            if kind == "calendar":
                seconds[what] += length
        assert [getattr(fleet, name) for name in SECONDS] == [seconds[what] for what in range(7)]
        assert dict(unpack(fleet.levels_any, 2).tolist()) == +levels["any"]["all"]
    assert fleet.until_s == until


def test_what_was_never_heard_of_is_unknown_for_as_long_as_it_is_registered(stage):
    roller.roll_up(now=BEGIN + timedelta(days=2))
    days = {each.day: each.unknown for each in FleetDay.objects.all()}
    assert days[date(2026, 3, 29)] == 2 * 23 * 3600
    assert days[date(2026, 3, 28)] == 2 * 5400 + 2 * 3600


def interval(asset, begin, end, activity="in_use", basis="confirmed"):
    return ActivityInterval.objects.create(
        asset=asset,
        activity=activity,
        basis=basis,
        begin=moment(begin),
        end=None if end is None else moment(end),
    )


def test_only_the_days_that_late_data_touches_are_rolled_up_again(stage):
    pump = stage[0]
    interval(pump, 0, 60)
    interval(pump, 60, 5000, "available", "zone")
    now = BEGIN + timedelta(days=5)
    roller.roll_up(now=now)
    ActivityInterval.objects.filter(asset=pump, activity="available").update(end=moment(4000))
    Touched.objects.create(asset_id=pump.pk, since_us=int(moment(4000).timestamp() * 1e6))
    roller.mark_what_is_due(now=now)
    assert sorted(StaleDay.objects.values_list("day", flat=True)) == [
        date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2),
    ]  # fmt: skip
    roller.work_off(lambda: False)
    assert contents() == rebuilt(now)


def test_what_changes_while_a_day_is_rolled_up_keeps_its_mark(stage, monkeypatch):
    interval(stage[0], 0, 60)
    now = BEGIN + timedelta(hours=5)
    roller.mark_what_is_due(now=now)
    compute, changed = roller.rolls_of, []

    def slowly(site, categories, days, until):
        rolls = compute(site, categories, days, until)
        if not changed:
            changed.append(interval(stage[0], 61, 100))
            roller.mark_stale([(site, category, day) for category in categories for day in days])
        return rolls

    monkeypatch.setattr(roller, "rolls_of", slowly)
    roller.work_off(lambda: False)
    assert sum(FleetDay.objects.values_list("confirmed", flat=True)) == 99 * 60
    assert not StaleDay.objects.exists()


def test_a_rebuild_says_how_far_it_is_stops_and_goes_on(stage):
    interval(stage[0], 0, 60)
    roller.roll_up(now=BEGIN + timedelta(days=3))
    before = contents()
    FleetDay.objects.all().delete()
    out = StringIO()
    call_command("rebuild_rollups", seconds=0, stdout=out)
    assert not FleetDay.objects.exists()
    assert "left" in out.getvalue()
    stale = StaleDay.objects.count()
    assert stale > 3
    call_command("rebuild_rollups", "--resume", stdout=out)
    assert f"{stale} of {stale} days of fleets" in out.getvalue()
    assert not StaleDay.objects.exists()
    rows = contents()["FleetDay"]
    assert before["FleetDay"][0] in rows


def test_a_move_to_another_unit_holds_from_its_day_on(stage, ward):
    pump = stage[1]
    interval(pump, 0, None)
    roller.roll_up(now=BEGIN + timedelta(days=2))
    other = Department.objects.create(site=ward.site, name="Ward 4", code="4")
    Asset.objects.filter(pk=pump.pk).update(department=other)
    roller.roll_up(now=BEGIN + timedelta(days=2, minutes=5))
    roller.roll_up(now=BEGIN + timedelta(days=4))
    days = {
        each.day
        for each in UnitDay.objects.filter(department=other)
        if each.confirmed and pump.pk in unpack(each.by_asset, 15)[:, 0]
    }
    assert min(days) == date(2026, 3, 30)
    earlier = UnitDay.objects.get(department=None, day=date(2026, 3, 29))
    assert earlier.confirmed == 23 * 3600


def test_a_corrected_category_was_always_that(stage):
    pump = stage[1]
    interval(pump, 0, None)
    now = BEGIN + timedelta(days=2)
    roller.roll_up(now=now)
    beds = Category.objects.create(name="Bed", plural="Beds", slug="bed")
    model = EquipmentModel.objects.create(manufacturer="Halvard", name="B1", category=beds)
    Asset.objects.filter(pk=pump.pk).update(model=model)
    roller.roll_up(now=now)
    assert {each.confirmed for each in FleetDay.objects.exclude(category=beds)} == {0}
    assert FleetDay.objects.get(category=beds, day=date(2026, 3, 29)).confirmed == 23 * 3600


def test_a_retired_asset_counts_until_then(stage):
    pump = stage[1]
    interval(pump, 0, None)
    now = BEGIN + timedelta(days=2)
    roller.roll_up(now=now)
    Asset.objects.filter(pk=pump.pk).update(retired_at=moment(90 + 3600 / 60))
    roller.roll_up(now=now)
    assert FleetDay.objects.get(day=date(2026, 3, 29)).confirmed == 3600
    assert contents() == rebuilt(now)


def test_a_site_that_moves_to_another_time_zone_keeps_the_days_that_were(stage, site):
    interval(stage[0], 0, None)
    roller.roll_up(now=BEGIN + timedelta(days=1))
    site.timezone = "America/New_York"
    site.save()
    roller.roll_up(now=BEGIN + timedelta(days=1, hours=3))
    now = BEGIN + timedelta(days=4)
    roller.roll_up(now=now)
    lengths = dict(FleetDay.objects.values_list("day", "confirmed"))
    assert lengths[date(2026, 3, 29)] == 23 * 3600
    changed = SiteClock.objects.get(timezone="America/New_York").valid_from
    assert lengths[changed - timedelta(days=1)] == 30 * 3600
    assert contents() == rebuilt(now)


def test_staffed_seconds_are_those_of_the_hours_that_were_valid_then(stage, ward):
    StaffedHours.objects.create(
        site=ward.site, department=ward, valid_from=date(2026, 3, 30), week=[["00:00-24:00"]] * 7
    )
    interval(stage[0], 0, None)
    roller.roll_up(now=BEGIN + timedelta(days=3))
    staffed = dict(UnitDay.objects.filter(department=ward).values_list("day", "staffed_confirmed"))
    assert staffed[date(2026, 3, 29)] == 45 * 60 + 8.5 * 3600  # 02:00 to 03:00 there was not
    assert staffed[date(2026, 3, 30)] == 24 * 3600


def test_zero_length_and_overlapping_intervals_count_once(stage):
    interval(stage[0], 0, 120)
    interval(stage[0], 60, 90, "available", "zone")
    ActivityInterval.objects.filter(activity="available").update(end=moment(60) + timedelta(milliseconds=1))
    roller.roll_up(now=BEGIN + timedelta(hours=3, minutes=30))
    sums = Counter()
    for row in FleetDay.objects.all():
        sums.update({name: getattr(row, name) for name in SECONDS})
    assert sums["confirmed"] == 60 * 60
    assert sums["available"] == 0


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ([[]], "Seven lists"),
        ([["8-16"]] + [[]] * 6, "Day 1: write times such as 07:30-16:00"),
        ([[]] * 6 + [["16:00-08:00"]], "Day 7: “16:00-08:00” does not end after it begins"),
        ([["08:00-12:00", "11:00-16:00"]] + [[]] * 6, "Day 1: two stretches overlap"),
    ],
)
def test_staffed_hours_that_cannot_be_are_refused_with_the_day_named(site, week, words):
    with pytest.raises(ValidationError) as refused:
        StaffedHours(site=site, valid_from=date(2026, 1, 1), week=week).full_clean()
    assert words in refused.value.message_dict["week"][0]
