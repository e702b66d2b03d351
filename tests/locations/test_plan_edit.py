"""A floor that somebody drew: stored as a whole, refused with the shape, and history keeps the rooms as they were."""

import orjson
import pytest

from locations.floor_draft import DraftRefusedError, MalformedDraftError, read_draft
from locations.floor_state import plan_state, revision_of, zones_elsewhere
from locations.models import Floor, Passage, Receiver, Zone
from locations.plan_edit import PlanConflictError, save_plan
from locations.zones import ZoneKind
from tests.conftest import rectangle

pytestmark = pytest.mark.django_db
BOW = [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]


@pytest.fixture
def hall(make_zone):
    return make_zone("Hall", ZoneKind.CORRIDOR, 0, 10, 40, 3)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 0, 0, 10, 10)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE, 10, 0, 10, 10)


@pytest.fixture
def door(hall, bay):
    return Passage.objects.create(zone_a=bay, zone_b=hall, x=5, y=10)


@pytest.fixture
def draw(floor):
    """What the editor has open: as JSON, with the row of a zone by its name."""

    class Drawing(dict):
        def zone(self, name):
            return next(row for row in self["zones"] if row["name"] == name)

        def add(self, key, rings, **told):
            row = {"key": key, "id": None, "from": [], "code": key, "name": key.upper(), "kind": "other"}
            self["zones"].append({**row, "department": None, "rings": rings, **told})

    return lambda: Drawing(orjson.loads(orjson.dumps(plan_state(Floor.objects.get(pk=floor.pk)))))


@pytest.fixture
def save(floor, noon):
    def do(drawing):
        return save_plan(floor=floor, draft=read_draft(drawing), now=noon)

    return do


def faults(save, drawing):
    before = revision_of(Floor.objects.get())
    with pytest.raises(DraftRefusedError) as refused:
        save(drawing)
    assert revision_of(Floor.objects.get()) == before
    return [(fault.words, fault.keys) for fault in refused.value.faults]


def current():
    return {zone.code: zone for zone in Zone.objects.current()}


# --- What is stored -----------------------------------------------------------------------------


def test_saving_what_was_opened_changes_nothing(draw, save, bay, hall, door):
    stamps = list(Zone.objects.values_list("pk", "updated_at"))
    edited = save(draw())
    assert (str(edited), edited.successors) == ("", {})
    assert list(Zone.objects.values_list("pk", "updated_at")) == stamps


def test_a_new_name_kind_and_department_stay_the_same_zone(draw, save, bay, ward):
    drawing = draw()
    drawing.zone("Bay 1").update(name="Soiled 1", kind="soiled", department=ward.pk, code="s1")
    assert str(save(drawing)) == "1 zone renamed, 1 retyped, 1 given to another department"
    bay.refresh_from_db()
    assert (bay.name, bay.kind, bay.department, bay.code) == ("Soiled 1", "soiled", ward, "s1")
    assert bay.retired_at is None


def test_two_zones_swap_their_short_names(draw, save, bay, store):
    drawing = draw()
    drawing.zone("Bay 1")["code"], drawing.zone("Store")["code"] = "store", "bay-1"
    save(drawing)
    assert (current()["store"], current()["bay-1"]) == (bay, store)


def test_a_moved_wall_retires_the_zone_and_everything_follows_its_successor(
    draw, save, bay, hall, door, noon
):
    receiver = Receiver.objects.create(identifier="R-1", floor=bay.floor, zone=bay, x=1, y=1)
    drawing = draw()
    drawing.zone("Bay 1")["rings"] = rectangle(0, 0, 9, 10)
    edited = save(drawing)
    bay.refresh_from_db(), door.refresh_from_db(), receiver.refresh_from_db()
    heir = current()["bay-1"]
    assert str(edited) == "1 zone reshaped"
    assert (bay.retired_at, bay.polygon) == (noon, rectangle(0, 0, 10, 10))
    assert (heir.polygon, heir.name, heir.kind) == (rectangle(0, 0, 9, 10), "Bay 1", "patient_room")
    assert edited.successors == {bay.pk: heir.pk}
    assert (door.zone_a, door.zone_b, receiver.zone) == (heir, hall, heir)


def test_a_split_gives_what_it_held_to_the_largest_part_and_receivers_to_the_part_around_them(
    draw, save, bay
):
    near, far = (
        Receiver.objects.create(identifier=f"R-{x}", floor=bay.floor, zone=bay, x=x, y=1) for x in (1, 9)
    )
    drawing = draw()
    drawing["zones"] = []
    drawing.add("bay-1", rectangle(3, 0, 7, 10), **{"from": [bay.pk]})
    drawing.add("bay-1-b", rectangle(0, 0, 3, 10), **{"from": [bay.pk]})
    edited = save(drawing)
    assert str(edited) == "1 zone split"
    assert edited.successors == {bay.pk: current()["bay-1"].pk}
    near.refresh_from_db(), far.refresh_from_db()
    assert (near.zone, far.zone) == (current()["bay-1-b"], current()["bay-1"])


def test_a_merge_is_the_successor_of_both(draw, save, bay, store, hall, door):
    drawing = draw()
    drawing["zones"] = [drawing.zone("Hall")]
    drawing.add("bay-1", rectangle(0, 0, 20, 10), **{"from": [bay.pk, store.pk]})
    drawing["passages"][0]["ends"] = ["bay-1", f"z{hall.pk}"]
    edited = save(drawing)
    heir = current()["bay-1"].pk
    door.refresh_from_db()
    assert str(edited) == "1 zone merged out of others"
    assert edited.successors == {bay.pk: heir, store.pk: heir}
    assert door.zone_a_id == heir


def test_zones_doors_and_receivers_are_drawn_moved_and_taken_away(draw, save, bay, hall, door, store):
    receiver = Receiver.objects.create(identifier="R-1", floor=bay.floor, zone=bay, x=1, y=1)
    Receiver.objects.create(identifier="R-2", floor=bay.floor, zone=bay, x=2, y=1)
    drawing = draw()
    drawing["zones"].remove(drawing.zone("Store"))
    drawing.add("n1", rectangle(10, 0, 5, 10))
    drawing.add("n2", rectangle(15, 0, 5, 10))
    drawing["passages"][0]["x"] = 7
    drawing["passages"].append(
        {"key": "n3", "id": None, "kind": "door", "ends": ["n1", f"z{hall.pk}"], "x": 12, "y": 10, "length_m": 0}
    )  # fmt: skip
    drawing["receivers"][0].update(x=11, y=5, kind="choke_point", reach_m=2)
    del drawing["receivers"][1]
    drawing["receivers"].append(
        {"key": "n4", "id": None, "identifier": "R-9", "label": "By the door", "kind": "radio",
         "x": 3, "y": 3, "reach_m": 6}
    )  # fmt: skip
    assert str(save(drawing)) == (
        "2 zones drawn, 1 removed, 1 door placed, 1 moved, 1 receiver placed, 1 changed, 1 taken off"
    )
    new = current()["n1"]
    receiver.refresh_from_db(), door.refresh_from_db()
    assert (receiver.zone, receiver.kind, door.x) == (new, "choke_point", 7)
    placed = Receiver.objects.get(identifier="R-9")
    assert (placed.zone, placed.floor, placed.label) == (bay, bay.floor, "By the door")
    assert Passage.objects.get(zone_a=new).zone_b == hall
    assert not Receiver.objects.filter(identifier="R-2").exists()


def test_a_lift_leads_to_another_floor_of_the_site_and_to_no_other_site(
    draw, save, bay, building, make_zone, other_site
):
    above = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    lift = make_zone("Lift 2", ZoneKind.LIFT, 0, 0, 10, 10, floor=above)
    make_zone("Ward 2", ZoneKind.PATIENT_ROOM, 10, 0, 10, 10, floor=above)
    assert [row["name"] for row in zones_elsewhere(bay.floor)] == ["Lift 2"]
    drawing = draw()
    row = {"key": "n1", "id": None, "kind": "lift", "ends": [f"z{bay.pk}", f"z{lift.pk}"], "x": 5, "y": 5}
    drawing["passages"].append({**row, "length_m": 15})
    assert str(save(drawing)) == "1 door placed"
    passage = Passage.objects.get(kind="lift", is_guess=False)
    assert (passage.zone_a, passage.zone_b, passage.length_m) == (bay, lift, 15)
    building.site = other_site
    clinic = type(building).objects.create(site=other_site, name="Clinic", slug="clinic")
    far = Floor.objects.create(building=clinic, name="Far", slug="far-0", level=0)
    theirs = make_zone("Far lift", ZoneKind.LIFT, floor=far)
    drawing = draw()
    drawing["passages"][0]["ends"] = [f"z{bay.pk}", f"z{theirs.pk}"]
    with pytest.raises(DraftRefusedError, match="not there any more"):
        save(drawing)


def test_guessed_doors_are_guessed_anew_and_give_way_to_a_real_one(draw, save, bay, hall):
    save({**draw(), "outline": None})
    assert Passage.objects.get().is_guess
    drawing = draw()
    assert (len(drawing["guesses"]), drawing["passages"]) == (1, [])
    row = {"key": "n1", "id": None, "kind": "door", "ends": [f"z{bay.pk}", f"z{hall.pk}"], "x": 5, "y": 10}
    drawing["passages"].append({**row, "length_m": 0})
    save(drawing)
    assert not Passage.objects.get().is_guess


def test_the_outer_wall_is_drawn_around_the_zones_where_that_is_asked_for(draw, save, floor, bay, store):
    edited = save({**draw(), "outline": None})
    floor.refresh_from_db()
    assert str(edited) == "the outer wall redrawn"
    assert sorted(map(tuple, floor.outline[0][:-1])) == [(0, 0), (0, 10), (20, 0), (20, 10)]


# --- What is refused ----------------------------------------------------------------------------


def test_every_fault_is_told_with_its_shape_and_nothing_is_stored(draw, save, bay, store, hall, building):
    elsewhere = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    Receiver.objects.create(identifier="R-2", floor=elsewhere, x=0, y=0)
    floor = bay.floor
    drawing = draw()
    drawing.add("bow", BOW)
    drawing.add("nameless", rectangle(30, 0, 2, 2), name=" ", code="a b")
    with pytest.raises(DraftRefusedError) as refused:
        save(drawing)
    assert [(fault.words, fault.keys, fault.at) for fault in refused.value.faults] == [
        ("BOW crosses itself", ("bow",), (2.0, 2.0)),
        ("a b has no name", ("nameless",), None),
        ("a b: its short name is made of letters, digits, - and _", ("nameless",), None),
    ]
    drawing = draw()
    drawing.add("n1", rectangle(9, 0, 3, 1))
    drawing.add("n2", rectangle(38, 0, 4, 4), code="bay-1")
    ends = [f"z{bay.pk}", f"z{hall.pk}"]
    passage = {"id": None, "kind": "door", "x": 5, "y": 7, "length_m": 0}
    drawing["passages"] += [
        {**passage, "key": "n3", "ends": ends},
        {**passage, "key": "n4", "ends": ["gone", "n1"]},
    ]
    receiver = {"id": None, "label": "", "kind": "radio", "x": 1, "y": 1, "reach_m": 6}
    drawing["receivers"] += [
        {**receiver, "key": f"n{n}", "identifier": name} for n, name in ((5, "R"), (6, "R"), (7, "R-2"))
    ]
    save_before = revision_of(floor)
    with pytest.raises(DraftRefusedError) as refused:
        save(drawing)
    assert revision_of(floor) == save_before
    assert [(fault.words, fault.keys) for fault in refused.value.faults] == [
        ("Store overlaps N1 by 2.0 m²", (f"z{store.pk}", "n1")),
        ("Bay 1 overlaps N1 by 1.0 m²", (f"z{bay.pk}", "n1")),
        ("N2 reaches 2.0 m over the outer wall", ("n2",)),
        ("Bay 1 and N2 have the same short name, bay-1", (f"z{bay.pk}", "n2")),
        ("Door: it stands 3.0 m away from a zone that it joins", ("n3",)),
        ("Door: one of its zones is not there any more", ("n4",)),
        ("Receiver R stands here twice", ("n5",)),
        ("Receiver R stands here twice", ("n6",)),
        ("Receiver R-2 stands on another floor already", ("n7",)),
    ]


def test_zones_that_overlapped_before_do_not_stand_in_the_way_until_one_is_moved(draw, save, bay, make_zone):
    make_zone("Box", x=5, y=0, width=10, height=10)
    drawing = draw()
    drawing.zone("Box")["name"] = "Box 2"
    assert str(save(drawing)) == "1 zone renamed"
    drawing = draw()
    drawing.zone("Box 2")["rings"] = rectangle(6, 0, 10, 10)
    assert faults(save, drawing) == [
        ("Bay 1 overlaps Box 2 by 40.0 m²", tuple(row["key"] for row in drawing["zones"]))
    ]


def test_a_draft_of_an_older_plan_is_a_conflict(draw, save, bay):
    drawing = draw()
    drawing.zone("Bay 1")["name"] = "Mine"
    Zone.objects.update(name="Theirs")
    with pytest.raises(PlanConflictError):
        save(drawing)
    assert Zone.objects.get().name == "Theirs"


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"zones": [None]},
        {"zones": [{}]},
        {"revision": 7},
        {"outline": "x"},
        {"passages": [{"key": "n1", "id": None, "kind": "hatch", "ends": ["a", "b"], "x": 0, "y": 0, "length_m": 0}]},
        {"passages": [{"key": "n1", "id": None, "kind": "door", "ends": ["a"], "x": 0, "y": 0, "length_m": 0}]},
        {"passages": [{"key": "n1", "id": True, "kind": "door", "ends": ["a", "b"], "x": 0, "y": 0, "length_m": 0}]},
        {"passages": [{"key": "n1", "id": None, "kind": "door", "ends": ["a", "b"], "x": 1e9, "y": 0, "length_m": 0}]},
        {"receivers": [{"key": "r", "id": None, "identifier": "x" * 65, "label": "", "kind": "radio", "x": 0, "y": 0}]},
    ],
)  # fmt: skip
def test_what_the_editor_never_sends_is_refused(told):
    empty = {"revision": "", "outline": [], "zones": [], "passages": [], "receivers": []}
    with pytest.raises(MalformedDraftError):
        read_draft({**empty, **told} if isinstance(told, dict) and told else told)


def test_keys_twice_strange_ids_and_departments_of_another_site_are_refused(draw, save, bay, other_site):
    theirs = other_site.departments.create(name="Far", code="far")
    for strange in (
        lambda row: row.update(id=bay.pk + 1),
        lambda row: row.update(department=theirs.pk),
    ):
        drawing = draw()
        strange(drawing.zone("Bay 1"))
        with pytest.raises(MalformedDraftError):
            save(drawing)
    drawing = draw()
    drawing["zones"] *= 2
    with pytest.raises(MalformedDraftError):
        save(drawing)
