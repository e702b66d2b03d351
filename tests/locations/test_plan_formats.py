"""Plans in SVG, DXF, IMDF and images: what is read out of each, and how it stands in metres."""

import io
import math

import pytest
from PIL import Image

from locations.plan_formats import format_of, read_plan
from locations.plan_formats.options import Calibration, NoScaleError, PlanOptions
from locations.plan_formats.svg_paths import PathError, matrix_of, moved, outlines
from locations.plan_parts import PlanRefused
from locations.zones import ZoneKind
from tests.locations.plan_files import ORIGIN, degrees, dxf, feature, image, imdf, level, svg, unit

GROUND = PlanOptions(floor="Ground", level=0, scale=0.1)


def zones_of(content, options=GROUND):
    (floor,) = read_plan(content, options).floors
    return floor.zones


def refusal(content, options=GROUND):
    with pytest.raises(PlanRefused) as refused:
        read_plan(content, options)
    return refused.value.problems[0]


# --- Telling the format ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'\xef\xbb\xbf {"type": "FeatureCollection"}', "geojson"),
        (b"<?xml version='1.0'?><svg/>", "svg"),
        (b"  0\nSECTION\n", "dxf"),
        (b"999\r\nMade by hand\r\n", "dxf"),
        (imdf(), "imdf"),
        (image(), "picture"),
        (image(kind="JPEG"), "picture"),
    ],
)
def test_the_format_is_told_by_the_content(content, key):
    assert format_of(content).key == key


def test_what_is_no_plan_is_refused_with_the_formats_there_are():
    assert refusal(b"GIF89a") == (
        "the file is none of these: IMDF archive, image, SVG drawing, DXF drawing, GeoJSON"
    )


# --- SVG ------------------------------------------------------------------------------------------


def test_a_named_shape_is_a_room_in_metres_with_y_to_the_north():
    zones = zones_of(svg('<rect id="B1" x="10" y="20" width="40" height="30"><title>Bay 1</title></rect>'))
    zone = zones["b1"]
    assert (zone.name, zone.kind) == ("Bay 1", ZoneKind.OTHER)
    assert zone.rings == [[[1.0, 18.0], [5.0, 18.0], [5.0, 15.0], [1.0, 15.0], [1.0, 18.0]]]


def test_groups_transforms_titles_texts_and_classes_say_what_a_room_is():
    zones = zones_of(
        svg(
            '<g transform="translate(100,0) scale(2)"><g data-space="3W1" transform="rotate(90)">'
            '<title>Soiled utility</title><path d="M0 0h10v-10h-10z"/></g></g>',
            '<polygon id="h" class="corridor" points="0,0 50,0 50,20 0,20"/>',
            '<rect id="x1" data-kind="theatre" data-department="OR" x="200" width="50" height="50"/>',
            '<text x="210" y="20">Theatre <tspan>4</tspan></text>',
            '<path d="M0 100 L 400 100"/>',
            '<path d="M0 100 h 10 v 10 z"/>',
        )
    )
    assert {(z.code, z.name, z.kind, z.department) for z in zones.values()} == {
        ("3w1", "Soiled utility", ZoneKind.SOILED, ""),
        ("h", "h", ZoneKind.CORRIDOR, ""),
        ("x1", "Theatre 4", ZoneKind.THEATRE, "OR"),
    }
    assert zones["3w1"].polygon.bounds == (10.0, 18.0, 12.0, 20.0)


def test_a_layer_called_rooms_makes_rooms_of_what_is_on_it_and_of_nothing_else():
    plan = read_plan(
        svg(
            '<g id="walls"><rect id="w" width="400" height="10"/></g>',
            '<g inkscape:label="Rooms" inkscape:groupmode="layer"><rect id="r1" y="20" width="40" height="30"/></g>',
        ),
        GROUND,
    )
    assert list(plan.floors[0].zones) == ["r1"]
    assert plan.notes == ["1 closed shapes are not on a layer of rooms, or have no name, and are left out"]
    assert refusal(
        svg('<g id="walls"><rect id="w" width="9" height="10"/></g>'), PlanOptions("G", 0, 1, layers=("a",))
    ) == ("the SVG has no group “a”; its groups: walls")


def test_names_may_be_in_any_script_and_with_combining_characters():
    zones = zones_of(
        svg(
            '<rect id="غرفة-1" width="40" height="30"><title>غرفة العمليات ١</title></rect>',
            '<rect id="手術室" x="50" width="40" height="30"/>',
            '<rect id="Cafe\u0301" x="100" width="40" height="30"><title>Cafe\u0301</title></rect>',
            '<rect id="कि" x="150" width="40" height="30"/>',
            '<rect id="की" x="200" width="40" height="30"/>',
        )
    )
    assert [(z.code, z.name) for z in zones.values()] == [
        ("غرفة-1", "غرفة العمليات ١"),
        ("手術室", "手術室"),
        ("caf\u00e9", "Caf\u00e9"),
        ("क-a90b", "कि"),
        ("क-75cf", "की"),
    ]


def test_a_path_with_a_hole_a_door_and_an_outline():
    (floor,) = (
        plan := read_plan(
            svg(
                '<path id="outline" d="M0 0H400V200H0z"/>',
                '<path id="a" d="M20 20h40v40h-40z M0 0h100v100h-100z"/>',
                '<rect id="b" x="100" width="50" height="100"/>',
                '<circle data-joins="a b" cx="100" cy="50" r="3"/>',
            ),
            GROUND,
        )
    ).floors
    assert floor.zones["a"].polygon.area == pytest.approx(84)
    assert floor.outline == [[[0.0, 20.0], [40.0, 20.0], [40.0, 0.0], [0.0, 0.0], [0.0, 20.0]]]
    assert [(p.codes, p.kind, p.x, p.y) for p in plan.passages] == [(("a", "b"), "door", 10.0, 15.0)]


def test_two_points_and_their_distance_give_the_scale():
    points = Calibration((0, 0), (0, 200), metres=50)
    zones = zones_of(svg('<rect id="a" width="400" height="200"/>'), PlanOptions("G", 0, points=points))
    assert zones["a"].polygon.bounds == (0.0, 0.0, 100.0, 50.0)


def test_two_points_with_their_places_turn_the_drawing_as_it_stands():
    points = Calibration((0, 200), (400, 200), at_a=(100.0, 10.0), at_b=(100.0, 50.0))
    zones = zones_of(svg('<rect id="a" width="400" height="200"/>'), PlanOptions("G", 0, points=points))
    assert zones["a"].polygon.bounds == pytest.approx((80.0, 10.0, 100.0, 50.0))


def test_a_drawing_without_metres_or_floor_says_what_is_missing():
    drawn = svg('<rect id="a" width="400" height="200"/>')
    with pytest.raises(NoScaleError, match="give its scale, or two points"):
        read_plan(drawn, PlanOptions("Ground", 0))
    assert "give its name and its level" in refusal(drawn, PlanOptions(scale=1))
    same = PlanOptions("Ground", 0, points=Calibration((1, 1), (1, 1), 5))
    assert refusal(drawn, same).startswith("the two points are the same")
    assert refusal(drawn, PlanOptions("Ground", 0, scale=-1)) == "the scale is a number of metres above 0"
    assert refusal(svg("<rect width='9' height='9'/>")).startswith("the SVG holds no room")


def test_a_shape_that_crosses_itself_is_shown_with_its_crossing_point():
    with pytest.raises(PlanRefused) as refused:
        read_plan(svg('<polygon id="bow" points="0,0 40,40 40,0 0,40"/>'), GROUND)
    (fault,) = refused.value.faults
    assert (fault.kind, fault.floor, fault.zones, fault.spots) == (
        "crossing",
        "Ground",
        ("bow",),
        ((2.0, 18.0),),
    )
    assert fault.shapes == ([[[0, 20], [4, 16], [4, 20], [0, 16], [0, 20]]],)


def test_a_room_outside_the_outline_is_shown_with_the_part_that_is_outside():
    with pytest.raises(PlanRefused) as refused:
        read_plan(
            svg(
                '<rect id="outline" width="100" height="100"/>',
                '<rect id="a" x="80" width="50" height="50"/>',
            ),
            GROUND,
        )
    (fault,) = refused.value.faults
    assert fault.words == "Ground: a (a) reaches 3.0 m over the floor's outline at (13.0, 20.0)"
    assert (fault.kind, fault.zones, fault.spots) == ("outside", ("a",), ((13.0, 20.0),))
    assert len(fault.shared) == 1


def test_paths_are_followed_as_svg_tells():
    (line,) = outlines("M10,10h10v10H10Z")
    assert line == [(10, 10), (20, 10), (20, 20), (10, 20)]
    (line,) = outlines("m1 1 2 0 0 2-2 0z")
    assert line == [(1, 1), (3, 1), (3, 3), (1, 3)]
    (line,) = outlines("M-5 0A5 5 0 0 1 5 0 5 5 0 0 1-5 0z")
    assert all(math.isclose(math.hypot(*point), 5) for point in line)
    assert min(y for _, y in line) == pytest.approx(-5)
    (line,) = outlines("M0 0C0 10 10 10 10 0S20-10 20 0Q25 5 30 0T40 0z")
    assert line[-1] == (40, 0)
    assert min(y for _, y in line) == pytest.approx(-7.5)
    assert max(y for _, y in line) == pytest.approx(7.5)
    assert outlines("M0 0L5 5L9 0") == []
    assert outlines("M.5.5a1 1 0 01 2 0z")[0][-1] == (2.5, 0.5)
    for wrong in (
        "L0 0",
        "M0",
        "M0 0 X",
        "M0 0 L1",
        "M0 0 z 1 1",
        "M0 0 A1 1 0 2 0 3 3",
        "M 1e999 0z"[:4] + "e",
    ):
        with pytest.raises(PathError):
            outlines(wrong)
    assert moved(
        matrix_of("translate(5) rotate(90,1,1) scale(2,3) matrix(1 0 0 1 0 1)"), (0, 0)
    ) == pytest.approx((4, 0))
    with pytest.raises(PathError):
        matrix_of("spin(3)")


# --- DXF ------------------------------------------------------------------------------------------


def square(space, x, y, size=4000, layer="A-ROOM", **extra):
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    return space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer, **extra})


def test_closed_lines_on_layers_of_rooms_are_rooms_and_texts_inside_name_them():
    def draw(space):
        square(space, 0, 0)
        square(space, 4000, 0)
        square(space, -1000, -1000, 20000, layer="A-WALL")
        space.add_text("3.117", dxfattribs={"insert": (500, 2000)})
        space.add_text("16.0 m²", dxfattribs={"insert": (500, 1000)})
        space.add_mtext("Clean\\Putility", dxfattribs={"insert": (500, 3000)})
        space.add_text("手術室", dxfattribs={"insert": (5000, 3000)})

    plan = read_plan(dxf(draw), PlanOptions("Ground", 0))
    zones = plan.floors[0].zones
    assert {(z.code, z.name, z.kind) for z in zones.values()} == {
        ("3117", "Clean utility", ZoneKind.CLEAN_STORE),
        ("手術室", "手術室", ZoneKind.OTHER),
    }
    assert zones["3117"].polygon.bounds == (0.0, 0.0, 4.0, 4.0)
    assert plan.notes == ["1 closed lines on other layers are left out"]


def test_layers_may_be_chosen_arcs_are_followed_and_a_door_block_is_a_door():
    def draw(space):
        space.doc.blocks.new("DOOR-90")
        square(space, 0, 0, layer="X", size=4)
        bow = [(4, 0, 0), (8, 0, 1), (8, 4, 0), (4, 4, 0)]
        space.add_lwpolyline(bow, format="xyb", close=True, dxfattribs={"layer": "X"})
        space.add_blockref("DOOR-90", (4, 1))

    plan = read_plan(dxf(draw, units=6), PlanOptions("Ground", 0, layers=("x",), origin=(1.0, 0.0)))
    square_zone, bowed = plan.floors[0].zones.values()
    assert square_zone.polygon.bounds == (-1.0, 0.0, 3.0, 4.0)
    assert bowed.polygon.bounds == pytest.approx((3.0, 0.0, 9.0, 4.0), abs=0.01)
    assert bowed.polygon.area == pytest.approx(16 + math.pi * 2, rel=0.01)
    assert [(p.x, p.y, p.codes) for p in plan.passages] == [(3.0, 1.0, (square_zone.code, bowed.code))]


def test_a_dxf_without_unit_layer_or_sense_says_so():
    unitless = dxf(lambda space: square(space, 0, 0, size=4), units=0)
    with pytest.raises(NoScaleError, match=r"\$INSUNITS"):
        read_plan(unitless, PlanOptions("Ground", 0))
    assert zones_of(unitless, PlanOptions("Ground", 0, scale=1.0))
    walls = dxf(lambda space: square(space, 0, 0, layer="Walls"))
    assert refusal(walls, PlanOptions("Ground", 0)) == (
        "no layer is named after rooms: choose layers; closed lines are on: Walls"
    )
    assert refusal(walls, PlanOptions("Ground", 0, layers=("Nil",))).startswith(
        "the DXF has no closed line on a layer “nil”; there are some on: Walls"
    )
    assert "no DXF that can be read" in refusal(b"0\nSECTION\n2\nENTITIES\nx\n")
    assert "binary DXF" in refusal(b"AutoCAD Binary DXF\r\n\x1a\x00")


# --- IMDF -----------------------------------------------------------------------------------------


def test_levels_units_openings_and_lifts_of_an_archive():
    plan = read_plan(
        imdf(
            level("l0", 0, name={"en": "Ground floor", "de": "Erdgeschoss"}),
            level("l1", 1),
            unit("hall0000-1", "l0", 0, 0, width=20, height=2, category="walkway"),
            unit("roomaaaa-1", "l0", 0, 2, name={"zh-Hans": "手術室"}),
            unit("roombbbb-1", "l0", 4, 2, name={"de": "Unrein", "en": "Soiled utility"}),
            unit("wallcccc-1", "l0", 0, 6, category="column"),
            unit("lift0000-1", "l0", 20, 0, category="elevator"),
            unit("lift1111-1", "l1", 20, 0, category="elevator"),
            feature("o1", "opening", ("LineString", degrees((1.5, 2), (2.5, 2))[:2]), level_id="l0"),
            feature("o2", "opening", ("LineString", degrees((39.5, 20), (40, 20))[:2]), level_id="l0"),
            feature(
                "r1", "relationship", category="elevator", origin={"id": "lift0000-1"},
                destination={"id": "lift1111-1"},
            ),
            feature("an1", "anchor", unit_id="hall0000-1"),
            feature("oc1", "occupant", anchor_id="an1", name={"en": "Main street"}),
        )
    )  # fmt: skip
    ground, first = plan.floors
    assert (ground.name, ground.level, first.name, first.level) == ("Ground floor", 0, "Level 1", 1)
    assert {(z.code, z.name, z.kind) for z in ground.zones.values()} == {
        ("walkway-hall0000", "Main street", ZoneKind.CORRIDOR),
        ("room-roomaaaa", "手術室", ZoneKind.OTHER),
        ("room-roombbbb", "Soiled utility", ZoneKind.SOILED),
        ("elevator-lift0000", "Elevator", ZoneKind.LIFT),
    }
    assert ground.zones["room-roomaaaa"].polygon.bounds == pytest.approx((0, 2, 4, 6), abs=0.01)
    assert [(p.floor, p.to_floor, p.codes, p.kind, p.length_m) for p in plan.passages] == [
        ("Ground floor", "Ground floor", ("room-roomaaaa", "walkway-hall0000"), "door", 0.0),
        ("Ground floor", "Level 1", ("elevator-lift0000", "elevator-lift1111"), "lift", 15.0),
    ]
    assert plan.notes == [
        "1 units are no rooms and are left out: column",
        "1 openings lie between no two rooms (ways out of the building, mostly)",
    ]


def test_an_archive_is_measured_from_an_origin_and_turned():
    content = imdf(level("l", 0), unit("roomaaaa", "l", 0, 2))
    turned = read_plan(content, PlanOptions(origin=ORIGIN, rotation=90)).floors[0].zones["room-roomaaaa"]
    assert turned.polygon.bounds == pytest.approx((-6, 0, -2, 4), abs=0.01)


def test_a_unit_outside_its_level_and_one_that_crosses_itself_are_shown():
    with pytest.raises(PlanRefused) as refused:
        read_plan(imdf(level("l", 0, width=10), unit("roomaaaa", "l", 8, 0)))
    assert [(fault.kind, fault.zones) for fault in refused.value.faults] == [("outside", ("room-roomaaaa",))]
    bow = feature(
        "bowbowbo",
        "unit",
        ("Polygon", degrees((0, 0), (4, 4), (4, 0), (0, 4))),
        level_id="l",
        category="room",
    )
    with pytest.raises(PlanRefused) as refused:
        read_plan(imdf(level("l", 0), bow))
    assert refused.value.faults[0].kind == "crossing"
    assert refused.value.faults[0].spots[0] == pytest.approx((2, 2), abs=0.01)


def test_an_archive_of_several_buildings_asks_which():
    content = imdf(feature("c", "building", name={"en": "Annex"}), level("l", 0), unit("roomaaaa", "l", 0, 0))
    assert refusal(content) == "the archive holds several buildings: choose one; there are: Annex, Main"
    assert (
        refusal(content, PlanOptions(building="Wing"))
        == "no building is called “Wing”; there are: Annex, Main"
    )
    assert len(read_plan(content, PlanOptions(building="Main")).floors) == 1


def test_an_archive_without_levels_or_with_nonsense_is_refused_in_words():
    assert refusal(imdf()) == "the archive is no IMDF: level.geojson is missing"
    assert "has no ordinal" in refusal(imdf(level("l", "x"), unit("a", "l", 0, 0)))
    far = feature(
        "a", "unit", ("Polygon", [[999, 0], [999, 1], [998, 1], [999, 0]]), level_id="l", category="room"
    )
    assert "is no longitude and latitude: 999, 0" in refusal(imdf(level("l", 0), far))


# --- Images ---------------------------------------------------------------------------------------


def test_an_image_becomes_the_picture_of_a_floor_without_rooms():
    points = Calibration((0, 0), (400, 0), metres=40)
    (floor,) = read_plan(image(), PlanOptions("Ground", 0, points=points)).floors
    assert floor.zones == {}
    assert floor.picture.bounds == (0.0, 0.0, 40.0, 20.0)
    assert (floor.picture.media_type, floor.picture.width_px, floor.picture.height_px) == (
        "image/png",
        400,
        200,
    )


def test_what_an_image_carries_besides_its_pixels_is_not_kept():
    exif = Image.Exif()
    exif[0x010E] = "Jane Roe"
    content = image(kind="JPEG", exif=exif, comment=b"Jane Roe") + b"<script>Jane Roe</script>"
    (floor,) = read_plan(content, PlanOptions("Ground", 0, scale=0.1)).floors
    assert b"Jane Roe" not in floor.picture.content
    assert not Image.open(io.BytesIO(floor.picture.content)).getexif()


def test_an_image_is_turned_as_it_stands_and_made_smaller():
    points = Calibration((0, 200), (400, 200), at_a=(10.0, 0.0), at_b=(10.0, 40.0))
    (floor,) = read_plan(image(), PlanOptions("Ground", 0, points=points)).floors
    assert floor.picture.bounds == (-10.0, 0.0, 10.0, 40.0)
    assert (floor.picture.width_px, floor.picture.height_px) == (200, 400)
    (floor,) = read_plan(image(8192, 16), PlanOptions("Ground", 0, scale=0.01)).floors
    assert (floor.picture.width_px, floor.picture.height_px) == (4096, 8)
