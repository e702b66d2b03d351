"""What people type, and the nearest equipment that is ready."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.find import MAX_TEXT, Readiness, clean_text, find_equipment, readiness_of, words_of
from assets.models import Asset, AssetNow, Category, EquipmentModel
from assets.words import Activity, Basis
from locations.models import Building, Floor, Passage
from locations.zones import ZoneKind

pytestmark = pytest.mark.databases


@pytest.fixture
def ward_plan(make_zone):
    """Three rooms along a corridor, and how far it is from the bay: store 24 m, far store 44 m."""
    hall = make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=0, width=60, height=2)
    zones = {
        "bay": make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x=0, y=2, width=4, height=4),
        "store": make_zone("Store", ZoneKind.CLEAN_STORE, x=20, y=2, width=4, height=4),
        "far": make_zone("Far store", ZoneKind.CLEAN_STORE, x=40, y=2, width=4, height=4),
        "wash": make_zone("Wash", ZoneKind.CLEANING, x=50, y=2, width=4, height=4),
    }
    for zone in zones.values():
        Passage.objects.create(zone_a=zone, zone_b=hall, x=zone.label_x, y=2)
    return {**zones, "hall": hall}


@pytest.fixture
def place(make_pump, noon):
    """Puts a pump somewhere, heard of ten seconds ago: ``place("P-1", zone)``."""

    def put(asset_tag, zone, activity=Activity.AVAILABLE, basis=Basis.ZONE, *, heard_s=10, **extra):
        asset = make_pump(asset_tag, **extra)
        heard_at = noon - timedelta(seconds=heard_s)
        AssetNow.objects.create(
            asset=asset,
            activity=activity,
            basis=basis,
            zone=zone,
            floor=zone.floor if zone else None,
            heard_at=heard_at,
            stale_at=heard_at + timedelta(seconds=120),
        )
        return asset

    return put


@pytest.fixture
def find(nurse, noon):
    """Finds as the nurse, at noon: the hits' asset tags come back in order."""

    def ask(text, near=None, user=nurse, **extra):
        return find_equipment(text=text, near=near, user=user, now=noon, **extra)

    return ask


def tags(found):
    return [hit.asset.asset_tag for hit in found.hits]


@pytest.fixture
def beds(db):
    category = Category.objects.create(name="Bed", plural="Beds", slug="bed", synonyms=["Krankenhausbett"])
    return EquipmentModel.objects.create(manufacturer="Nordlager", name="Flex 3", category=category)


@pytest.fixture
def monitors(db):
    category = Category.objects.create(
        name="Bedside monitor", plural="Bedside monitors", slug="monitor", synonyms=["Überwachungsmonitor"]
    )
    return EquipmentModel.objects.create(manufacturer="Aurélie", name="Vue 12", category=category)


def test_the_nearest_ready_one_comes_first(ward_plan, place, find):
    place("P-3", ward_plan["far"])
    place("P-2", ward_plan["store"])
    found = find("infusion pump", near=ward_plan["bay"])
    assert [(hit.asset.asset_tag, hit.distance_m, hit.floors) for hit in found.hits] == [
        ("P-2", 24.0, 0),
        ("P-3", 44.0, 0),
    ]
    assert [hit.readiness for hit in found.hits] == [Readiness.READY, Readiness.READY]
    assert not found.hits[0].is_approximate


def test_what_is_ready_comes_before_what_is_nearer_and_not(ward_plan, place, find):
    place("P-1", ward_plan["bay"], Activity.IN_USE, Basis.CONFIRMED)
    place("P-2", ward_plan["hall"], Activity.IN_TRANSIT, Basis.MOVEMENT)
    place("P-3", ward_plan["far"])
    found = find("pump", near=ward_plan["bay"])
    assert [(hit.asset.asset_tag, hit.readiness.value) for hit in found.hits] == [
        ("P-3", "ready"),
        ("P-2", "soon"),
        ("P-1", "not"),
    ]
    assert (found.ready, found.soon, found.others, found.total) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    ("activity", "basis", "kind", "expected"),
    [
        (Activity.AVAILABLE, Basis.ZONE, ZoneKind.CLEAN_STORE, Readiness.READY),
        (Activity.AVAILABLE, Basis.PERSON, ZoneKind.PATIENT_ROOM, Readiness.READY),
        (Activity.DIRTY, Basis.ZONE, ZoneKind.CLEANING, Readiness.SOON),
        (Activity.DIRTY, Basis.ZONE, ZoneKind.SOILED, Readiness.NOT),
        (Activity.IN_TRANSIT, Basis.MOVEMENT, ZoneKind.CORRIDOR, Readiness.SOON),
        (Activity.IN_USE, Basis.PRESUMED, ZoneKind.PATIENT_ROOM, Readiness.SOON),
        (Activity.IN_USE, Basis.CONFIRMED, ZoneKind.PATIENT_ROOM, Readiness.NOT),
        (Activity.DOWN, Basis.PERSON, ZoneKind.WORKSHOP, Readiness.NOT),
        (Activity.UNKNOWN, Basis.SILENCE, ZoneKind.CLEAN_STORE, Readiness.NOT),
    ],
)
def test_readiness_follows_activity_basis_and_place(activity, basis, kind, expected, noon):
    assert readiness_of(activity, basis, kind, noon + timedelta(seconds=1), noon) is expected


def test_what_was_not_heard_of_in_time_is_not_ready_even_before_the_sweep_says_so(ward_plan, place, find):
    place("P-1", ward_plan["store"], heard_s=120)
    place("P-2", ward_plan["far"], heard_s=119)
    assert [
        (hit.asset.asset_tag, hit.readiness.value) for hit in find("pump", near=ward_plan["bay"]).hits
    ] == [
        ("P-2", "ready"),
        ("P-1", "not"),
    ]


def test_equipment_never_heard_of_is_found_and_not_ready(make_pump, ward_plan, find):
    make_pump("P-1")
    (hit,) = find("P-1", near=ward_plan["bay"]).hits
    assert (hit.readiness, hit.distance_m, hit.floors) == (Readiness.NOT, None, None)


def test_fixed_equipment_stands_in_its_home_zone(make_pump, ward_plan, find):
    make_pump("P-1", is_fixed=True, home_zone=ward_plan["store"])
    make_pump("P-2", home_zone=ward_plan["store"])
    assert [hit.distance_m for hit in find("pump", near=ward_plan["bay"]).hits] == [24.0, None]


@pytest.mark.parametrize(
    "text",
    ["infusion pump", "Infusion pumps", "PUMP", "iv pump", "infusion device", "infus", "infusion pu",
     "pump infusion", "Infusa", "infusa 200", "meridian", "Meridian pump", "  infusion \t pump "],
)  # fmt: skip
def test_names_plurals_synonyms_makers_and_models_are_understood(text, ward_plan, place, find):
    place("P-1", ward_plan["store"])
    assert tags(find(text)) == ["P-1"]


@pytest.mark.parametrize("text", ["uberwachungsmonitor", "ÜBERWACHUNGSMONITOR", "aurelie", "überwach", "vue"])
def test_capitals_and_accents_do_not_matter(text, place, monitors, find):
    place("M-1", None, model=monitors)
    assert tags(find(text)) == ["M-1"]


def test_a_whole_word_is_not_taken_for_the_beginning_of_another(place, beds, monitors, find):
    place("B-1", None, model=beds)
    place("M-1", None, model=monitors)
    assert tags(find("bed")) == ["B-1"]
    assert tags(find("beds")) == ["B-1"]
    assert tags(find("be")) == ["B-1", "M-1"]
    assert tags(find("bedside")) == ["M-1"]


def test_all_words_have_to_fit(place, find):
    place("P-1", None)
    assert tags(find("meridian bed")) == []


@pytest.mark.parametrize(
    "text", ["P-0042", "p-0042", "0042", "P-00", "SN 77-ab/9", "sn 77-AB/9", "AB/9", "04012345678901"]
)
def test_tags_serial_numbers_and_device_identifiers_are_understood(text, place, find):
    place("P-0042", None, serial_number="SN 77-ab/9", udi_di="04012345678901")
    place("X-1", None, serial_number="other")
    assert tags(find(text)) == ["P-0042"]


def test_an_exact_tag_comes_first_whatever_its_state(ward_plan, place, find, pumps):
    pumps.synonyms = ["P-2"]
    pumps.save()
    place("P-1", ward_plan["store"])
    place("P-2", ward_plan["far"], Activity.DOWN, Basis.PERSON)
    assert tags(find("p-2", near=ward_plan["bay"])) == ["P-2", "P-1"]


def test_percent_signs_and_underscores_mean_themselves(place, find):
    place("P-1", None)
    assert tags(find("%1")) == tags(find("P_1")) == tags(find("P-%1")) == []


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\x00", "\ud800", "no such thing"])
def test_text_that_says_nothing_finds_nothing(text, place, find):
    place("P-1", None)
    assert find(text).hits == []
    assert find(text).total == 0


def test_control_characters_and_endless_texts_do_no_harm():
    assert clean_text("P\x00-1\r\n") == "P -1"
    assert len(clean_text("pump " * 1000)) <= MAX_TEXT
    assert words_of("Ventilátor, (ICU)") == ["ventilator", "icu"]


def test_retired_equipment_is_not_found(place, find, noon):
    place("P-1", None, retired_at=noon)
    assert find("P-1").total == 0


def test_equipment_of_another_site_is_neither_found_nor_counted(place, find, other_site, administrator):
    place("P-1", None, site=other_site)
    assert find("P-1").total == find("pump").total == 0
    assert tags(find("pump", user=administrator)) == ["P-1"]
    assert find("pump", user=AnonymousUser()).total == 0


def test_without_a_place_of_one_s_own_no_distance_is_made_up(ward_plan, place, find):
    place("P-1", ward_plan["store"])
    (hit,) = find("pump").hits
    assert (hit.distance_m, hit.floors, hit.is_approximate) == (None, None, False)


def test_where_no_door_is_known_the_distance_says_that_it_is_approximate(make_zone, ward_plan, place, find):
    place("P-1", make_zone("Island", x=0, y=12, width=4, height=4))
    (hit,) = find("pump", near=ward_plan["bay"]).hits
    assert hit.distance_m == pytest.approx(10 * 1.4)
    assert hit.is_approximate


def test_floors_are_counted_up_and_down(make_zone, ward_plan, building, place, find):
    below = Floor.objects.create(building=building, name="Basement", slug="main-b1", level=-1)
    place("P-1", make_zone("Cellar", floor=below))
    assert [hit.floors for hit in find("pump", near=ward_plan["bay"]).hits] == [-2]


def test_in_another_building_without_a_known_way_neither_distance_nor_floors_are_told(
    make_zone, ward_plan, site, place, find
):
    annex = Building.objects.create(site=site, name="Annex", slug="annex")
    place(
        "P-1",
        make_zone("Room", floor=Floor.objects.create(building=annex, name="G", slug="annex-0", level=0)),
    )
    (hit,) = find("pump", near=ward_plan["bay"]).hits
    assert (hit.distance_m, hit.floors) == (None, None)


def test_only_as_many_hits_as_asked_for_while_all_are_counted(ward_plan, place, find):
    for number in range(5):
        place(f"P-{number}", ward_plan["store"])
    found = find("pump", near=ward_plan["bay"], limit=2)
    assert tags(found) == ["P-0", "P-1"]
    assert found.ready == 5


def test_of_thousands_only_the_rooms_near_by_are_looked_through(ward_plan, place, find, monkeypatch):
    monkeypatch.setattr("assets.find.ranking.MANY", 2)
    monkeypatch.setattr("assets.find.ranking.RINGS", (1, 3))
    for number in range(3):
        place(f"P-{number}", ward_plan["store"])
    place("P-9", ward_plan["far"])
    found = find("pump", near=ward_plan["bay"], limit=2)
    assert (tags(found), found.ready, found.is_counted) == (["P-0", "P-1"], 3, False)


def test_what_is_not_near_by_is_found_all_the_same(ward_plan, place, find, monkeypatch):
    monkeypatch.setattr("assets.find.ranking.MANY", 2)
    monkeypatch.setattr("assets.find.ranking.RINGS", (1, 3))
    for number in range(3):
        place(f"P-{number}", ward_plan["far"])
    found = find("pump", near=ward_plan["bay"], limit=2)
    assert (tags(found), found.ready, found.is_counted) == (["P-0", "P-1"], 3, True)


def test_finding_and_showing_costs_twelve_queries_with_one_hit_and_with_three(
    ward_plan, place, nurse, noon, django_assert_num_queries
):
    def find_and_show():
        near = type(ward_plan["bay"]).objects.select_related("floor__building").get(pk=ward_plan["bay"].pk)
        found = find_equipment(text="pump", near=near, user=nurse, now=noon, limit=3)
        return [(str(hit.asset), hit.asset.now.zone.name, hit.asset.now.zone.floor_id) for hit in found.hits]

    place("P-1", ward_plan["store"])
    find_and_show()  # the graph is kept from here on
    # near, 2 of the graph's stamp, claims, not here, exact numbers, models, departments, how many, zones, which, hits
    with django_assert_num_queries(12):
        assert len(find_and_show()) == 1
    place("P-2", ward_plan["store"])
    place("P-3", ward_plan["store"])
    with django_assert_num_queries(12):
        assert len(find_and_show()) == 3


def test_without_a_place_it_costs_ten_queries_however_large_the_catalogue(
    place, find, django_assert_max_num_queries, beds, monitors
):
    place("P-1", None)
    find("pump")
    with django_assert_max_num_queries(10):
        find("pump")
    assert Asset.objects.count() == 1
