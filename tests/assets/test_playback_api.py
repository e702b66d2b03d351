"""Past days over the API: a floor at an instant, who was in a room, the way of an asset; limits, rights, cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import Stay, Waypoint
from assets.observation import Evidence, Position
from assets.playback.states import floor_as_of
from assets.record import record_observations
from assets.recording.moments import to_us
from assets.sweep import sweep_silence
from locations.models import Floor, Tag, Zone

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

FLOOR, AS_OF = "/api/v1/floors/main-1/history/", "/api/v1/floors/main-1/as-of/"
TRAIL = "/api/v1/assets/P-1/trail/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon + timedelta(hours=2))


@pytest.fixture
def rooms(make_zone):
    return make_zone("Bay"), make_zone("Store", x=10)


@pytest.fixture
def walk(make_pump, rooms, observe, noon):
    """P-1: in the bay from noon, in use; in the store from about 20 min on; silent from 40 to 70 min, and after 80."""

    def do(asset_tag="P-1"):
        pump = make_pump(asset_tag)
        stand = [(t, 5) for t in range(0, 1200, 30)] + [(t, 15) for t in range(1200, 2400, 30)]
        stand += [(t, 15) for t in range(4200, 4801, 30)]
        for begin in range(0, len(stand), 20):
            record_observations(
                [
                    observe(pump, at, position=Position("main-1", x, 5, 0.5), activity=Evidence.IN_USE)
                    for at, x in stand[begin : begin + 20]
                ]
            )
        sweep_silence(now=noon + timedelta(hours=2))
        return pump

    return do


@pytest.fixture
def api(sign_in, biomed):
    browser = sign_in(biomed)
    return lambda path, **params: browser.get(path, params).json()


def at(noon, minutes):
    return (noon + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_floor_at_an_instant_says_who_where_how_sure_and_what(walk, api, noon):
    walk()
    (state,) = api(AS_OF, at=at(noon, 10))["results"]
    assert (state["asset_tag"], state["zone_name"], state["activity"]) == ("P-1", "Bay", "in_use")
    assert (state["x"], state["y"], state["error_m"], state["confidence"]) == (5, 5, 0.5, 1)
    assert (state["at"], state["since"], state["silent_since"]) == (at(noon, 0), at(noon, 0), None)


def test_what_nothing_was_heard_of_is_told_as_such_and_not_as_on_its_way(walk, api, noon):
    walk()
    (heard,) = api(AS_OF, at=at(noon, 40))["results"]
    (silent,) = api(AS_OF, at=at(noon, 60))["results"]
    (still,) = api(AS_OF, at=at(noon, 110))["results"]
    assert heard["silent_since"] is None
    assert (silent["zone_name"], silent["activity"]) == ("Store", "unknown")
    assert silent["silent_since"] == at(noon, 39.5)
    assert still["silent_since"] == at(noon, 80)
    assert (silent["x"], silent["y"]) == (heard["x"], heard["y"])


def test_who_left_for_another_floor_or_had_not_come_is_not_there(walk, api, noon, observe, building):
    pump = walk()
    Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    record_observations(
        [observe(pump, 6000 + t, position=Position("main-2", 5, 5, 1)) for t in range(0, 20, 2)]
    )
    assert api(AS_OF, at=at(noon, -5))["results"] == []
    assert api(AS_OF, at=at(noon, 105))["results"] == []
    assert len(api("/api/v1/floors/main-2/as-of/", at=at(noon, 105))["results"]) == 1


def test_installed_equipment_is_where_it_is_registered(make_pump, make_zone, observe, api, noon):
    fixed = make_pump("CT-1", is_fixed=True, home_zone=make_zone("CT", x=20))
    record_observations([observe(fixed, activity=Evidence.IN_USE)])
    (state,) = api(AS_OF, at=at(noon, 1))["results"]
    assert (state["is_installed"], state["zone_name"], state["x"]) == (True, "CT", 25)
    assert (state["at"], state["error_m"], state["activity"]) == (None, None, "in_use")


def test_a_day_whose_ways_are_no_longer_kept_is_told_by_its_rooms(walk, floor, noon):
    walk()
    Waypoint.objects.all().delete()
    (state,) = floor_as_of(floor, noon + timedelta(minutes=10), now=noon + timedelta(days=300))
    assert (state.zone_name, state.x, state.error_m, state.at) == ("Bay", 5, None, noon)


def test_a_room_says_who_came_from_where_stayed_how_long_and_went_where(walk, api, rooms, noon):
    bay, store = rooms
    walk()
    moved = Stay.objects.get(zone=store).begin
    (was,) = api(f"/api/v1/zones/{bay.pk}/history/", **{"from": at(noon, 10), "to": at(noon, 30)})["results"]
    assert (was["asset"]["asset_tag"], was["begin"], was["came_from"]) == ("P-1", at(noon, 0), None)
    assert was["seconds"] == (moved - noon).total_seconds() - 600
    assert was["activities"] == [{"activity": "in_use", "seconds": was["seconds"]}]
    assert (was["went_to"]["zone"]["name"], was["went_to"]["apart_s"], was["unheard_s"]) == ("Store", 0, 0)


def test_time_in_a_room_in_which_nothing_was_heard_is_said(walk, api, rooms, noon):
    walk()
    (stay,) = api(f"/api/v1/zones/{rooms[1].pk}/history/", **{"from": at(noon, 30), "to": at(noon, 110)})[
        "results"
    ]
    assert (stay["end"], stay["seconds"]) == (None, 80 * 60)
    # Two minutes after the last report it counts as not heard: 41.5 to 70, and 82 to 110.
    assert stay["unheard_s"] == (70 - 41.5) * 60 + (110 - 82) * 60


def test_a_room_includes_what_it_was_in_earlier_plans(walk, api, rooms, noon, make_zone):
    bay, _ = rooms
    walk()
    Zone.objects.filter(pk=bay.pk).update(retired_at=noon + timedelta(hours=1))
    successor = make_zone("Bay A", code="bay")
    (was,) = api(f"/api/v1/zones/{successor.pk}/history/", **{"from": at(noon, 0), "to": at(noon, 10)})[
        "results"
    ]
    assert was["zone"] == {"id": bay.pk, "name": "Bay", "kind": "other"}


def test_a_room_between_two_times_has_only_whom_shares_time_with_it(walk, api, rooms, noon):
    walk()
    bay = f"/api/v1/zones/{rooms[0].pk}/history/"
    assert api(bay, **{"from": at(noon, 50), "to": at(noon, 60)})["count"] == 0
    assert api(bay, **{"from": at(noon, -60), "to": at(noon, 0)})["count"] == 0
    assert api(bay, **{"from": at(noon, -60), "to": at(noon, 1)})["count"] == 1


def test_a_floor_tells_the_stays_of_all_its_rooms_by_category(walk, api, noon):
    walk()
    period = {"from": at(noon, 0), "to": at(noon, 60)}
    assert [row["zone"]["name"] for row in api(FLOOR, **period)["results"]] == ["Bay", "Store"]
    assert api(FLOOR, **period, category="infusion-pump", limit=1)["count"] == 2
    assert "category" in api(FLOOR, **period, category="no-such")


def test_a_way_is_told_point_by_point_with_its_silences(walk, api, noon):
    walk()
    told = api(TRAIL, **{"from": at(noon, 0), "to": at(noon, 90)})["results"]
    assert (told[0]["at"], told[0]["x"], told[0]["zone"]["name"]) == (at(noon, 0), 5, "Bay")
    assert [p["silent_since"] for p in told if p["silent_since"]] == [at(noon, 39.5)]
    assert [p["at"] for p in told] == sorted(p["at"] for p in told)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-03-02T12:00:00Z", "to": "2026-03-02T12:00:00Z"},
        {"from": "2026-03-02T12:00:00Z", "to": "2026-04-03T12:00:00Z"},
        {"from": "2026-03-02T12:00:00"},
        {"from": "0001-01-01T00:00:00+23:00"},
        {"to": "yesterday"},
        {"before": "2026-03-02T12:00:00Z"},
        {"limit": "0"},
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_name(sign_in, biomed, floor, make_pump, query):
    make_pump("P-1")
    for path in (FLOOR, TRAIL):
        answer = sign_in(biomed).get(path, query)
        assert answer.status_code == 400
        assert set(answer.json()) <= {*query, "to"}


def test_another_site_s_past_is_not_there(walk, sign_in, biomed, other_site, rooms, make_pump):
    walk()
    biomed.sites.set([other_site])
    browser = sign_in(biomed)
    for path in (FLOOR, AS_OF, TRAIL, f"/api/v1/zones/{rooms[0].pk}/history/"):
        assert browser.get(path).status_code == 404
    assert browser.get(f"/api/v1/zones/{2**80}/history/").status_code == 404


def test_a_visitor_of_another_site_is_not_named_to_who_may_not_see_it(
    walk, api, rooms, other_site, make_pump, noon
):
    guest = make_pump("GUEST", site=other_site, rtls_tag=Tag.objects.create(identifier="g"))
    Stay.objects.create(asset=guest, zone=rooms[0], begin=noon)
    Waypoint.objects.create(
        asset=guest, at_us=to_us(noon), floor=rooms[0].floor, zone=rooms[0], x=1, y=1, error_m=1, confidence=1
    )
    for path in (FLOOR, f"/api/v1/zones/{rooms[0].pk}/history/"):
        assert api(path)["count"] == 0
    assert api(AS_OF)["results"] == []


@pytest.mark.parametrize(("path", "queries"), [(FLOOR, 5), (AS_OF, 8), (TRAIL, 3)])
def test_the_past_costs_the_same_with_one_and_with_three(
    walk, sign_in, biomed, noon, path, queries, django_assert_num_queries
):
    browser = sign_in(biomed)
    query = {"at": at(noon, 10)} if path == AS_OF else {"from": at(noon, 0), "to": at(noon, 80)}
    walk()
    with django_assert_num_queries(2 + queries):
        browser.get(path, query)
    walk("P-2")
    walk("P-3")
    with django_assert_num_queries(2 + queries):
        assert browser.get(path, query).json()["count"] >= 3
