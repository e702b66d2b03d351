"""A plan file: what is read from it, what is refused, and what a second import changes."""

import json

import pytest
from shapely.geometry import Polygon, box

from locations.doors import PlacedZone, guess_doors, guess_shafts
from locations.kinds_from_text import kind_from_text
from locations.models import Building, Floor, Passage, Receiver, Zone
from locations.plan_formats.geojson import read_geojson as read_plan
from locations.plan_import import import_plan, outline_of
from locations.plan_parts import PlanRefused
from locations.walking import walking_distances
from locations.zones import ZoneKind


def box_ring(x, y, width, height):
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]


def room(space, x, y, width=4.0, height=4.0, floor="Ground", **told):
    return {
        "type": "Feature",
        "properties": {"space": space, "floor": floor, **told},
        "geometry": {"type": "Polygon", "coordinates": [box_ring(x, y, width, height)]},
    }


def passage(a, b, x, y, floor="Ground", **told):
    return {
        "type": "Feature",
        "properties": {"joins": [a, b], "floor": floor, **told},
        "geometry": {"type": "Point", "coordinates": [x, y]},
    }


def content(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def problems(*features):
    with pytest.raises(PlanRefused) as refused:
        read_plan(content(*features))
    return refused.value.problems


@pytest.fixture
def bring(site, noon):
    """Imports features into the building “annex”."""

    def do(*features):
        return import_plan(
            plan=read_plan(content(*features)), site=site, building="annex", name="Annex", now=noon
        )

    return do


HALL = room("H", 0, 0, width=20, height=2, kind="corridor")
BAY = room("B1", 0, 2, name="Bay 1", kind="patient_room")


# --- Reading --------------------------------------------------------------------------------------


def test_a_room_has_code_name_kind_and_outline():
    (floor,) = read_plan(content(BAY)).floors
    zone = floor.zones["b1"]
    assert (floor.name, floor.level) == ("Ground", 0)
    assert (zone.code, zone.name, zone.kind) == ("b1", "Bay 1", ZoneKind.PATIENT_ROOM)
    assert zone.rings == [box_ring(0, 2, 4.0, 4.0)]


def test_heights_of_points_are_left_out():
    high = room("A", 0, 0)
    high["geometry"]["coordinates"] = [[[*point, 2.8] for point in box_ring(0, 0, 4, 4)]]
    assert read_plan(content(high)).floors[0].zones["a"].rings == [box_ring(0, 0, 4, 4)]


def test_levels_are_taken_as_told():
    floors = read_plan(
        content(room("A", 0, 0, floor="Top", level=7), room("B", 0, 0, floor="Deep", level=-2))
    ).floors
    assert [(floor.name, floor.level) for floor in floors] == [("Deep", -2), ("Top", 7)]


def test_levels_are_counted_from_heights_with_the_ground_at_zero():
    floors = read_plan(
        content(
            room("A", 0, 0, floor="Roof", z0=8.0),
            room("A", 0, 0, floor="Entrance", z0=0),
            room("A", 0, 0, floor="Cellar", z0=-3.5),
        )
    ).floors
    assert [(floor.name, floor.level) for floor in floors] == [("Cellar", -1), ("Entrance", 0), ("Roof", 1)]


def test_without_heights_floors_count_up_as_they_come():
    floors = read_plan(content(room("A", 0, 0, floor="One"), room("A", 0, 0, floor="Two"))).floors
    assert [(floor.name, floor.level) for floor in floors] == [("One", 0), ("Two", 1)]


@pytest.mark.parametrize(
    ("category", "name", "kind"),
    [
        ("13-85 11 11: Corridor", "CORRIDOR", ZoneKind.CORRIDOR),
        ("13-85 21 11: Stairway", "STAIR", ZoneKind.STAIRS),
        ("13-81 21 31: Elevator Shaft", "ELEVATOR", ZoneKind.LIFT),
        ("13-91 11 11 33: Loading Dock", "LOADING DOCK", ZoneKind.EXIT),
        ("13-41 41 31: Scanning/Imaging Room", "X-RAY", ZoneKind.IMAGING),
        ("13-41 41 14: Physical Examination Room", "EXAM", ZoneKind.PATIENT_ROOM),
        ("13-75 41 14: Soiled Storage Room Space", "TRASH", ZoneKind.SOILED),
        ("13-75 11 11: Storage Room", "CLEAN SUP. & EQUIP.", ZoneKind.CLEAN_STORE),
        ("13-75 11 11: Storage Room", "GAS STORAGE", ZoneKind.OTHER),
        ("13-15 11 34 11: Office", "BMET WORK STATION", ZoneKind.WORKSHOP),
        ("13-41 41 99: Other Healing Spaces", "SCOPE WASH / DECON.", ZoneKind.CLEANING),
        ("13-15 11 34 11: Office", "Nurse station", ZoneKind.NURSE_STATION),
        ("13-41 11 14 21: Restroom", "W. TOILET", ZoneKind.OTHER),
        ("", "", ZoneKind.OTHER),
    ],
)
def test_kinds_are_told_from_the_plan_s_own_words(category, name, kind):
    assert kind_from_text(category, name) is kind


def test_a_room_is_not_called_clean_for_being_a_store():
    assert kind_from_text("Storage Room", "CENTRAL STORE") is ZoneKind.OTHER


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (b"", "the file is not JSON"),
        (b"\xff\xfe", "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b"[]", "the file is not a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "the file is not a GeoJSON FeatureCollection"),
        (b'{"type": "Feature", "features": []}', "the file is not a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "the file holds no room"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_sentence(told, message):
    with pytest.raises(PlanRefused) as refused:
        read_plan(told)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(message)


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (7, "features[0]: is not a feature"),
        ({"type": "Feature"}, "features[0].properties: is missing"),
        ({"properties": {}}, "features[0].geometry: is missing"),
        (room("A", 0, 0, floor=None), "features[0] (A) properties.floor: is missing"),
        (room(None, 0, 0, name="Bay"), "features[0] (Bay) properties.space: is missing"),
        (room(["A"], 0, 0), "features[0] properties.space: is not a text: ['A']"),
        (room("!!", 0, 0), "features[0] (!!) properties.space: has no letter or digit"),
        (room("A", 0, 0, z0="high"), "features[0] (A) properties.z0: is not a number: 'high'"),
        (
            room("A", 0, 0, width=0),
            "features[0] (A) geometry.coordinates[0]: crosses or touches itself (Too few",
        ),
        (room("A", 0, 0, width=0.1, height=0.1), "features[0] (A) geometry.coordinates: covers 0.010 m²"),
        (
            room("A", 0, float("nan")),
            "features[0] (A) geometry.coordinates[0][0]: has a coordinate that is not",
        ),
        (passage("A", "B", 0, 0, passage="window"), "features[0] (unnamed) properties.passage: is “window”"),
        (passage("A", "B", 0, "x"), "features[0] (unnamed) geometry.coordinates: is not a point"),
        (passage("A", 3, 0, 0), "features[0] (unnamed) properties.joins: is not a list of two zones' codes"),
    ],
)
def test_a_bad_feature_is_named_with_its_key(feature, message):
    (problem,) = problems(feature)
    assert problem.startswith(message)


def test_a_kind_that_there_is_not_is_refused_with_the_choice():
    (problem,) = problems(room("A", 0, 0, kind="ballroom"))
    assert problem.startswith(
        "features[0] (A) properties.kind: is “ballroom”; it is one of patient_room, theatre"
    )


def test_only_single_polygons_are_rooms():
    line = room("A", 0, 0)
    line["geometry"]["type"] = "MultiPolygon"
    assert problems(line) == ["features[0] (A) geometry.type: is 'MultiPolygon'; a room is one Polygon"]


def test_all_problems_are_told_together_up_to_a_bound():
    assert len(problems(room("A", 0, 0, width=0), BAY, room("B", 0, 0, height=0))) == 2
    many = problems(*(room(f"A{number}", 0, 0, width=0) for number in range(50)))
    assert len(many) == 21
    assert many[-1] == "… and perhaps more"


def test_a_code_may_come_again_on_another_floor_and_not_on_the_same():
    assert (
        len(read_plan(content(BAY, {**BAY, "properties": {**BAY["properties"], "floor": "Upper"}})).floors)
        == 2
    )
    assert problems(BAY, BAY) == ["features[1] (B1) properties.space: “b1” names two zones of Ground"]


def test_one_floor_has_one_level():
    assert problems(room("A", 0, 0, level=1), room("B", 9, 0, level=2)) == [
        "features[1] (B) properties.level: is 2, while Ground is at 1"
    ]


def test_a_door_to_nowhere_is_refused():
    assert problems(HALL, passage("H", "B9", 1, 2)) == [
        "a door at (1, 2) joins “b9” of Ground, which has no such zone"
    ]


# --- Guessing doors -------------------------------------------------------------------------------


def placed(number, kind, *corners):
    return PlacedZone(number, kind, box(*corners))


def test_each_room_gets_one_door_to_the_corridor_that_it_shares_most_wall_with():
    doors = guess_doors(
        [
            placed(1, ZoneKind.CORRIDOR, 0, 0, 20, 2),
            placed(2, ZoneKind.CORRIDOR, 20, 0, 22, 20),
            placed(3, ZoneKind.PATIENT_ROOM, 14, 2, 20, 5),
        ]
    )
    assert {(door.zone_a, door.zone_b) for door in doors} == {(1, 2), (1, 3)}


def test_a_door_stands_in_the_middle_of_the_wall_between():
    (door,) = guess_doors(
        [placed(1, ZoneKind.CORRIDOR, 0, 0, 20, 2), placed(2, ZoneKind.OFFICE, 4, 2.2, 8, 6)]
    )
    assert (door.x, door.y) == (6.0, 2.1)


def test_an_inner_room_is_reached_through_its_neighbour():
    doors = guess_doors(
        [
            placed(1, ZoneKind.CORRIDOR, 0, 0, 20, 2),
            placed(2, ZoneKind.OFFICE, 0, 2, 4, 6),
            placed(3, ZoneKind.OTHER, 0, 6.1, 4, 9),
        ]
    )
    assert {(door.zone_a, door.zone_b) for door in doors} == {(1, 2), (2, 3)}


def test_two_corridors_are_joined_through_a_room_only_if_nothing_else_joins_them():
    apart = [
        placed(1, ZoneKind.CORRIDOR, 0, 0, 20, 2),
        placed(2, ZoneKind.CORRIDOR, 0, 6, 20, 8),
        placed(3, ZoneKind.OTHER, 4, 2, 8, 6),
    ]
    assert {(door.zone_a, door.zone_b) for door in guess_doors(apart)} == {(1, 3), (2, 3)}
    joined = guess_doors([*apart, placed(4, ZoneKind.CORRIDOR, 20, 0, 22, 8)])
    assert {(door.zone_a, door.zone_b) for door in joined} == {(1, 4), (2, 4), (1, 3)}


def test_rooms_that_only_meet_at_a_corner_or_lie_apart_have_no_door():
    assert (
        guess_doors([placed(1, ZoneKind.CORRIDOR, 0, 0, 4, 4), placed(2, ZoneKind.OFFICE, 5, 0, 9, 4)]) == []
    )
    assert (
        guess_doors([placed(1, ZoneKind.CORRIDOR, 0, 0, 4, 4), placed(2, ZoneKind.OFFICE, 4, 4, 8, 8)]) == []
    )
    assert guess_doors([]) == []


def test_lifts_and_stairs_go_on_where_one_of_their_kind_stands_above():
    lower = [placed(1, ZoneKind.LIFT, 0, 0, 2, 2), placed(2, ZoneKind.STAIRS, 4, 0, 8, 2)]
    upper = [placed(3, ZoneKind.LIFT, 0, 0, 2, 2), placed(4, ZoneKind.STAIRS, 20, 0, 24, 2)]
    (shaft,) = guess_shafts(lower, upper)
    assert (shaft.zone_a, shaft.zone_b, shaft.x, shaft.y, shaft.length_m) == (1, 3, 1.0, 1.0, 15.0)


def test_the_outline_runs_around_all_rooms_and_closes_the_walls_between():
    (outer,) = outline_of([box(0, 0, 4, 4), box(4.3, 0, 8, 4)])
    assert Polygon(outer).equals(box(0, 0, 8, 4))


def test_a_courtyard_is_a_hole_in_the_outline():
    ring = [box(0, 0, 12, 4), box(0, 8, 12, 12), box(0, 4, 4, 8), box(8, 4, 12, 8)]
    outer, court = outline_of(ring)
    assert Polygon(court).equals(box(4, 4, 8, 8))
    assert Polygon(outer).area == pytest.approx(144)


def test_rooms_far_apart_share_a_hull():
    (outer,) = outline_of([box(0, 0, 4, 4), box(50, 0, 54, 4)])
    assert Polygon(outer).area == pytest.approx(216)


# --- Storing --------------------------------------------------------------------------------------


def test_floors_and_zones_are_made_with_outline_and_label(bring):
    imported = bring(HALL, BAY)
    assert (imported.floors_created, imported.zones_created) == (1, 2)
    floor = Floor.objects.get()
    assert (floor.slug, floor.name, floor.level, floor.building.slug) == ("annex-0", "Ground", 0, "annex")
    assert Polygon(floor.outline[0]).covers(box(0, 0, 20, 2))
    bay = Zone.objects.get(code="b1")
    assert (bay.name, bay.kind, bay.label_x, bay.label_y) == ("Bay 1", "patient_room", 2.0, 4.0)
    bay.full_clean()
    floor.full_clean()


def test_guessed_doors_are_marked_and_can_be_walked_through(bring):
    assert bring(HALL, BAY).passages_guessed == 1
    assert Passage.objects.get().is_guess
    assert len(walking_distances(Zone.objects.get(code="b1"))) == 2


def test_told_doors_are_kept_exactly_and_nothing_is_guessed_beside_them(bring):
    store = room("S", 8, 2)
    imported = bring(HALL, BAY, store, passage("B1", "H", 3.5, 2))
    assert (imported.passages_told, imported.passages_guessed) == (1, 0)
    door = Passage.objects.get()
    assert (door.zone_a.code, door.zone_b.code, door.kind, door.x, door.y, door.is_guess) == (
        "b1", "h", "door", 3.5, 2.0, False,
    )  # fmt: skip


def test_a_told_lift_joins_floors(bring):
    bring(
        room("L", 0, 0, floor="Ground", kind="lift"),
        room("L", 0, 0, floor="Upper", kind="lift"),
        passage("L", "L", 1, 1, to_floor="Upper", passage="lift", length_m=20),
    )
    lift = Passage.objects.get()
    assert (lift.zone_a.floor.name, lift.zone_b.floor.name, lift.length_m) == ("Ground", "Upper", 20.0)


def test_stairs_over_each_other_are_joined_by_a_guess(bring):
    bring(room("T", 0, 0, kind="stairs"), room("T", 0, 0, floor="Upper", kind="stairs"))
    stairs = Passage.objects.get()
    assert (stairs.kind, stairs.length_m, stairs.is_guess) == ("stairs", 12.0, True)


def test_the_same_plan_again_changes_nothing(bring):
    bring(HALL, BAY)
    before = list(Zone.objects.values()), list(Passage.objects.values()), list(Floor.objects.values())
    again = bring(HALL, BAY)
    assert (again.zones_created, again.zones_changed, again.zones_retired, again.zones_unchanged) == (
        0,
        0,
        0,
        2,
    )
    assert again.successors == {}
    assert before == (
        list(Zone.objects.values()),
        list(Passage.objects.values()),
        list(Floor.objects.values()),
    )


def test_a_redrawn_room_is_retired_and_followed_by_a_new_one(bring, ward, noon):
    bring(HALL, BAY)
    old = Zone.objects.get(code="b1")
    old.department = ward
    old.save()
    imported = bring(HALL, room("B1", 0, 2, width=6, name="Bay 1", kind="patient_room"))
    old.refresh_from_db()
    new = Zone.objects.current().get(code="b1")
    assert old.retired_at == noon
    assert old.polygon == [box_ring(0, 2, 4.0, 4.0)]
    assert new.department == ward
    assert imported.successors == {old.pk: new.pk}
    assert (imported.zones_changed, imported.zones_unchanged) == (1, 1)
    assert not Passage.objects.filter(zone_a=old).exists()
    assert new.pk in walking_distances(Zone.objects.get(code="h"))


def test_a_renamed_room_stays_the_same_zone(bring):
    bring(BAY)
    zone = Zone.objects.get()
    bring(room("B1", 0, 2, name="Bay One", kind="theatre"))
    renamed = Zone.objects.get()
    assert (renamed.pk, renamed.name, renamed.kind) == (zone.pk, "Bay One", "theatre")


def test_a_room_that_the_plan_no_longer_has_is_retired(bring, noon):
    bring(HALL, BAY)
    assert bring(HALL).zones_retired == 1
    assert Zone.objects.get(code="b1").retired_at == noon
    assert not Passage.objects.exists()


def test_a_retired_room_that_comes_back_is_a_new_one(bring):
    bring(HALL, BAY)
    bring(HALL)
    bring(HALL, BAY)
    assert Zone.objects.filter(code="b1").count() == 2
    assert Zone.objects.current().filter(code="b1").count() == 1


def test_receivers_and_doors_made_by_hand_follow_the_room(bring):
    bring(HALL, BAY)
    bay, hall = Zone.objects.get(code="b1"), Zone.objects.get(code="h")
    Receiver.objects.create(identifier="R-1", floor=bay.floor, zone=bay, x=1, y=3)
    Passage.objects.create(zone_a=bay, zone_b=hall, x=1, y=2)
    bring(HALL, room("B1", 0, 2, width=6))
    new = Zone.objects.current().get(code="b1")
    assert Receiver.objects.get().zone == new
    assert [(way.zone_a, way.is_guess) for way in Passage.objects.all()] == [(new, False)]


def test_floors_that_the_plan_does_not_mention_are_left_alone(bring):
    bring(HALL, room("A", 0, 0, floor="Upper"))
    bring(BAY)
    assert Zone.objects.current().filter(floor__name="Upper").count() == 1


def test_a_level_that_another_floor_has_is_refused_and_nothing_is_stored(bring):
    bring(room("A", 0, 0, level=0))
    with pytest.raises(PlanRefused, match="This building has a floor at that level already"):
        bring(room("B", 0, 0, floor="Other", level=0))
    assert Floor.objects.count() == 1
    assert list(Zone.objects.values_list("code", flat=True)) == ["a"]


def test_a_failure_half_way_leaves_nothing_behind(bring, monkeypatch):
    def fail(*_args, **_told):
        raise RuntimeError("power cut")

    monkeypatch.setattr("locations.plan_import.renew_guesses", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        bring(HALL, BAY)
    assert not Building.objects.exists()
    assert not Zone.objects.exists()


def test_a_taken_address_gives_way_to_the_floor_s_name(bring, building):
    Floor.objects.create(building=building, name="Elsewhere", slug="annex-0", level=0)
    bring(HALL)
    assert Floor.objects.get(name="Ground").slug == "annex-ground"
