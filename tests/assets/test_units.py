"""Where people stand, and what their unit asks for most."""

from datetime import timedelta

import pytest

from assets.models import Asset, AssetNow, Category, EquipmentModel, Stay
from assets.units import asked_for_most, unit_of, units_for
from assets.words import Activity
from locations.models import Building, Department, Floor
from locations.zones import ZoneKind


@pytest.fixture
def other_ward(site):
    return Department.objects.create(site=site, name="Emergency", code="ed")


@pytest.fixture
def beds(site):
    category = Category.objects.create(name="Bed", plural="Beds", slug="bed", shape="bed")
    model = EquipmentModel.objects.create(manufacturer="Lindmark", name="Ravello", category=category)
    for number in range(3):
        Asset.objects.create(asset_tag=f"BED-{number}", model=model, site=site)
    return category


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


def test_what_was_brought_here_most_comes_first(nurse, make_zone, make_pump, ward, beds, pumps, noon):
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    pump = make_pump()
    for hours in (50, 40, 30):
        begin = noon - timedelta(hours=hours)
        Stay.objects.create(asset=pump, zone=bay, begin=begin, end=begin + timedelta(hours=1))
    Stay.objects.create(asset=Asset.objects.get(asset_tag="BED-0"), zone=bay, begin=noon - timedelta(hours=2))
    tiles = asked_for_most(near=bay, user=nurse, now=noon)
    assert [tile.category for tile in tiles] == [pumps, beds]


def test_what_was_brought_long_ago_or_elsewhere_does_not_count(
    nurse, make_zone, make_pump, ward, other_ward, beds, pumps, noon
):
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    elsewhere = make_zone("Bay 2", ZoneKind.PATIENT_ROOM, department=other_ward)
    pump, late = make_pump(), noon - timedelta(days=9)
    Stay.objects.create(asset=pump, zone=bay, begin=late, end=late + timedelta(hours=1))
    Stay.objects.create(asset=pump, zone=elsewhere, begin=noon - timedelta(hours=2))
    assert [tile.category for tile in asked_for_most(near=bay, user=nurse, now=noon)] == [beds, pumps]


def test_tiles_say_how_many_are_ready_and_leave_out_what_one_does_not_see(
    nurse, make_pump, beds, other_site, pump_model, noon
):
    limit = noon + timedelta(seconds=1)
    for pump, activity, stale_at in (
        (make_pump("P-1"), Activity.AVAILABLE, limit),
        (make_pump("P-2"), Activity.IN_USE, limit),
        (make_pump("P-3", retired_at=noon), Activity.AVAILABLE, limit),
        (make_pump("P-4", site=other_site), Activity.AVAILABLE, limit),
        (make_pump("P-5"), Activity.AVAILABLE, noon),
    ):
        AssetNow.objects.create(asset=pump, activity=activity, stale_at=stale_at)
    tiles = asked_for_most(near=None, user=nurse, now=noon)
    assert {tile.category.slug: tile.ready for tile in tiles} == {"bed": 0, "infusion-pump": 1}


def test_equipment_that_never_moves_has_no_tile(nurse, beds, noon):
    beds.is_mobile = False
    beds.save()
    assert asked_for_most(near=None, user=nurse, now=noon) == []
