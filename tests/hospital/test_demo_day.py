"""The simulated day: the same for the same seed, and never without life."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import pytest

from hospital.demo.day import Day
from hospital.demo.habits import JITTER_ROOM, JITTERING
from hospital.demo.installed import UPS_ON_BATTERY, scanner_kw
from hospital.demo.units import PumpState, ScannerState
from locations.zones import ZoneKind


def picture(day: Day) -> list:
    places = [(tag, unit.place(day.now)) for tag, unit in day.mobiles.items()]
    pumps = [(tag, pump.state, pump.rate_ml_h, pump.battery.at(day.now)) for tag, pump in day.pumps.items()]
    scanners = [(tag, scanner.state, scanner.exams_today) for tag, scanner in day.scanners.items()]
    fridges = [(tag, fridge.inside_c.at(day.now), fridge.openings) for tag, fridge in day.fridges.items()]
    return [places, pumps, scanners, fridges]


def moments(day: Day, until: float, every: float):
    """Lets the day go on in steps, from now on."""
    for moment in itertools.takewhile(lambda m: m <= until, itertools.count(day.now, every)):
        day.advance(moment)
        yield moment


@pytest.fixture
def day() -> Day:
    return Day(seed=1)


# --- determinism
def test_the_same_seed_gives_the_same_day():
    first, second = Day(seed=7), Day(seed=7)
    first.advance(900)
    second.advance(900)
    assert picture(first) == picture(second)


def test_another_seed_gives_another_day():
    assert picture(Day(seed=1)) != picture(Day(seed=2))


def test_it_does_not_matter_how_often_one_looks(day):
    for _ in moments(day, 600, 2.3):
        pass
    day.advance(600)
    at_once = Day(seed=1)
    at_once.advance(600)
    assert picture(day) == picture(at_once)


def test_time_does_not_go_back(day):
    day.advance(100)
    day.advance(50)
    assert day.now == 100


# --- life
def test_every_state_of_a_pump_is_seen_within_twenty_minutes(day):
    seen = {pump.state for _ in moments(day, 1200, 5) for pump in day.pumps.values()}
    assert seen == set(PumpState)


def test_several_pumps_change_state_every_minute(day):
    before = {tag: pump.state for tag, pump in day.pumps.items()}
    changes = Counter()
    for moment in moments(day, 600, 5):
        for tag, pump in day.pumps.items():
            changes[int(moment // 60)] += pump.state != before[tag]
            before[tag] = pump.state
    assert all(changes[minute] >= 3 for minute in range(10))


def test_something_moves_on_every_floor_at_every_moment(day):
    for _ in moments(day, 600, 10):
        places = [unit.place(day.now) for unit in day.mobiles.values() if unit.walk]
        assert {place.floor for place in places if place.is_moving} == {"main-0", "main-1", "main-2"}


def test_pumps_go_from_store_to_patient_to_soiled_to_decontamination_and_back(day):
    went: dict[str, list[ZoneKind]] = {tag: [] for tag in day.pumps}
    for _ in moments(day, 5400, 20):
        for tag, pump in day.pumps.items():
            if pump.walk is None:
                kind = day.world.plan.rooms[pump.place(day.now).room].kind
                if not went[tag] or went[tag][-1] != kind:
                    went[tag].append(kind)
    after = Counter(pair for kinds in went.values() for pair in itertools.pairwise(kinds))
    assert after[ZoneKind.CLEAN_STORE, ZoneKind.PATIENT_ROOM] > 50
    assert after[ZoneKind.PATIENT_ROOM, ZoneKind.SOILED] > 50
    assert after[ZoneKind.SOILED, ZoneKind.CLEANING] > 50
    assert after[ZoneKind.CLEANING, ZoneKind.CLEAN_STORE] > 50
    assert after[ZoneKind.SOILED, ZoneKind.CLEAN_STORE] == after[ZoneKind.CLEAN_STORE, ZoneKind.SOILED] == 0


def test_pumps_infuse_at_patients_only(day):
    for _ in moments(day, 1200, 30):
        for pump in day.pumps.values():
            if pump.state is PumpState.INFUSING:
                room = day.world.plan.rooms[pump.place(day.now).room]
                assert room.kind in (ZoneKind.PATIENT_ROOM, ZoneKind.THEATRE)
                assert pump.rate_ml_h > 0


def test_a_pump_is_broken_and_in_the_workshop_when_the_day_begins(day):
    broken = day.pumps["INF-007"]
    assert (broken.state, broken.place(0).room) == (PumpState.FAULT, "main-0/workshop")


def test_batteries_drain_at_patients_and_charge_in_the_store(day):
    levels = {tag: pump.battery.at(0) for tag, pump in day.pumps.items()}
    fell, rose = set(), set()
    for moment in moments(day, 1800, 30):
        for tag, pump in day.pumps.items():
            level = pump.battery.at(moment)
            assert 0 <= level <= 100
            (fell if level < levels[tag] else rose if level > levels[tag] else set()).add(tag)
            levels[tag] = level
    assert len(fell) > 100
    assert len(rose) > 50


def test_beds_and_wheelchairs_travel(day):
    travelled = Counter()
    for _ in moments(day, 1800, 10):
        for unit in day.mobiles.values():
            travelled[unit.item.kind.slug] += unit.place(day.now).is_moving
    assert travelled["bed"] > 20
    assert travelled["wheelchair"] > 20


# --- walking
def test_nobody_walks_through_a_wall(day):
    rooms = day.world.plan.rooms
    for _ in moments(day, 600, 7):
        for tag, unit in day.mobiles.items():
            place = unit.place(day.now)
            assert rooms[place.room].holds(place.x, place.y), (tag, place)
            assert rooms[place.room].floor == place.floor


def test_nobody_runs_and_nobody_jumps(day):
    before = {tag: unit.place(0) for tag, unit in day.mobiles.items()}
    for _ in moments(day, 200, 1):
        for tag, unit in day.mobiles.items():
            place = unit.place(day.now)
            assert math.dist((place.x, place.y), (before[tag].x, before[tag].y)) < 1.6
            before[tag] = place


def test_floors_are_changed_in_lifts_alone(day):
    before = {tag: unit.place(0) for tag, unit in day.mobiles.items()}
    rides = Counter()
    for _ in moments(day, 300, 1):
        for tag, unit in day.mobiles.items():
            place = unit.place(day.now)
            if place.floor != before[tag].floor:
                rides[day.world.plan.rooms[place.room].code] += 1
            before[tag] = place
    assert set(rides) == {"lift-1", "lift-2", "lift-3"}


def test_the_tag_that_jitters_is_on_something_that_never_moves(day):
    unit = day.mobiles[JITTERING]
    assert {unit.place(day.now) for _ in moments(day, 3600, 60)} == {unit.place(0)}
    assert unit.place(0).room == JITTER_ROOM


# --- installed equipment
def test_every_scanner_scans_within_ten_minutes_and_counts_it(day):
    exams = {tag: scanner.exams_today for tag, scanner in day.scanners.items()}
    seen = {(tag, scanner.state) for _ in moments(day, 600, 5) for tag, scanner in day.scanners.items()}
    assert seen >= {(tag, ScannerState.SCANNING) for tag in exams}
    assert all(scanner.exams_today > exams[tag] for tag, scanner in day.scanners.items())


def test_power_tells_scanning_from_standby(day):
    for _ in moments(day, 900, 5):
        for scanner in day.scanners.values():
            if scanner.state is ScannerState.SCANNING:
                assert scanner_kw(scanner) > 12
            if scanner.state is ScannerState.STANDBY:
                assert scanner_kw(scanner) < 8


def test_a_tube_warms_while_it_scans(day):
    scanner, warmest = day.scanners["CT-01"], 0.0
    for moment in moments(day, 1200, 5):
        warmest = max(warmest, scanner.tube_c.at(moment))
    assert 35 < warmest < 80


def test_fridges_are_opened_and_stay_near_their_set_point(day):
    openings = {tag: fridge.openings for tag, fridge in day.fridges.items()}
    warmest = Counter()
    for moment in moments(day, 3600, 10):
        for tag, fridge in day.fridges.items():
            warmest[tag] = max(warmest[tag], fridge.inside_c.at(moment))
            assert 2 < fridge.inside_c.at(moment) < 15
    assert all(fridge.openings > openings[tag] for tag, fridge in day.fridges.items())
    assert all(temperature > day.fridges[tag].set_point_c for tag, temperature in warmest.items())


def test_the_freezer_is_opened_and_stays_far_below_zero(day):
    (freezer,) = day.freezers.values()
    openings = freezer.openings
    temperatures = [freezer.inside_c.at(moment) for moment in moments(day, 3600, 10)]
    assert freezer.openings > openings
    assert -81 < min(temperatures) < -79
    assert max(temperatures) < -60


def test_one_ups_goes_to_battery_within_ten_minutes_and_recovers(day):
    ups = day.upses[UPS_ON_BATTERY]
    on_battery = [ups.on_battery_since is not None for _ in moments(day, 600, 5)]
    assert any(on_battery)
    assert not all(on_battery)
    assert 20 < ups.charge.at(600) < 100


def test_no_other_ups_ever_does(day):
    for _ in moments(day, 1800, 20):
        assert [tag for tag, ups in day.upses.items() if ups.on_battery_since is not None] in (
            [],
            [UPS_ON_BATTERY],
        )


def test_the_silent_device_answers_six_minutes_of_ten(day):
    silent = [minute for minute in range(20) if day.is_silent(60 * minute + 1)]
    assert silent == [6, 7, 8, 9, 16, 17, 18, 19]
