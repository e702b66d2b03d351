"""“Not here” in one tap: the place counts for less until there is news, and after repeats it has to be looked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.claims import claim_asset, claims_of
from assets.find import find_equipment
from assets.locating import (
    Outcome,
    attempts_since_found,
    heard_by,
    is_unable_to_locate,
    last_places,
    log_attempt,
)
from assets.models import AssetNow, Claim, LocateAttempt, NotHere, Placement, Stay
from assets.not_here import is_wanted, missed_by_asset, say_not_here, withdraw_not_here
from assets.observation import Sighting
from assets.record import record_observations
from assets.words import Activity, Basis
from locations.models import Receiver
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay", ZoneKind.OTHER, x=20)


@pytest.fixture
def put(make_pump, noon):
    """``put("P-1", store)``: ready there since eleven, heard at noon."""

    def put(asset_tag, zone):
        asset = make_pump(asset_tag)
        AssetNow.objects.create(
            asset=asset, activity=Activity.AVAILABLE, basis=Basis.ZONE, zone=zone, floor=zone.floor,
            zone_since=noon - timedelta(hours=1), position_at=noon, stale_at=noon + timedelta(hours=9),
        )  # fmt: skip
        return asset

    return put


def missed(user, now):
    return list(missed_by_asset(user, now))


def test_it_comes_after_those_that_nobody_missed_and_counts_still(put, store, nurse, noon):
    first, _ = put("P-1", store), put("P-2", store)
    say_not_here(asset=first, zone=store, by=nurse, at=noon)
    found = find_equipment(text="pump", near=None, user=nurse, now=noon)
    assert [(hit.asset.asset_tag, hit.missed is not None) for hit in found.hits] == [
        ("P-2", False),
        ("P-1", True),
    ]
    assert found.ready == 2


def test_a_tag_that_repeats_the_same_room_says_nothing_new_for_a_quarter_of_an_hour(put, store, nurse, noon):
    pump = put("P-1", store)
    say_not_here(asset=pump, zone=store, by=nurse, at=noon)
    AssetNow.objects.update(position_at=noon + 20 * MINUTE)
    assert missed(nurse, noon + 14 * MINUTE) == [pump.pk]
    assert missed(nurse, noon + 16 * MINUTE) == []


def test_without_any_newer_sighting_it_holds_on(put, store, nurse, noon):
    pump = put("P-1", store)
    say_not_here(asset=pump, zone=store, by=nurse, at=noon)
    assert missed(nurse, noon + 5 * 60 * MINUTE) == [pump.pk]


def test_another_room_a_return_or_a_scan_is_news(put, store, bay, nurse, noon):
    moved, returned, placed = (put(tag, store) for tag in ("P-1", "P-2", "P-3"))
    for pump in (moved, returned, placed):
        say_not_here(asset=pump, zone=store, by=nurse, at=noon)
    AssetNow.objects.filter(asset=moved).update(zone=bay)
    AssetNow.objects.filter(asset=returned).update(zone_since=noon + MINUTE)
    Placement.objects.create(asset=placed, zone=store, by=nurse, at=noon + MINUTE)
    assert missed(nurse, noon + 2 * MINUTE) == []


def test_it_ends_one_s_own_claim(put, store, nurse, noon):
    pump = put("P-1", store)
    claim_asset(asset=pump, by=nurse, at=noon)
    say_not_here(asset=pump, zone=store, by=nurse, at=noon + MINUTE)
    assert claims_of(nurse, noon + MINUTE) == []
    assert Claim.objects.get().ending == Claim.Ending.NOT_THERE


def test_two_people_or_three_taps_within_the_hour_make_it_wanted(put, store, nurse, biomed, noon):
    by_two, by_three, over_time = (put(tag, store) for tag in ("P-1", "P-2", "P-3"))
    assert not say_not_here(asset=by_two, zone=store, by=nurse, at=noon).is_wanted
    assert say_not_here(asset=by_two, zone=store, by=biomed, at=noon + MINUTE).is_wanted
    taps = [say_not_here(asset=by_three, zone=store, by=nurse, at=noon + n * MINUTE) for n in range(3)]
    assert [tap.is_wanted for tap in taps] == [False, False, True]
    for hours in (0, 2, 4):
        said = say_not_here(asset=over_time, zone=store, by=nurse, at=noon + hours * 60 * MINUTE)
        assert not said.is_wanted


def test_what_was_found_since_is_no_longer_wanted(put, store, nurse, biomed, noon):
    pump = put("P-1", store)
    for person in (nurse, biomed):
        say_not_here(asset=pump, zone=store, by=person, at=noon)
    Placement.objects.create(asset=pump, zone=store, by=nurse, at=noon + MINUTE)
    assert not is_wanted(pump, noon + 2 * MINUTE)


def test_it_can_be_taken_back_for_two_minutes_by_whom_it_was_said(put, store, nurse, biomed, noon):
    pump = put("P-1", store)
    say_not_here(asset=pump, zone=store, by=nurse, at=noon)
    assert not withdraw_not_here(asset=pump, by=biomed, at=noon)
    assert withdraw_not_here(asset=pump, by=nurse, at=noon + MINUTE)
    say_not_here(asset=pump, zone=store, by=nurse, at=noon)
    assert not withdraw_not_here(asset=pump, by=nurse, at=noon + 2 * MINUTE)
    assert NotHere.objects.count() == 1


def test_what_one_may_not_see_is_not_told(put, store, nurse, other_site, noon):
    say_not_here(asset=put("P-1", store), zone=store, by=nurse, at=noon)
    nurse.sites.set([other_site])
    assert missed(nurse, noon) == []


def test_what_is_asked_of_the_database_does_not_grow(put, store, nurse, noon, django_assert_num_queries):
    say_not_here(asset=put("P-0", store), zone=store, by=nurse, at=noon)
    with django_assert_num_queries(2):
        assert len(missed(nurse, noon)) == 1
    for number in (1, 2):
        say_not_here(asset=put(f"P-{number}", store), zone=store, by=nurse, at=noon)
    with django_assert_num_queries(2):
        assert len(missed(nurse, noon)) == 3


def test_its_last_rooms_each_once_the_latest_first(make_pump, store, bay, noon):
    pump = make_pump()
    for number, zone in enumerate((store, bay, store)):
        begin = noon + number * MINUTE
        Stay.objects.create(asset=pump, zone=zone, begin=begin, end=begin + MINUTE)
    assert [(stay.zone, stay.begin) for stay in last_places(pump)] == [
        (store, noon + 2 * MINUTE),
        (bay, noon + MINUTE),
    ]


def test_who_heard_it_last(make_pump, store, floor, observe, noon):
    pump = make_pump()
    Receiver.objects.create(identifier="r-1", floor=floor, zone=store, x=5, y=5, reach_m=6)
    record_observations([observe(pump, s, sighting=Sighting("r-1", -60)) for s in (0, 10)])
    (passed,) = heard_by(pump)
    assert (passed.zone, passed.at) == (store, noon + timedelta(seconds=10))


def test_two_vain_attempts_make_it_not_to_be_located_until_it_is_found(
    make_pump, store, bay, nurse, biomed, noon
):
    pump = make_pump()
    log_attempt(asset=pump, by=nurse, outcome=Outcome.NOT_FOUND, looked_in=[store], at=noon)
    assert not is_unable_to_locate(pump)
    log_attempt(asset=pump, by=biomed, outcome=Outcome.NOT_FOUND, at=noon + MINUTE)
    assert is_unable_to_locate(pump)
    assert [list(attempt.looked_in.all()) for attempt in attempts_since_found(pump)] == [[], [store]]
    log_attempt(asset=pump, by=nurse, outcome=Outcome.FOUND, found_in=bay, at=noon + 2 * MINUTE)
    assert not is_unable_to_locate(pump)
    assert AssetNow.objects.get(asset=pump).zone == bay


def test_found_needs_a_room_and_not_found_has_none(make_pump, store, nurse):
    for outcome, room in ((Outcome.FOUND, None), (Outcome.NOT_FOUND, store)):
        with pytest.raises(ValueError, match="found"):
            log_attempt(asset=make_pump(f"P-{outcome}"), by=nurse, outcome=outcome, found_in=room)
    assert not LocateAttempt.objects.exists()
