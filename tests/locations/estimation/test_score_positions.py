"""Scoring positions against a recording: figures for a small one, and what is wrong with a broken one."""

from __future__ import annotations

import math
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from locations.scoring.scores import Judged, score
from locations.scoring.zones import GridZones

RECEIVERS = 'Dongles:{"aa": [[0, 0, 2.2], 1, "one"], "bb": [[10, 0, 2.2], 2, "two"], "cc": [[5, 8, 2.2], 3, "three"]}\n'
SURVEY = "set,x,y,z,sensor,n,mean,std,min,max\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "hall.dev").write_text(RECEIVERS)
    (tmp_path / "hall.par").write_text('{"limits": [0, 0, 10, 8]}')
    rows = []
    for second in range(20):
        for name, x, y in (("aa", 0, 0), ("bb", 10, 0), ("cc", 5, 8)):
            level = -59 - 20 * math.log10(math.dist((4, 3, 1.2), (x, y, 2.2)))
            rows.append(f"{100 + second},{name},tag,{level:.1f},4,3,1")
    (tmp_path / "still.mbd").write_text("\n".join(rows))
    return tmp_path


def scored(files, survey="-", **options):
    out = StringIO()
    call_command(
        "score_positions", str(survey), str(files / "hall.dev"), str(files / "still.mbd"),
        stdout=out, stderr=StringIO(), **options,
    )  # fmt: skip
    return out.getvalue()


def test_a_still_tag_in_the_right_zone_all_the_time(files):
    lines = scored(files).splitlines()

    total = next(line.split() for line in lines if line.startswith("all"))
    assert total[1] == "18"
    assert total[4:8] == ["100.0", "100.0", "100.0", "0"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("still.mbd", "1,aa,tag,-60,x,3", "still.mbd, line 1, column 5: “x” is no number"),
        ("still.mbd", "1,aa,tag", "still.mbd, line 1, column 3: has 3 columns"),
        ("still.mbd", "1,aa,tag,127,1,3", "still.mbd, line 1, column 4: 127 is no strength"),
        ("still.mbd", "1,zz,tag,-60,1,3", "holds no sighting by a receiver that is known"),
        ("hall.dev", 'Dongles:{"aa": [[0, 0]}', "hall.dev, line 1, column 23"),
        ("hall.dev", 'Dongles:{"aa": [["x", 0]]}', "receiver aa: its place is not a list of numbers"),
        ("hall.par", '{"limits": [5, 0, 1, 8]}', "hall.par: “limits” does not go"),
        (
            "survey.csv",
            SURVEY + "s,1,1,1,nobody,5,-60,2,0,0\n",
            "line 2, column sensor: no receiver is called",
        ),
        ("survey.csv", "x,y\n1,2\n", "survey.csv, line 1: no column sensor, n, mean, std"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(files, name, text, message):
    (files / name).write_text(text)
    survey = files / name if name == "survey.csv" else "-"

    with pytest.raises(CommandError) as refused:
        scored(files, survey)

    assert message in str(refused.value)


def test_a_grid_that_is_none_is_refused(files):
    with pytest.raises(CommandError, match="columns x rows"):
        scored(files, grid="four")


def test_hops_are_changes_beyond_the_true_ones():
    zones = GridZones((0, 0, 10, 10), 2, 1)
    stated = [1, 9, 1, 9, 9, 9]
    true = [1, 1, 1, 1, 9, 9]
    judged = [Judged(x, 5, 1.0, t, 5) for x, t in zip(stated, true, strict=True)]

    total = score([judged], zones)

    assert total.hops == 2
    assert total.zone == pytest.approx(4 / 6)
    assert (total.zones["1/1"].sensitivity, total.zones["2/1"].precision) == (0.5, 0.5)
    assert total.median_m == 0
