"""What people type and mistype; and that the database and the page agree on what is ready."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from assets.find import find_equipment
from assets.find.catalogue import catalogue_now
from assets.find.clauses import IN_SERVICE, rows
from assets.find.identifiers import spellings
from assets.find.readiness import readiness_in, readiness_of
from assets.find.text import slips, trigrams
from assets.find.vocabulary import Vocabulary
from assets.models import Asset, AssetNow, Category, EquipmentModel
from assets.words import Activity, Basis
from locations.models import Department
from locations.zones import ZoneKind

pytestmark = pytest.mark.databases


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("pump", "pump", 0),
        ("pmup", "pump", 1),
        ("pum", "pump", 1),
        ("pumpp", "pump", 1),
        ("bump", "pump", 1),
        ("ifnusoin", "infusion", 2),
        ("monitor", "pump", None),
        ("abc", "xyz", None),
    ],
)
def test_slips_are_counted_up_to_two(typed, meant, expected):
    assert slips(typed, meant, 2) == expected


def test_trigrams_are_those_of_postgresql():
    assert trigrams("cat") == {"  c", " ca", "cat", "at "}


@pytest.fixture
def words():
    return Vocabulary({1: ["infusion", "pump"], 2: ["monitor"], 3: ["perfusor"], 4: ["200"]})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("infuson", {1}),
        ("infusoin", {1}),
        ("pmup", {1}),
        ("moniter", {2}),
        ("prefusor", {3}),
        ("infsu", {1}),
        ("bed", set()),
        ("300", set()),
        ("xylophone", set()),
    ],
)
def test_a_word_with_a_slip_is_understood(typed, expected, words):
    assert words.mistyped(typed) == expected


def test_words_are_known_whole_and_from_their_begin(words):
    assert (words.whole("pump"), words.whole("pum")) == ({1}, frozenset())
    assert (words.begun("p"), words.begun("mon"), words.begun("z")) == ({1, 3}, {2}, frozenset())


@pytest.mark.parametrize(
    ("typed", "among"),
    [("INF 001", "INF-001"), ("inf001", "inf-001"), ("INF-001", "INF001"),
     ("(01)04012345678901(17)290101", "04012345678901"),
     ("010401234567890117290101", "04012345678901")],
)  # fmt: skip
def test_what_people_leave_out_or_add_is_understood(typed, among):
    assert among in spellings(typed)


@pytest.fixture
def tags_found(nurse, noon):
    def find(text):
        found = find_equipment(text=text, near=None, user=nurse, now=noon)
        return [hit.asset.asset_tag for hit in found.hits]

    return find


@pytest.fixture
def beds(db):
    category = Category.objects.create(name="Bed", plural="Beds", slug="bed", synonyms=[])
    return EquipmentModel.objects.create(manufacturer="Nordlager", name="Flex 3", category=category)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infuson pump", "ifnusion pmup", "infuzion", "meridain"])
def test_slips_in_names_are_forgiven(text, make_pump, beds, tags_found):
    make_pump("P-1")
    make_pump("B-1", model=beds)
    assert tags_found(text) == ["P-1"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["INF-0O1", "IN-001", "INF-0011", "IFN-001", "inf 0o1"])
def test_a_slip_in_a_tag_is_forgiven_when_nothing_is_called_so(text, make_pump, tags_found):
    make_pump("INF-001")
    make_pump("BED-700")
    assert tags_found(text) == ["INF-001"]


@pytest.mark.django_db
def test_the_middle_of_a_number_counts_when_nothing_else_does(make_pump, tags_found):
    make_pump("P-1", serial_number="AB4711XY")
    make_pump("P-2", serial_number="other")
    assert tags_found("4711") == ["P-1"]
    assert tags_found("471") == []


@pytest.mark.django_db
def test_a_department_narrows_and_stands_for_all_that_is_its(make_pump, beds, ward, site, tags_found):
    other = Department.objects.create(site=site, name="Emergency", code="ed")
    make_pump("P-1", department=ward)
    make_pump("P-2", department=other)
    make_pump("B-1", model=beds, department=ward)
    assert tags_found("pump ward 3 west") == ["P-1"]
    assert tags_found("emergency") == ["P-2"]
    assert tags_found("ward") == ["B-1", "P-1"]


@pytest.mark.django_db
def test_what_names_a_department_whole_names_no_equipment_of_another(
    make_pump, pumps, ward, site, tags_found
):
    other = Department.objects.create(site=site, name="Ward 1 West", code="1w")
    third = EquipmentModel.objects.create(manufacturer="Meridian", name="Infusa 3", category=pumps)
    make_pump("P-1", department=ward)
    make_pump("P-2", department=other, model=third)
    assert tags_found("ward 3 west") == ["P-1"]
    assert tags_found("3 ward west") == ["P-1"]
    assert tags_found("infusa 3 ward 1") == ["P-2"]


@pytest.mark.django_db
def test_a_new_word_counts_as_soon_as_it_is_entered(make_pump, pumps, tags_found):
    make_pump("P-1")
    assert tags_found("perfusor") == []
    pumps.synonyms = ["Perfusor"]
    pumps.save()
    assert tags_found("perfusor") == ["P-1"]


@pytest.mark.django_db
def test_an_unchanged_catalogue_is_three_queries_however_large(
    pump_model, beds, ward, django_assert_num_queries
):
    assert catalogue_now().named_in("pump")
    with django_assert_num_queries(3):
        known = catalogue_now()
    with django_assert_num_queries(0):
        assert known.named_in("pump")
        assert known.named_in("?") == []
        assert known.models[pump_model.pk].category.name


@pytest.mark.django_db
def test_the_database_says_of_every_state_what_the_page_says(make_zone, make_pump, noon):
    kinds = [ZoneKind.PATIENT_ROOM, ZoneKind.CLEANING, ZoneKind.SOILED, ZoneKind.CLEAN_STORE, None]
    zones = {kind: make_zone(kind, kind) for kind in kinds if kind}
    zones[None] = None
    states = product(Activity, Basis, kinds, (False, True), (-1, 1))
    for number, (activity, basis, kind, is_fixed, stale_s) in enumerate(states):
        pump = make_pump(f"P-{number}", is_fixed=is_fixed)
        stale_at = noon + timedelta(seconds=stale_s)
        AssetNow.objects.create(
            asset=pump, activity=activity, basis=basis, zone=zones[kind], stale_at=stale_at
        )
    pumps = {pump.pk: pump for pump in Asset.objects.select_related("now__zone")}
    found = rows(IN_SERVICE, noon)
    assert len(found) == len(pumps) == 6 * 6 * 5 * 2 * 2
    for pk, _tag, _zone, _home, *state in found:
        now = pumps[pk].now
        kind = now.zone.kind if now.zone else None
        said = readiness_of(now.activity, now.basis, kind, now.stale_at, noon, is_fixed=pumps[pk].is_fixed)
        activity, basis, kind, is_fixed, is_heard = state
        assert readiness_in(activity, basis, kind, bool(is_fixed), bool(is_heard)) is said
