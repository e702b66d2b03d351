"""A forecast is held against the last value and the week before, and says nothing where it is no better."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.fleet import forecasts, series
from assets.fleet.forecasting import HORIZON, LEAST_DAYS, Point, judged, smoothed
from assets.fleet.models import Forecast
from assets.fleet.series import Demand, unbroken
from assets.utilisation.models import FleetDay, RolledUntil
from assets.utilisation.packing import pack

LAST = date(2026, 3, 1)


def slow_errors(values, forecaster):
    """Of every held-back day by itself."""
    ours, last, week, inside = [], [], [], []
    for weeks_ago in (0, 1, 2, 3):
        origin = len(values) - 14 - 7 * weeks_ago
        points = forecaster(values[:origin], 14)
        for ahead in range(14):
            real, point = values[origin + ahead], points[ahead]
            ours.append(abs(point.value - real))
            last.append(abs(values[origin - 1] - real))
            same_day = origin + ahead
            while same_day >= origin:
                same_day -= 7
            week.append(abs(values[same_day] - real))
            inside.append(1 if point.low <= real <= point.high else 0)
    return tuple(sum(each) / len(each) for each in (ours, last, week, inside))


def middling(values, count):
    """The mean so far, within two."""
    mean = sum(values) / len(values)
    return [Point(mean, mean - 2, mean + 2)] * count


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=LEAST_DAYS, max_size=LEAST_DAYS + 9))
def test_scores_are_those_of_every_held_back_day(values):
    found = judged(values, middling)
    ours, last, week, inside = slow_errors(values, middling)
    assert (found.error, found.error_last, found.error_week, found.inside) == pytest.approx(
        (ours, last, week, inside)
    )
    assert (found.outcome == "given") == (ours < last and ours < week)
    assert len(found.points) == (HORIZON if found.outcome == "given" else 0)


def test_what_is_known_too_short_has_no_forecast_and_no_scores():
    found = judged([1.0] * (LEAST_DAYS - 1), middling)
    assert (found.outcome, found.days, found.error, found.points) == ("too_short", 69, None, [])


def test_what_never_changes_is_not_forecast_as_the_last_value_is_as_good():
    found = judged([3.0] * LEAST_DAYS)
    assert (found.outcome, found.error, found.error_last) == ("not_better", 0, 0)


def test_a_week_with_a_trend_is_forecast_better_than_both():
    values = [20 + day / 5 + (4 if day % 7 < 5 else 0) + (day * 37 % 11) / 5 for day in range(91)]
    found = judged(values)
    assert found.outcome == "given"
    assert found.error < min(found.error_last, found.error_week)
    assert all(point.low <= point.value <= point.high for point in found.points)
    assert found.points[0].value == pytest.approx(20 + 91 / 5 + 4 + 1, abs=2)


def test_demand_is_never_forecast_to_be_less_than_none():
    points = smoothed([day % 2 for day in range(LEAST_DAYS)], HORIZON)
    assert min(point.low for point in points) >= 0


def test_days_in_a_row_end_where_one_has_no_figure():
    def demand(*known):
        return [Demand(LAST - timedelta(days=ago), float(ago), ago / 2) for ago in known]

    assert unbroken(demand(0, 1, 2, 4), "p95", LAST) == [2, 1, 0]
    assert unbroken(demand(0, 1, 2, 4), "mean", LAST) == [1, 0.5, 0]
    assert unbroken(demand(1, 2), "p95", LAST) == []
    gap = [*demand(0), Demand(LAST - timedelta(days=1), None, None), *demand(2)]
    assert unbroken(gap, "p95", LAST) == [0]
    later = [*demand(0, 1), Demand(LAST + timedelta(days=1), 9, 9)]
    assert unbroken(later, "p95", LAST) == [1, 0]


@pytest.fixture
def rolled(db, site, pumps):
    """Eighty days of ten pumps: each whole day so many in use for half of it."""

    def make(levels, heard=1.0):
        zero = dict.fromkeys(("confirmed", "presumed", "down", "dirty", "in_transit"), 0)
        for ago, level in enumerate(reversed(levels)):
            day = LAST - timedelta(days=ago)
            begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 3600
            unknown = round(10 * 86_400 * (1 - heard))
            seconds = {**zero, "available": 10 * 86_400 - unknown, "unknown": unknown}
            FleetDay.objects.create(
                site=site, category=pumps, day=day, begin_s=begin, until_s=begin + 86_400, assets_count=10,
                levels_confirmed=b"", levels_any=pack(_table(level)), hours=b"", presence=b"", dwells=b"", **seconds,
                **{f"staffed_{name}": 0 for name in seconds},
            )  # fmt: skip
        RolledUntil.objects.create(site=site, until_s=int(datetime(2026, 3, 2, 5, tzinfo=UTC).timestamp()))

    return make


def _table(level):
    return np.array([[0, 43_200], [level, 43_200]] if level else [[0, 86_400]], dtype=np.int64)


NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_demand_of_a_day_is_its_percentile_and_its_mean(rolled, site, pumps):
    rolled([4])
    (day,) = series.demand_of(FleetDay.objects.all())
    assert (day.day, day.p95, day.mean) == (LAST, 4, 2)


def test_a_day_of_which_too_little_was_heard_has_no_figure(rolled):
    rolled([4], heard=0.4)
    (day,) = series.demand_of(FleetDay.objects.all())
    assert (day.p95, day.mean) == (None, None)


def test_forecasts_are_made_once_a_day_and_kept_with_when(rolled, site, pumps):
    rolled([3 + (day % 7 < 5) * 4 + (day * 5 % 3) for day in range(80)])
    assert forecasts.keep_forecasts(now=NOW) == 1
    p95, mean = Forecast.objects.order_by("-measure")
    assert (p95.measure, mean.measure) == ("p95", "mean")
    assert (p95.days_count, p95.last_day, p95.computed_at, p95.outcome) == (80, LAST, NOW, "given")
    assert [point["day"] for point in p95.points][:2] == ["2026-03-02", "2026-03-03"]
    assert len(p95.points) == HORIZON
    assert forecasts.keep_forecasts(now=NOW + timedelta(hours=1)) == 0
    Forecast.objects.update(last_day=LAST - timedelta(days=1))
    assert forecasts.keep_forecasts(now=NOW + timedelta(hours=2)) == 1
    assert Forecast.objects.count() == 2


def test_what_takes_too_long_waits_for_the_next_turn(rolled):
    rolled([3] * 5)
    assert forecasts.keep_forecasts(now=NOW, seconds=0) == 0
    assert not Forecast.objects.exists()


def test_the_page_the_file_and_the_api_say_the_same(rolled, site, pumps, sign_in, facilities):
    browser = sign_in(facilities)
    page = browser.get("/utilisation/infusion-pump/forecast/").content.decode()
    assert "No forecast was made yet" in page
    rolled([3 + (day % 7 < 5) * 4 + (day * 5 % 3) for day in range(80)])
    forecasts.keep_forecasts(now=NOW)
    page = browser.get("/utilisation/infusion-pump/forecast/").content.decode()
    assert "There is a forecast, because on held-back days it was better than both." in page
    assert "computed 2 March 2026, 07:00" in page
    spec = browser.get("/utilisation/infusion-pump/forecast/days.json").json()
    assert "in use at once in the coming 14 days" in spec["usermeta"]["finding"]
    assert len(spec["usermeta"]["rows"]) == 56 + 14
    (line,) = browser.get("/api/v1/utilisation/fleets/infusion-pump/forecast/").json()["lines"]
    assert (line["outcome"], line["unit"], len(line["points"])) == ("given", None, 14)
    assert line["error"] < min(line["error_last"], line["error_week"])
    file = browser.get("/utilisation/infusion-pump/forecast/days.csv").content.decode()
    assert len(file.strip().splitlines()) == 15
    assert "2026-03-02," in file


def test_without_a_forecast_the_reason_is_told_and_no_number(rolled, sign_in, facilities):
    rolled([3] * 80)
    forecasts.keep_forecasts(now=NOW)
    browser = sign_in(facilities)
    page = browser.get("/utilisation/infusion-pump/forecast/").content.decode()
    assert "There is no forecast, because it is no better than the last value" in page
    spec = browser.get("/utilisation/infusion-pump/forecast/days.json").json()
    assert spec["usermeta"]["finding"] == "No forecast; the last weeks as they were"
    (line,) = browser.get("/api/v1/utilisation/fleets/infusion-pump/forecast/").json()["lines"]
    assert line["points"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"measure": "guess"}, "measure"), ({"unit": "nowhere"}, "unit"), ({"site": "far-clinic"}, "site")],
)
def test_what_cannot_be_forecast_is_refused_with_the_field_named(
    sign_in, facilities, pumps, other_site, asked, field
):
    browser = sign_in(facilities)
    assert browser.get("/utilisation/infusion-pump/forecast/", asked).status_code == 400
    for address in (
        "/utilisation/infusion-pump/forecast/days.json",
        "/utilisation/infusion-pump/forecast/days.csv",
        "/api/v1/utilisation/fleets/infusion-pump/forecast/",
    ):
        answer = browser.get(address, asked)
        assert answer.status_code == 400
        assert field in answer.json()
