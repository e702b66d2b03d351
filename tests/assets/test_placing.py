"""What a person says of where equipment is: strong at once, fading, audited, and refused with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import AssetNow, Placement, Stay
from assets.observation import Placed, Position, Sighting
from assets.placing import PlacingRefusedError, place_asset
from assets.provenance import provenance_of
from assets.record import record_observations
from hospital.audit.models import AuditRecord
from locations.models import Floor, Receiver
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM, width=6, height=6)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE, x=20, width=6, height=6)


def test_equipment_is_at_once_in_the_room_where_somebody_sees_it(make_pump, bay, store, nurse, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, 0, position=Position("main-1", 23, 3, 1))])

    placement = place_asset(asset=pump, zone=bay, by=nurse, at=noon + timedelta(seconds=10))

    now = AssetNow.objects.get()
    assert (now.zone, now.zone_since, now.position_at) == (bay, placement.at, placement.at)
    assert (now.x, now.y, now.position_confidence) == (bay.label_x, bay.label_y, 1.0)
    assert now.position_error_m == pytest.approx(3.39, abs=0.01)  # of a circle as large as the room
    assert provenance_of(now).words == "by somebody who saw it there"
    assert list(Stay.objects.order_by("begin").values_list("zone", "end")) == [
        (store.pk, placement.at),
        (bay.pk, None),
    ]


def test_a_weak_guess_by_radio_counts_again_only_when_the_scan_has_faded(
    make_pump, bay, store, floor, nurse, observe, noon
):
    pump = make_pump()
    Receiver.objects.create(identifier="r-1", floor=floor, zone=store, x=16, y=3, reach_m=6)
    place_asset(asset=pump, zone=bay, by=nurse, at=noon)

    def room(*seconds):
        record_observations([observe(pump, s, sighting=Sighting("r-1", -80)) for s in seconds])
        return AssetNow.objects.get().zone

    assert room(*range(10, 600, 10)) == bay
    assert room(*range(900, 960, 10)) == store


def test_a_report_as_exact_as_a_room_counts_at_once(make_pump, bay, store, nurse, observe, noon):
    pump = make_pump()
    place_asset(asset=pump, zone=bay, by=nurse, at=noon)

    record_observations([observe(pump, s, position=Position("main-1", 23, 3, 0.5)) for s in (20, 22, 24, 26)])

    assert AssetNow.objects.get().zone == store


def test_a_program_may_say_the_room_by_floor_and_code(make_pump, bay, observe):
    pump = make_pump()
    outcome = record_observations(
        [
            observe(pump, 0, placed=Placed("main-1", "bay-12")),
            observe(pump, 1, placed=Placed("main-1", "nowhere")),
        ]
    )

    assert (outcome.recorded, outcome.unplaced) == (2, 1)
    now = AssetNow.objects.get()
    assert (now.zone, now.heard_at) == (bay, None)


def test_it_is_recorded_once_and_audited(make_pump, bay, nurse, sign_in):
    pump = make_pump()
    answer = sign_in(nurse).post(
        "/api/v1/assets/P-1/place/", {"floor": "main-1", "zone": "bay-12"}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert answer.json()["now"]["zone"]["name"] == "Bay 12"
    assert answer.json()["now"]["position_source"] == "person"
    placement = Placement.objects.get()
    assert (placement.asset, placement.zone, placement.by) == (pump, bay, nurse)
    record = AuditRecord.objects.get(object_type="assets.placement")
    assert (record.actor_name, record.changes["zone"]) == ("nurse", [None, bay.pk])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "zone"),
        ({"zone": "bay-12"}, "floor"),
        ({"zone": "999999"}, "zone"),
        ({"zone": "bay-12", "floor": "main-9"}, "zone"),
        ({"zone": "bay-12", "floor": "main-1", "at": "soon"}, "at"),
    ],
)
def test_what_is_wrong_is_said_field_by_field_and_nothing_happens(
    make_pump, bay, nurse, sign_in, body, field
):
    make_pump()
    answer = sign_in(nurse).post("/api/v1/assets/P-1/place/", body, content_type="application/json")

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Placement.objects.exists()


def test_who_may_not_place_is_refused(make_pump, bay, facilities, sign_in):
    make_pump()
    answer = sign_in(facilities).post(
        "/api/v1/assets/P-1/place/", {"zone": str(bay.pk)}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert not Placement.objects.exists()


def test_equipment_and_rooms_of_other_sites_are_not_there(make_pump, bay, other_site, nurse, sign_in):
    make_pump("P-9", site=other_site)
    answer = sign_in(nurse).post(
        "/api/v1/assets/P-9/place/", {"zone": str(bay.pk)}, content_type="application/json"
    )

    assert answer.status_code == 404


def test_why_it_cannot_be_placed_there(make_pump, bay, make_zone, other_site, nurse, noon):
    abroad = Floor.objects.create(
        building=other_site.buildings.create(name="B", slug="b"), name="1", slug="b-1", level=1
    )
    cases = {
        "is installed in its room": (make_pump("P-2", is_fixed=True, home_zone=bay), bay, noon),
        "no longer in service": (make_pump("P-3", retired_at=noon), bay, noon),
        "no such room any more": (make_pump("P-4"), make_zone("Old", retired_at=noon), noon),
        "in another site": (make_pump("P-5"), make_zone("There", floor=abroad), noon),
        "still to come": (make_pump("P-6"), bay, timezone.now() + timedelta(hours=1)),
    }
    for words, (asset, zone, at) in cases.items():
        with pytest.raises(PlacingRefusedError, match=words):
            place_asset(asset=asset, zone=zone, by=nurse, at=at)

    assert not Placement.objects.exists()
