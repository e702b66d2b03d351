"""Where people stand."""

import pytest

from assets.units import unit_of, units_for
from locations.models import Building, Department, Floor
from locations.zones import ZoneKind


@pytest.fixture
def other_ward(site):
    return Department.objects.create(site=site, name="Emergency", code="ed")


def test_a_unit_is_a_department_seen_from_its_nurse_station(nurse, make_zone, ward):
    make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    station = make_zone("Staff base", ZoneKind.NURSE_STATION, department=ward)
    (unit,) = units_for(nurse)
    assert (unit.zone_id, unit.name, unit.floor) == (station.pk, "Ward 3 West", "Main, Level 1")


def test_a_department_without_a_station_is_seen_from_a_room_and_not_from_its_corridor(nurse, make_zone, ward):
    make_zone("A corridor", ZoneKind.CORRIDOR, department=ward)
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    assert [unit.zone_id for unit in units_for(nurse)] == [bay.pk]


def test_a_department_with_two_stations_is_told_by_station(nurse, make_zone, ward):
    make_zone("Base north", ZoneKind.NURSE_STATION, department=ward)
    make_zone("Base south", ZoneKind.NURSE_STATION, department=ward)
    assert [unit.name for unit in units_for(nurse)] == ["Base north, Ward 3 West", "Base south, Ward 3 West"]


def test_a_station_of_no_department_is_a_unit_of_its_own(nurse, make_zone):
    make_zone("Reception", ZoneKind.NURSE_STATION)
    make_zone("Store", ZoneKind.CLEAN_STORE)
    assert [unit.name for unit in units_for(nurse)] == ["Reception"]


def test_retired_rooms_and_foreign_sites_are_no_units(nurse, make_zone, other_site, ward, noon):
    make_zone("Old base", ZoneKind.NURSE_STATION, department=ward, retired_at=noon)
    far = Building.objects.create(site=other_site, name="Far", slug="far")
    floor = Floor.objects.create(building=far, name="Level 0", slug="far-0", level=0)
    make_zone("Far base", ZoneKind.NURSE_STATION, floor=floor)
    assert units_for(nurse) == []


def test_a_room_of_ones_own_choosing_is_named_as_itself(make_zone, ward):
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    assert unit_of(bay).name == "Bay 1, Ward 3 West"


def test_units_are_read_by_one_query(nurse, make_zone, ward, other_ward, django_assert_num_queries):
    for department in (ward, other_ward):
        make_zone(f"Base {department.code}", ZoneKind.NURSE_STATION, department=department)
    with django_assert_num_queries(1):
        units_for(nurse)
