"""Trends: lines that break where nothing was known, told in the site's time and in readable units."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from assets.charts import finding, measure, trend_chart
from assets.history import ActivitySpan, Period
from assets.models import Reading
from assets.trends import Point, by_hour, reading_points, thinned, unbroken
from assets.vocabulary import term
from assets.words import Activity, Basis, Quality
from tests.latest import put_reading

BERLIN = ZoneInfo("Europe/Berlin")
TEMPERATURE = term("temperature")  # recorded at least every 5 minutes


@pytest.fixture
def at(noon):
    """``at(30)`` is half an hour before noon."""
    return lambda minutes: noon - timedelta(minutes=minutes)


@pytest.fixture
def day(noon):
    return Period.last_hours(24, noon)


@pytest.fixture
def line(at):
    """Every minute of the last hour, from 4.0 °C slowly up."""
    return [Point(at(60 - minute), 4 + minute / 100) for minute in range(60)]


def silence(begin, end):
    return ActivitySpan(begin, end, Activity.UNKNOWN, Basis.SILENCE)


def test_history_and_the_latest_reading_make_the_line(make_pump, day, at):
    pump = make_pump()
    Reading.objects.create(asset=pump, name="temperature", at=at(20), value=4.2)
    Reading.objects.create(asset=pump, name="temperature", at=at(40), value=4.0)
    Reading.objects.create(asset=pump, name="humidity", at=at(30), value=50)
    Reading.objects.create(asset=pump, name="temperature", at=at(25 * 60), value=9.9)
    put_reading(asset=pump, name="temperature", number=4.3, at=at(1), good_at=at(1), source="x")
    assert reading_points(pump, TEMPERATURE, day) == [
        Point(at(40), 4.0), Point(at(20), 4.2), Point(at(1), 4.3),
    ]  # fmt: skip


def test_a_failed_reading_adds_no_point(make_pump, day, at):
    pump = make_pump()
    Reading.objects.create(asset=pump, name="temperature", at=at(20), value=4.2)
    put_reading(
        asset=pump, name="temperature", quality=Quality.NO_ANSWER, at=at(1), good_at=at(20), source="x"
    )
    assert reading_points(pump, TEMPERATURE, day) == [Point(at(20), 4.2)]


def test_a_latest_reading_from_before_the_period_adds_no_point(make_pump, day, at):
    pump = make_pump()
    put_reading(asset=pump, name="temperature", number=4.3, at=at(25 * 60), source="x")
    assert reading_points(pump, TEMPERATURE, day) == []


def test_a_line_breaks_after_two_heartbeats_without_a_value(at):
    points = [Point(at(30), 4.0), Point(at(20), 4.1), Point(at(9), 4.2)]
    assert unbroken(points, TEMPERATURE, []) == [points[:2], points[2:]]


def test_a_line_breaks_where_the_asset_was_not_heard(at):
    points = [Point(at(10), 4.0), Point(at(5), 4.1)]
    held = Point(at(8), 4.0)
    assert unbroken(points, TEMPERATURE, [silence(at(8), at(7))]) == [[points[0], held], points[1:]]


def test_a_value_holds_until_the_silence_that_goes_on(at):
    points = [Point(at(10), 4.0), Point(at(5), 4.1)]
    assert unbroken(points, TEMPERATURE, [silence(at(3), at(0))]) == [[*points, Point(at(3), 4.1)]]


def test_a_value_holds_no_longer_than_it_can_be_trusted(at):
    points = [Point(at(60), 4.0)]
    assert unbroken(points, TEMPERATURE, [silence(at(20), at(0))]) == [points]


def test_thinning_keeps_the_peaks(at):
    points = [Point(at(5000 - n), 4.0) for n in range(5000)]
    points[1234] = Point(points[1234].at, 11.5)
    points[4321] = Point(points[4321].at, -2.0)
    kept = thinned(points, most=100)
    assert len(kept) <= 100
    assert (max(p.value for p in kept), min(p.value for p in kept)) == (11.5, -2.0)
    assert [p.at for p in kept] == sorted(p.at for p in kept)


def test_a_short_line_is_not_thinned(line):
    assert thinned(line) == line


def test_the_table_has_a_row_for_each_hour_of_the_wall_clock(at):
    rows = by_hour([Point(at(90), 4.0), Point(at(70), 5.0), Point(at(10), 4.5)], BERLIN)
    assert [(f"{row.begin:%H:%M}", row.lowest, row.highest, row.last) for row in rows] == [
        ("12:00", 4.5, 4.5, 4.5), ("11:00", 4.0, 5.0, 5.0),
    ]  # fmt: skip


def test_the_hour_that_a_clock_repeats_has_two_rows(noon):
    first = noon.replace(month=10, day=25, hour=0, minute=30)
    rows = by_hour([Point(first, 1.0), Point(first + timedelta(hours=1), 2.0)], BERLIN)
    assert [(f"{row.begin:%H:%M}", row.last) for row in rows] == [("02:00", 2.0), ("02:00", 1.0)]


def test_the_title_says_what_was_found(line):
    assert finding(line, TEMPERATURE) == "Temperature: last 4.6 °C, between 4.0 and 4.6 °C"
    assert finding(line[:3], TEMPERATURE) == "Temperature: steady at 4.0 °C"
    assert finding([], TEMPERATURE) == "Temperature: no values in this period"


@pytest.mark.parametrize(
    ("longest", "words"), [(90, "90 s"), (1800, "30 min"), (9000, "2.5 h"), (3 * 86400, "3.0 d")]
)
def test_lengths_of_time_are_told_in_a_unit_that_can_be_read(at, longest, words):
    told = measure([Point(at(1), longest)], term("runtime_remaining"))
    assert told.words(longest) == words


def test_the_specification_is_json_and_names_no_other_host(line, day):
    text = json.dumps(trend_chart(line, TEMPERATURE, day, BERLIN))
    assert "http" not in text


def test_time_is_drawn_as_seconds_with_the_sites_hours_beside_it(line, day):
    spec = trend_chart(line, TEMPERATURE, day, BERLIN)
    axis = spec["layer"][1]["layer"][0]["encoding"]["x"]
    assert axis["scale"]["domain"] == [0, 86400]
    assert axis["axis"]["values"] == [18000, 39600, 61200, 82800]
    assert axis["axis"]["labelExpr"].startswith("['18:00', 'Mon 2', '06:00', '12:00'][indexof(")


def test_the_axis_carries_the_unit(line, day):
    y = trend_chart(line, TEMPERATURE, day, BERLIN)["layer"][1]["layer"][0]["encoding"]["y"]
    assert y["title"] == "°C"
    assert y["axis"]["format"] == ",.1~f"


def test_a_share_is_drawn_from_nothing_to_all(at, day):
    y = trend_chart([Point(at(1), 97)], term("battery_charge"), day, BERLIN)["layer"][1]["layer"][0][
        "encoding"
    ]["y"]
    assert y["scale"]["domain"] == [0, 100]


def test_a_load_that_can_exceed_all_is_not_cut_at_all(at, day):
    y = trend_chart([Point(at(1), 130)], term("output_load"), day, BERLIN)["layer"][1]["layer"][0][
        "encoding"
    ]["y"]
    assert y["scale"]["domain"] == [126.0, 134.0]


def test_points_of_different_stretches_are_not_joined(at, day):
    spec = trend_chart([Point(at(90), 4.0), Point(at(10), 4.5)], TEMPERATURE, day, BERLIN)
    drawn = spec["layer"][1]["layer"][0]
    assert drawn["encoding"]["detail"]["field"] == "stretch"
    assert [value["stretch"] for value in spec["layer"][1]["data"]["values"]] == [0, 1]
    assert drawn["mark"]["interpolate"] == "step-after"


def test_silences_are_shaded_behind_the_line(line, day, at):
    spec = trend_chart(line, TEMPERATURE, day, BERLIN, [silence(at(24 * 60), at(12 * 60))])
    assert spec["layer"][0]["data"]["values"] == [{"t": 0, "end": 43200, "words": "Not heard"}]


def test_the_table_below_is_rounded_as_the_reading_is(line, day):
    rows = trend_chart(line, TEMPERATURE, day, BERLIN)["usermeta"]["rows"]
    assert rows == [["Mon 12:00", "4.0", "4.6", "4.6"]]


def test_a_chart_without_values_still_says_so(day):
    spec = trend_chart([], TEMPERATURE, day, BERLIN)
    assert spec["usermeta"] == {"finding": "Temperature: no values in this period", "rows": []}


@pytest.mark.parametrize(
    ("name", "values", "span"),
    [
        ("temperature", [4.0, 8.0], [4.0, 8.0]),
        ("temperature", [4.0, 4.0], [3.6, 4.4]),  # four deadbands of 0.2 °C
        ("infusion_rate", [0.0, 0.0], [0.0, 0.4]),
        ("door_openings", [312, 312], [310.0, 314.0]),
        ("uptime", [7, 38], [7, 38]),
        ("temperature", [], [0, 1]),
    ],
)
def test_a_steady_line_is_not_blown_up_and_nothing_seems_negative_that_cannot_be(at, day, name, values, span):
    points = [Point(at(10 - place), value) for place, value in enumerate(values)]
    y = trend_chart(points, term(name), day, BERLIN)["layer"][1]["layer"][0]["encoding"]["y"]
    assert y["scale"]["domain"] == pytest.approx(span)
