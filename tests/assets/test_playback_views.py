"""Pages of the past: playback of a floor, the day of one asset, who was in a room, and their files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from assets.models import ActivityInterval, Stay, Waypoint
from assets.recording.moments import to_us
from assets.words import Activity, Basis
from locations.models import Building, Floor, Zone

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

PLAYBACK, CHANGES = "/map/main-1/playback/", "/map/main-1/playback/changes.json"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    """It is 14:00 UTC, 15:00 at the site."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon + 2 * HOUR)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1")


@pytest.fixture
def put(make_pump, bay, noon):
    """A pump that was in Bay 1 from noon for an hour, in use; its way has two points."""

    def do(asset_tag="P-1", **extra):
        pump = make_pump(asset_tag, **extra)
        Stay.objects.create(asset=pump, zone=bay, begin=noon, end=noon + HOUR)
        ActivityInterval.objects.create(
            asset=pump, activity=Activity.IN_USE, basis=Basis.CONFIRMED, begin=noon, end=noon + HOUR
        )
        for minutes, x in ((0, 2), (30, 8)):
            at = to_us(noon + timedelta(minutes=minutes))
            Waypoint.objects.create(
                asset=pump, at_us=at, floor=bay.floor, zone=bay, x=x, y=5, error_m=1, confidence=1
            )
        return pump

    return do


def text(response) -> str:
    return " ".join(response.content.decode().split())


def facts(response):
    return response.context["facts"]


def test_the_page_opens_today_at_this_moment_and_another_day_in_the_morning(sign_in, biomed, put):
    put()
    browser = sign_in(biomed)
    today = facts(browser.get(PLAYBACK))
    assert (today["at"], today["until"], today["length"]) == (15 * 3600, 15 * 3600, 86400)
    assert facts(browser.get(PLAYBACK, {"day": "2026-03-01"}))["at"] == 8 * 3600
    assert facts(browser.get(PLAYBACK, {"day": "2026-03-02", "at": "13:30"}))["at"] == 13.5 * 3600
    assert facts(browser.get(PLAYBACK, {"at": "23:00"}))["at"] == 15 * 3600  # which has not come yet
    assert "This day has not begun" in text(browser.get(PLAYBACK, {"day": "2026-03-05"}))


def test_the_day_says_when_much_moved(sign_in, biomed, put):
    put()
    density = facts(sign_in(biomed).get(PLAYBACK))["density"]
    assert {n: count for n, count in enumerate(density) if count} == {13 * 6: 1, 13 * 6 + 3: 1}
    assert len(density) == 144


@pytest.mark.parametrize(
    ("day", "hours", "shifts"),
    [
        ("2025-03-30", 23, [(0, 3600), (7200, 7200)]),
        ("2025-10-26", 25, [(0, 7200), (10800, 3600)]),
    ],
)
def test_a_day_on_which_the_clock_is_changed_has_its_own_length(sign_in, biomed, floor, day, hours, shifts):
    told = facts(sign_in(biomed).get(PLAYBACK, {"day": day, "at": "03:30"}))
    assert (told["length"], told["shifts"]) == (hours * 3600, shifts)
    assert told["at"] == (3.5 + (24 - hours) * -1) * 3600


@pytest.mark.parametrize(
    "query",
    [{"day": "2026-02-30"}, {"day": "yesterday"}, {"day": "9999-01-01"}, {"at": "25:00"}, {"at": "noon"}],
)
def test_what_is_no_day_or_time_is_refused(sign_in, biomed, floor, query):
    assert sign_in(biomed).get(PLAYBACK, query).status_code == 400


def test_the_changes_tell_the_way_and_the_activity_in_seconds(sign_in, biomed, put, noon):
    pump = put()
    begin = int(noon.timestamp())
    told = sign_in(biomed).get(CHANGES, {"from": begin, "to": begin + 7200}).json()
    (asset,) = told["assets"]
    assert (asset["id"], asset["tag"], asset["fixed"], told["exact"]) == (pump.pk, "P-1", False, True)
    zone = Zone.objects.get().pk
    assert asset["way"] == [[0, zone, 2, 5, 1, 1, None], [1800, zone, 8, 5, 1, 1, None]]
    in_use = told["activities"].index("in_use")
    assert asset["deeds"] == [[0, in_use, told["bases"].index("confirmed")], [3600]]
    assert told["zones"] == {str(zone): "Bay 1"}


def test_more_than_fits_one_answer_ends_where_it_is_complete(sign_in, biomed, put, noon, monkeypatch):
    put()
    monkeypatch.setattr("assets.playback.ways.MOST_POINTS", 1)
    begin = int(noon.timestamp()) - 60
    told = sign_in(biomed).get(CHANGES, {"from": begin, "to": begin + 7200}).json()
    assert told["until"] == 60 + 1800
    assert len(told["assets"][0]["way"]) == 1


@pytest.mark.parametrize("query", [{"from": "5", "to": "5"}, {"from": "0", "to": "99999"}, {"from": "x"}])
def test_changes_are_of_a_day_at_most(sign_in, biomed, floor, query):
    assert sign_in(biomed).get(CHANGES, query).status_code == 400


def test_the_day_of_an_asset_opens_on_the_floor_and_at_the_time_of_its_longest_stay(
    sign_in, biomed, put, building
):
    Floor.objects.create(building=building, name="Ground", slug="main-0", level=0)
    put()
    answer = sign_in(biomed).get("/assets/P-1/playback/")
    assert answer["Location"] == "/map/main-1/playback/?at=13%3A00%3A00&day=2026-03-02&asset=P-1"


def test_its_stays_are_beside_the_plan_and_in_a_file(sign_in, biomed, put):
    put()
    browser = sign_in(biomed)
    page = text(browser.get(PLAYBACK, {"asset": "P-1"}))
    for words in ("Bay 1", ">13:00<", ">14:00<", "1 h"):
        assert words in page
    rows = list(csv.reader(io.StringIO(browser.get("/assets/P-1/day.csv").content.decode())))
    assert rows[1] == [
        "P-1", "Bay 1", "Level 1", "2026-03-02T13:00:00+01:00", "2026-03-02T14:00:00+01:00", "60.0", "0.0",
    ]  # fmt: skip


ROOM = {"from": "2026-03-02T13:30", "to": "2026-03-02T14:30"}


def test_a_room_says_what_was_in_it_between_two_times_of_the_site(sign_in, biomed, put, bay):
    put()
    page = text(sign_in(biomed).get(f"/rooms/{bay.pk}/history/", ROOM))
    for words in (
        "P-1",
        "Mon 13:00",
        "Mon 14:00",
        "30 min",
        "In use 30 min",
        "first known here",
        "no room since",
    ):
        assert words in page
    chart = sign_in(biomed).get(f"/rooms/{bay.pk}/history/chart.json", ROOM).json()
    assert chart["usermeta"]["rows"] == [["Mon 13:30:00", "1"], ["Mon 14:00:00", "0"]]
    assert chart["usermeta"]["finding"] == "Most at Mon 13:30: 1 here; fewest 0"


def test_the_file_of_a_room_runs_no_formulas(sign_in, biomed, put, bay, pump_model):
    put()
    Zone.objects.filter(pk=bay.pk).update(name="=HYPERLINK(1)")
    pump_model.manufacturer = "+evil"
    pump_model.save()
    content = sign_in(biomed).get(f"/rooms/{bay.pk}/history.csv", ROOM).content.decode()
    (row,) = list(csv.reader(io.StringIO(content)))[1:]
    assert (row[0], row[1], row[5], row[10]) == ("P-1", "'+evil Infusa 200", "30.0", "'=HYPERLINK(1)")


def test_an_empty_room_says_why(sign_in, biomed, put, bay, make_zone):
    put()
    browser = sign_in(biomed)
    ask = lambda zone, **query: text(browser.get(f"/rooms/{zone.pk}/history/", {**ROOM, **query}))  # noqa: E731
    early = ask(bay, **{"from": "2026-03-01T10:00", "to": "2026-03-01T11:00"})
    assert "Nothing was recorded here in this time" in early
    assert "first stay in this room was recorded on 2 March 2026, 13:00" in early
    assert "ever recorded in this room" in ask(make_zone("Store", x=10))
    future = {"from": "2026-03-03T10:00", "to": "2026-03-03T11:00"}
    assert "has not come yet" in ask(bay, **future)


def test_a_room_of_an_earlier_plan_is_told_as_such(sign_in, biomed, put, bay, make_zone, noon):
    put()
    Zone.objects.filter(pk=bay.pk).update(retired_at=noon + HOUR)
    now = make_zone("Bay 1 A", code="bay-1")
    page = text(sign_in(biomed).get(f"/rooms/{now.pk}/history/", ROOM))
    assert "Until 2 March 2026, 14:00 this room was drawn as “Bay 1”" in page
    assert "in “Bay 1”" in page


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-03-02T14:00", "to": "2026-03-02T14:00"},
        {"from": "2026-01-02T14:00", "to": "2026-03-02T14:00"},
        {"from": "soon"},
        {"from": "0001-01-01T00:00"},
        {"category": "no-such"},
    ],
)
def test_a_period_that_cannot_be_is_refused(sign_in, biomed, bay, query):
    assert sign_in(biomed).get(f"/rooms/{bay.pk}/history/", query).status_code == 400


def test_the_past_is_for_who_may_see_histories_and_only_of_their_sites(
    sign_in, nurse, biomed, other_site, put, bay
):
    put()
    far = Floor.objects.create(
        building=Building.objects.create(site=other_site, name="F", slug="f"), name="F", slug="far-0", level=0
    )
    Zone.objects.filter(pk=bay.pk).update(floor=far)
    for path in (f"/rooms/{bay.pk}/history/", f"/rooms/{bay.pk}/history.csv", "/map/far-0/playback/"):
        assert sign_in(biomed).get(path).status_code == 404
        assert sign_in(nurse).get(path).status_code == 403
    for page in ("/map/main-1/", "/map/card/P-1/", "/assets/P-1/"):
        assert "playback" not in text(sign_in(nurse).get(page))
        assert "playback" in text(sign_in(biomed).get(page))


@pytest.mark.parametrize(
    ("path", "queries"),
    [(CHANGES, 8), (PLAYBACK + "?asset=P-1", 6), ("/rooms/{room}/history/?{room_query}", 7)],
)
def test_the_past_costs_the_same_with_one_and_with_three(
    sign_in, biomed, put, bay, path, queries, django_assert_num_queries
):
    browser = sign_in(biomed)
    asked = path.format(room=bay.pk, room_query="&".join(f"{k}={v}" for k, v in ROOM.items()))
    put()
    with django_assert_num_queries(2 + queries):
        browser.get(asked)
    put("P-2")
    put("P-3")
    with django_assert_num_queries(2 + queries):
        assert browser.get(asked).status_code == 200
