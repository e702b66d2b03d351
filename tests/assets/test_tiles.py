"""What a unit asks for most, and how many of it are ready."""

from datetime import timedelta

import pytest

from assets.find import find_equipment
from assets.models import Asset, AssetNow, Category, EquipmentModel, Stay
from assets.pool.models import Reservation
from assets.tiles import KEPT_FOR, asked_for_most, counts_at
from assets.words import Activity, Basis
from locations.models import Department
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


@pytest.fixture
def ready(make_pump, noon):
    """Makes a pump that is ready: ``ready("P-1")``."""

    def make(tag, zone=None, basis=Basis.CONFIRMED, **extra):
        pump = make_pump(tag, **extra)
        AssetNow.objects.create(
            asset=pump,
            activity=Activity.AVAILABLE,
            basis=basis,
            zone=zone,
            stale_at=noon + timedelta(hours=1),
        )
        return pump

    return make


@pytest.mark.databases
def test_a_tile_counts_what_find_calls_ready(nurse, biomed, ready, make_zone, pumps, noon):
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM)
    ready("P-1")
    ready("P-2", bay)
    ready("P-3", bay, Basis.PERSON)
    Reservation.objects.create(
        asset=ready("P-4"), category=pumps, site=bay.floor.building.site, by=biomed, made_at=noon,
        begin=noon + timedelta(minutes=20), end=noon + timedelta(hours=2),
    )  # fmt: skip
    (tile,) = asked_for_most(near=None, user=nurse, now=noon)
    found = find_equipment(text="infusion pump", near=None, user=nurse, now=noon)
    assert tile.ready == found.ready == 2


@pytest.mark.django_db
def test_one_count_serves_everybody_for_seconds_and_says_when_it_was_made(
    nurse, biomed, ready, noon, django_assert_num_queries
):
    ready("P-1")
    counts_at(noon)
    ready("P-2")
    later = noon + KEPT_FOR - timedelta(seconds=1)
    with django_assert_num_queries(0):
        assert counts_at(later).at == noon
    assert [(t.ready, t.counted_at) for t in asked_for_most(near=None, user=biomed, now=later)] == [(1, noon)]
    much_later = noon + KEPT_FOR
    (tile,) = asked_for_most(near=None, user=nurse, now=much_later)
    assert (tile.ready, tile.counted_at) == (2, much_later)


@pytest.mark.django_db
def test_to_count_is_two_queries_and_a_row_for_each_kind_however_many_pieces(
    ready, beds, noon, django_assert_num_queries
):
    for number in range(40):
        ready(f"P-{number}")
    with django_assert_num_queries(2):
        counts = counts_at(noon)
    assert sorted(counts.by_site.values()) == [(3, 0), (40, 40)]
