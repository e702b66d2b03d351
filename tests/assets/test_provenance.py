"""By what a place is known, and how sure that is: access points, ports, location systems, and what was installed."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.utils.html import escape

from assets.models import AssetNow, Identifier, Stay
from assets.observation import Position, Sighting, Subject, SubjectKind
from assets.provenance import PlaceSource, place_source, provenance_of
from assets.record import record_observations
from assets.recording.place import Place
from assets.recording.timeline import Timeline, unpack_timeline
from locations.models import Floor, Receiver, ReceiverHeard
from locations.positioning import Track
from locations.presence import RoomFilter
from locations.receiver_kinds import ReceiverKind
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MAC = Subject(SubjectKind.MAC, "00:1b:c5:00:4f:a2")


@pytest.fixture
def pump(make_pump):
    pump = make_pump("P-1")
    Identifier.objects.create(asset=pump, kind="mac", value=MAC.key)
    return pump


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM, x=0, width=10)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE, x=10, width=10)


@pytest.fixture
def access_point(floor, bay):
    return Receiver.objects.create(
        identifier="ap:3-West-12", kind=ReceiverKind.ACCESS_POINT, floor=floor, zone=bay, x=5, y=5, reach_m=9
    )


@pytest.fixture
def other_access_point(floor, store):
    return Receiver.objects.create(
        identifier="ap:3-West-14",
        kind=ReceiverKind.ACCESS_POINT,
        floor=floor,
        zone=store,
        x=15,
        y=5,
        reach_m=9,
    )


@pytest.fixture
def port(floor, store):
    return Receiver.objects.create(
        identifier="port:SW-4/17", kind=ReceiverKind.SWITCH_PORT, label="Switch 4, port 17, outlet 3.117-B",
        floor=floor, zone=store, x=15, y=5, reach_m=4,
    )  # fmt: skip


@pytest.fixture
def seen(observe):
    """Records sightings of the pump: ``seen("ap:3-West-12", 0, 30, rssi=-61)``."""

    def record(receiver, *seconds, rssi=None, subject=MAC):
        for second in seconds:
            record_observations([observe(subject=subject, seconds=second, sighting=Sighting(receiver, rssi))])
        return AssetNow.objects.get()

    return record


def test_an_access_point_places_within_its_reach_and_is_never_surer_however_often_it_hears(
    pump, access_point, seen, noon
):
    now = seen("ap:3-West-12", *range(0, 3600, 30), rssi=-61)

    assert (now.x, now.y, now.position_error_m) == (5, 5, 9)
    assert now.zone.name == "Bay 12"
    assert now.position_confidence == pytest.approx(2 / 6, abs=0.01)
    assert (now.position_receiver, now.position_rssi_dbm) == ("ap:3-West-12", -61)
    assert now.position_at == noon + timedelta(seconds=3570)


def test_a_room_that_an_access_point_only_makes_likely_decides_no_activity(pump, access_point, seen):
    now = seen("ap:3-West-12", *range(0, 3600, 30), rssi=-61)

    assert (now.zone.kind, now.activity) == (ZoneKind.PATIENT_ROOM, "available")


def test_the_next_access_point_takes_over_at_once_and_its_room_only_when_it_holds_for_long(
    pump, access_point, other_access_point, seen
):
    seen("ap:3-West-12", *range(0, 600, 30), rssi=-61)
    moved = seen("ap:3-West-14", 600, rssi=-58)
    doubtful = seen("ap:3-West-14", *range(630, 1500, 30), rssi=-58)
    settled = seen("ap:3-West-14", 1500, rssi=-58)

    assert (moved.x, moved.y, moved.zone.name) == (15, 5, "Bay 12")
    assert doubtful.zone.name == "Bay 12"
    assert (settled.zone.name, settled.position_error_m) == ("Store", 9)
    assert {moved.activity, settled.activity} == {"available"}


def test_equipment_between_two_access_points_stays_in_its_room_whichever_of_them_it_talks_to(
    pump, access_point, other_access_point, seen
):
    for minute in range(0, 240, 10):
        seen("ap:3-West-12", 60 * minute, 60 * minute + 30, rssi=-61)
        seen("ap:3-West-14", 60 * minute + 60, 60 * minute + 300, rssi=-58)

    assert Stay.objects.values_list("zone__name").distinct().get() == ("Bay 12",)


def test_an_access_point_far_off_is_another_room_at_the_second_hearing(
    pump, access_point, floor, seen, make_zone
):
    far = make_zone("Gym", x=30)
    Receiver.objects.create(
        identifier="ap:gym", kind="access_point", floor=floor, zone=far, x=35, y=5, reach_m=9
    )
    seen("ap:3-West-12", 0, 30, rssi=-61)

    first, second = seen("ap:gym", 60, rssi=-60), seen("ap:gym", 90, rssi=-60)
    assert (first.zone.name, second.zone.name) == ("Bay 12", "Gym")


def test_a_port_places_in_its_zone_exactly_and_at_once(pump, port, seen, store, noon):
    now = seen("port:SW-4/17", 0)

    assert (now.zone, now.zone_since, now.position_confidence) == (store, noon, 1.0)
    assert (now.x, now.y, now.position_error_m) == (15, 5, 4)
    assert (now.position_receiver, now.position_rssi_dbm) == ("port:SW-4/17", None)
    assert (now.activity, now.basis) == ("available", "zone")


def test_a_port_counts_for_more_than_an_access_point_while_it_is_heard(pump, access_point, port, seen):
    seen("port:SW-4/17", 0, 60)

    assert seen("ap:3-West-12", 90, rssi=-61).position_receiver == "port:SW-4/17"
    assert seen("ap:3-West-12", 181, rssi=-61).position_receiver == "ap:3-West-12"


def test_a_position_counts_for_more_than_an_access_point_while_it_is_fresh(
    pump, bay, access_point, seen, observe
):
    record_observations([observe(pump, 0, position=Position("main-1", 2, 2, 1))])
    now = seen("ap:3-West-12", 60, rssi=-61)

    assert (now.x, now.y, now.position_receiver) == (2, 2, None)
    assert place_source(now) is PlaceSource.LOCATION_SYSTEM
    assert seen("ap:3-West-12", 121, rssi=-61).position_receiver == "ap:3-West-12"


def test_a_position_after_an_access_point_is_believed_at_once(pump, bay, access_point, seen, observe):
    seen("ap:3-West-12", 0, 30, rssi=-61)
    record_observations([observe(pump, 40, position=Position("main-1", 2, 2, 1))])

    now = AssetNow.objects.get()
    assert (now.x, now.y) == (pytest.approx(2, abs=0.1), pytest.approx(2, abs=0.1))
    assert (now.position_receiver, now.position_rssi_dbm) == (None, None)
    assert now.position_error_m <= 1


def test_an_access_point_on_another_floor_wins_when_it_holds(pump, access_point, floor, seen):
    other_floor = Floor.objects.create(building=floor.building, name="Level 2", slug="main-2", level=2)
    Receiver.objects.create(identifier="ap:2", kind="access_point", floor=other_floor, x=1, y=1, reach_m=9)
    seen("ap:3-West-12", 0, 30, rssi=-61)

    first, second = seen("ap:2", 60, rssi=-50), seen("ap:2", 90, rssi=-50)

    assert (first.floor, second.floor, second.x) == (floor, other_floor, 1)


def test_a_telephone_of_a_person_leaves_nothing_but_that_its_receiver_was_heard(access_point, observe, pump):
    stranger = Subject(SubjectKind.MAC, "00:50:c2:00:01:00")
    outcome = record_observations([observe(subject=stranger, sighting=Sighting("ap:3-West-12", -50))])

    assert (outcome.nobodys, outcome.recorded) == (1, 0)
    assert not AssetNow.objects.exists()
    assert not Stay.objects.exists()
    assert list(ReceiverHeard.objects.values_list("identifier", flat=True)) == ["ap:3-West-12"]


# --- Which receivers report ---------------------------------------------------------------------------------


def test_receivers_that_nobody_has_placed_are_noted_when_they_hear(
    pump, seen, noon, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        seen("ap:new", 0)
    seen("ap:new", 59)
    assert list(ReceiverHeard.objects.values_list("identifier", "heard_at")) == [("ap:new", noon)]

    seen("ap:new", 60)
    assert ReceiverHeard.objects.get().heard_at == noon + timedelta(seconds=60)


@pytest.mark.parametrize("name", ["", "x" * 65, "ap:\0", "ap:\x1b[2J"])
def test_what_cannot_be_a_receiver_s_name_is_not_noted(pump, seen, name):
    seen(name, 0)

    assert not ReceiverHeard.objects.exists()


def test_a_state_from_before_receivers_were_kept_is_still_read():
    timeline = Timeline(place=Place(Track(floor=1, x=2.5), RoomFilter(zone=7)))
    old = orjson.loads(timeline.pack())
    old[8] = [{"floor": 1, "x": 2.5, "lean_x": 0.1}, {"zone": 7}, {"receivers": {}, "chosen": None}]

    assert unpack_timeline(orjson.dumps(old).decode()) == timeline


# --- In words -----------------------------------------------------------------------------------------------


def test_words_for_what_heard_it(pump, access_point, port, seen):
    assert provenance_of(seen("ap:3-West-12", 0, rssi=-61)).words == (
        "by Wi-Fi, access point 3-West-12, −61\u00a0dBm"
    )
    assert provenance_of(seen("port:SW-4/17", 300)).words == (
        "by switch port Switch 4, port 17, outlet 3.117-B"
    )
    Receiver.objects.all().delete()
    assert provenance_of(AssetNow.objects.get()).words == "by switch port SW-4, port 17"


def test_words_for_a_location_system_a_receiver_and_what_was_installed(make_pump, bay, floor, observe):
    walker, still = make_pump("P-2"), make_pump("P-3", is_fixed=True, home_zone=bay)
    Receiver.objects.create(identifier="rx-1", floor=floor, x=1, y=1)
    record_observations(
        [
            observe(walker, 0, position=Position("main-1", 2, 2, 1)),
            observe(still, 0, sighting=Sighting("rx-1", -50)),
        ]
    )

    assert provenance_of(walker.now).words == "by location system"
    assert provenance_of(still.now).words == "installed there"
    assert still.now.position_receiver is None
    record_observations([observe(walker, 30, sighting=Sighting("rx-1", -50))])
    walker.now.refresh_from_db()
    assert provenance_of(walker.now).words == "by receiver rx-1, −50\u00a0dBm"


def test_without_a_place_there_is_nothing_to_say(pump):
    assert provenance_of(None) is None
    assert provenance_of(AssetNow(asset=pump)) is None


def test_page_card_and_api_say_by_what_its_place_is_known(pump, access_point, seen, sign_in, biomed):
    seen("ap:3-West-12", 0, rssi=-61)
    client, words = sign_in(biomed), escape("by Wi-Fi, access point 3-West-12, −61\u00a0dBm")

    assert f"{words}, <time" in client.get("/assets/P-1/").content.decode()
    assert words in client.get("/map/card/P-1/").content.decode()
    now = client.get("/api/v1/assets/P-1/").json()["now"]
    assert (now["position_source"], now["position_receiver"], now["position_rssi_dbm"]) == (
        "receiver", "ap:3-West-12", -61
    )  # fmt: skip
