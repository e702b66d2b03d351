"""A floor as an editor gives it back: checked as one drawing, stored as one change, history kept."""

import pytest

from locations.floor_checks import check_drawing
from locations.floor_drawing import PlanChangedError, drawing_of
from locations.floor_reading import read_drawing
from locations.floor_storing import store_drawing
from locations.models import Floor, Passage, Receiver, Zone
from locations.plan_parts import PlanRefused
from locations.zones import ZoneKind
from tests.conftest import rectangle


@pytest.fixture
def hall(make_zone):
    return make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=0, width=40, height=2)


@pytest.fixture
def bay(make_zone, ward):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x=0, y=2, width=8, height=4, department=ward)


@pytest.fixture
def told(floor, hall, bay):
    """What the editor opened: a corridor with a bay, and a door between."""
    Passage.objects.create(zone_a=bay, zone_b=hall, x=2, y=2)
    Receiver.objects.create(identifier="R-1", floor=floor, zone=bay, x=6, y=4)
    return drawing_of(floor)


@pytest.fixture
def save(floor, noon):
    return lambda told: store_drawing(floor=floor, drawing=read_drawing(told), now=noon)


def zone(told, code):
    return next(zone for zone in told["zones"] if zone["code"] == code)


def drawn(key, x, y, width, height, **told):
    return {
        "key": key, "id": None, "code": "", "name": key, "kind": "office", "department": None,
        "rings": rectangle(x, y, width, height), "drawn_from": [],
    } | told  # fmt: skip


def way(a, b, x, y, **told):
    return {"id": None, "zones": [a, b], "kind": "door", "x": x, "y": y} | told


def faults(floor, told):
    return check_drawing(floor, read_drawing(told))


def test_given_back_as_it_came_nothing_changes(told, save, floor):
    before = list(Zone.objects.values()), list(Passage.objects.values()), list(Receiver.objects.values())
    imported = save(told)
    assert (imported.zones_unchanged, imported.zones_changed, imported.changes) == (2, 0, {})
    assert before == (
        list(Zone.objects.values()),
        list(Passage.objects.values()),
        list(Receiver.objects.values()),
    )
    floor.refresh_from_db()
    assert drawing_of(floor)["zones"] == told["zones"]


def test_name_kind_code_and_department_change_and_the_zone_stays(told, save, bay):
    zone(told, "bay-1").update(name="لیبارٹری", kind="laboratory", department=None, code="3w-12")
    imported = save(told)
    bay.refresh_from_db()
    assert (bay.name, bay.kind, bay.code) == ("لیبارٹری", "laboratory", "3w-12")
    assert (bay.department, bay.retired_at) == (None, None)
    assert list(imported.changes) == ["main-1/3w-12"]


def test_two_zones_may_change_their_codes_with_each_other(told, save, bay, hall):
    first, second = zone(told, "bay-1"), zone(told, "hall")
    first["code"], second["code"] = "hall", "bay-1"
    save(told)
    assert (Zone.objects.get(pk=bay.pk).code, Zone.objects.get(pk=hall.pk).code) == ("hall", "bay-1")


def test_a_redrawn_zone_is_retired_and_followed_with_its_door_and_its_receiver(told, save, bay, hall, noon):
    zone(told, "bay-1")["rings"] = rectangle(0, 2, 9, 4)
    imported = save(told)
    new = Zone.objects.current().get(code="bay-1")
    bay.refresh_from_db()
    assert (bay.retired_at, imported.successors) == (noon, {bay.pk: new.pk})
    assert Receiver.objects.get().zone == new
    assert list(Passage.objects.values_list("zone_a", "zone_b", "is_guess")) == [(new.pk, hall.pk, False)]


def test_a_split_zone_leaves_its_things_to_the_larger_part_and_receivers_where_they_stand(told, save, bay):
    told["zones"].remove(zone(told, "bay-1"))
    told["zones"] += [
        drawn("West", 0, 2, 5, 4, drawn_from=[bay.pk]),
        drawn("East", 5, 2, 3, 4, drawn_from=[bay.pk]),
    ]
    told["passages"][0]["zones"][0] = "West"
    imported = save(told)
    west, east = Zone.objects.get(code="west"), Zone.objects.get(code="east")
    assert imported.successors == {bay.pk: west.pk}
    assert Receiver.objects.get().zone == east
    assert Passage.objects.get().zone_a == west


def test_merged_zones_have_one_heir_and_the_door_between_them_is_gone(told, save, bay, hall, noon):
    told["zones"] = [drawn("All", 0, 0, 40, 6, drawn_from=[bay.pk, hall.pk])]
    told["passages"] = []
    imported = save(told)
    whole = Zone.objects.current().get()
    assert imported.successors == {bay.pk: whole.pk, hall.pk: whole.pk}
    assert not Passage.objects.exists()
    assert (imported.zones_created, imported.zones_retired) == (1, 2)


def test_doors_and_receivers_are_placed_moved_and_taken_away(told, save, bay, hall):
    told["passages"].append(way(str(bay.pk), str(hall.pk), 7.0, 2.0))
    told["receivers"][0]["x"] = 20.0
    told["receivers"][0]["y"] = 1.0
    told["receivers"].append({"id": None, "identifier": "R-2", "x": 1.0, "y": 3.0})
    save(told)
    assert Passage.objects.count() == 2
    assert dict(Receiver.objects.values_list("identifier", "zone")) == {"R-1": hall.pk, "R-2": bay.pk}

    told = drawing_of(bay.floor)
    told["passages"] = told["passages"][:1]
    told["receivers"] = [told["receivers"][0] | {"remove": True}]
    save(told)
    assert Passage.objects.count() == 1
    assert [r.identifier for r in Receiver.objects.all()] == ["R-2"]


def test_a_guess_stays_a_guess_until_somebody_moves_it(floor, hall, bay, save):
    Passage.objects.create(zone_a=bay, zone_b=hall, x=2, y=2, is_guess=True)
    told = drawing_of(floor)
    told["passages"].append(way(str(hall.pk), str(bay.pk), 5.0, 2.0))
    save(told)
    assert list(Passage.objects.order_by("x").values_list("x", "is_guess")) == [(2.0, True), (5.0, False)]
    told = drawing_of(floor)
    told["passages"][0]["x"] = 3.0
    save(told)
    assert list(Passage.objects.order_by("x").values_list("x", "is_guess")) == [(3.0, False), (5.0, False)]


def test_a_lift_goes_to_a_zone_of_another_floor(told, save, building, make_zone, hall):
    upper = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    above = make_zone("Hall", floor=upper)
    told["passages"].append(way(str(hall.pk), above.pk, 39.0, 1.0, kind="lift", length_m=15))
    save(told)
    lift = Passage.objects.get(kind="lift")
    assert (lift.zone_a, lift.zone_b, lift.length_m) == (hall, above, 15.0)
    opened = drawing_of(hall.floor)
    assert opened["elsewhere"] == [{"id": above.pk, "name": "Hall", "floor": "Level 2"}]
    assert opened["passages"][-1]["zones"] == [str(hall.pk), above.pk]


def test_what_somebody_saved_meanwhile_is_not_overwritten(told, save, bay):
    bay.name = "Bay One"
    bay.save()
    with pytest.raises(PlanChangedError):
        save(told)


def test_a_crossing_is_shown_with_shape_spot_and_key(told):
    zone(told, "bay-1")["rings"] = [[[0, 2], [4, 6], [4, 2], [0, 6], [0, 2]]]
    with pytest.raises(PlanRefused) as refused:
        read_drawing(told)
    (fault,) = refused.value.faults
    assert fault.words.startswith("Bay 1 (bay-1)[0]: crosses or touches itself")
    assert (fault.kind, fault.zones, fault.keys) == ("crossing", ("bay-1",), (zone(told, "bay-1")["key"],))
    assert fault.spots == ((2.0, 4.0),)
    assert fault.shapes == ([[[0.0, 2.0], [4.0, 6.0], [4.0, 2.0], [0.0, 6.0], [0.0, 2.0]]],)


def test_an_overlap_is_shown_with_both_shapes_and_let_in_only_when_meant(told, save, floor):
    told["zones"].append(drawn("Store", 7, 2, 4, 4))
    (fault,) = faults(floor, told)
    assert (fault.kind, fault.keys) == ("overlap", (zone(told, "bay-1")["key"], "Store"))
    assert fault.words == "Level 1: bay-1 (Bay 1) and store (Store) overlap by 4.0 m²"
    assert len(fault.shapes) == 2
    assert fault.spots == ((7.5, 4.0),)
    with pytest.raises(PlanRefused):
        save(told)
    assert Zone.objects.count() == 2
    told["lets_overlaps_in"] = True
    save(told)
    again = drawing_of(floor)
    zone(again, "hall")["name"] = "Main corridor"
    save(again)  # they overlapped before, and nobody touched them


def test_a_zone_outside_an_outline_that_was_told_is_refused(told, floor, save):
    floor.outline_is_told = True
    floor.save()
    told["zones"].append(drawn("Balcony", 38, 10, 4, 4))
    with pytest.raises(PlanRefused, match=r"balcony \(Balcony\) reaches 2.0 m over the floor's outline"):
        save(told)


def test_without_a_told_outline_it_is_drawn_around_the_zones(told, floor, save):
    told["zones"].append(drawn("Balcony", 40, 0, 4, 2))
    save(told)
    floor.refresh_from_db()
    assert max(x for x, _ in floor.outline[0]) == 44


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("zones", {"name": ""}, "has no name"),
        ("zones", {"kind": "ballroom"}, "has the kind 'ballroom'"),
        ("zones", {"code": "!!"}, "has a code without a letter or digit"),
        ("zones", {"rings": "x"}, "is not a list of rings"),
        ("zones", {"rings": [[[0, 0], [1, 1]]]}, "a closed ring has at least 4"),
        ("zones", {"key": None}, "has no key"),
        ("zones", {"id": "1"}, "has an id that is not a number"),
        ("passages", {"kind": "window"}, "it is one of door, lift, stairs"),
        ("passages", {"x": "a"}, "is not a number"),
        ("passages", {"x": 1e6}, "lies 1000000 m from the origin"),
        ("passages", {"length_m": -1}, "between 0 and 1000"),
        ("passages", {"zones": ["a"]}, "does not tell two zones"),
        ("receivers", {"identifier": ""}, "has no identifier"),
        ("receivers", {"reach_m": 0}, "at most 200"),
    ],
)
def test_what_makes_no_sense_is_named(told, part, change, words):
    told[part][0].update(change)
    with pytest.raises(PlanRefused, match=words):
        read_drawing(told)


def test_ends_identities_codes_and_receivers_that_cannot_be_are_refused(told, floor, other_site, bay):
    twice = {**zone(told, "bay-1"), "key": "again"}
    strange = drawn("Ghost", 20, 10, 2, 2, id=999, code="ghost")
    nowhere = way("nowhere", "again", 1.0, 2.0)
    receiver = {"id": 999, "identifier": "R-9", "x": 1.0, "y": 3.0}
    told["zones"] += [twice, strange]
    told["passages"].append(nowhere)
    told["receivers"].append(receiver)
    told["lets_overlaps_in"] = True
    kinds = [fault.kind for fault in faults(floor, told)]
    assert kinds == ["code", "code", "code", "code", "passage", "receiver"]
