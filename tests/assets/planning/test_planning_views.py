"""The pages of planning: plans are made with every fault named, work moves inside its window, the walk says what is
free."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import AssetNow, LocateAttempt
from assets.planning.daily import plan_maintenance
from assets.planning.models import Attempt, Occurrence, Plan
from assets.planning.walking import walk_for
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FORM = {
    "tag": "P-1", "name": "Yearly check", "kind": "inspection", "unit": "month", "every": "12", "nth": "1",
    "weekday": "0", "begins_on": "2026-12-01", "days_ahead": "14",
}  # fmt: skip


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def due(pump, make_plan):
    """Half-yearly, due tomorrow by the clock on the wall: pages ask that one."""
    now = timezone.now()
    make_plan(asset=pump, every=6, begins_on=(now + DAY).date(), made_at=now - DAY)
    plan_maintenance(now=now)
    return Occurrence.objects.get()


def test_a_plan_is_made_and_its_days_are_there_at_once(sign_in, biomed, pump):
    answer = sign_in(biomed).post("/maintenance/plans/new/", FORM)
    plan = Plan.objects.get()
    assert answer.headers["Location"] == f"/maintenance/plans/{plan.pk}/"
    assert (plan.asset, plan.every, plan.made_by) == (pump, 12, biomed)
    assert Occurrence.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"tag": "P-9"}, "tag", "There is no such equipment in service."),
        ({"tag": ""}, "tag", "Either one piece of equipment, or a model."),
        ({"every": ""}, "every", "How often: a number from 1."),
        ({"every": "0"}, "every", "How often: a number from 1."),
        ({"unit": "", "every": ""}, "unit", "By the calendar, by a meter, or both."),
        (
            {"meter": "operating_hours"},
            "meter_every",
            "By how much the meter has to grow: more than nothing.",
        ),
        (
            {"days_after": "20", "late_days": "20"},
            "late_days",
            "It is out of compliance after its window, not inside it.",
        ),
        ({"begins_on": "2026-02-30"}, "begins_on", "Enter a valid date."),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_every_fault_is_told_at_its_field_and_nothing_is_kept(sign_in, biomed, pump, told, field, words):
    answer = sign_in(biomed).post("/maintenance/plans/new/", FORM | told)
    assert answer.context["form"].errors[field] == [words]
    assert 'role="alert"' in answer.content.decode()
    assert Plan.objects.count() == 0


def test_a_plan_is_changed_and_ended(sign_in, biomed, pump, due):
    browser, path = sign_in(biomed), due.plan.get_absolute_url()
    browser.post(path, FORM | {"every": "3", "name": "Check"})
    due.plan.refresh_from_db()
    assert (due.plan.every, due.plan.name) == (3, "Check")
    browser.post(f"{path}end/")
    assert "This plan has ended" in browser.get(path).content.decode()
    assert b"Yearly" not in browser.get("/maintenance/plans/").content


def test_the_page_of_a_piece_tells_its_plans(sign_in, biomed, due):
    page = sign_in(biomed).get("/maintenance/plans/of/P-1/").content.decode()
    assert "Yearly check" in page
    assert "every 6 months" in page
    assert f"order {due.order_id}" in page


def test_work_is_moved_by_the_form_of_its_card(sign_in, biomed, due):
    browser = sign_in(biomed)
    later = due.due_on + 5 * DAY
    answer = browser.post(
        f"/maintenance/occurrences/{due.pk}/move/", {"day": f"{later:%F}", "back": "/maintenance/calendar/"}
    )
    due.refresh_from_db()
    assert (answer.headers["Location"], due.planned_on) == ("/maintenance/calendar/", later)
    assert b"Yearly check" in browser.get(f"/maintenance/calendar/?week={later:%F}").content


@pytest.mark.parametrize(
    ("day", "words"), [("2031-01-01", "day: its window is"), ("soon", "day: Enter a valid date")]
)
def test_why_it_cannot_be_moved_is_told(sign_in, biomed, due, day, words):
    browser = sign_in(biomed)
    page = browser.post(f"/maintenance/occurrences/{due.pk}/move/", {"day": day}, follow=True)
    assert words in page.content.decode()
    due.refresh_from_db()
    assert due.planned_on == due.due_on


def test_nobody_is_led_to_another_host(sign_in, biomed, due):
    answer = sign_in(biomed).post(
        f"/maintenance/occurrences/{due.pk}/move/",
        {"day": f"{due.due_on:%F}", "back": "https://evil.example/"},
    )
    assert answer.headers["Location"] == "/maintenance/calendar/"


@pytest.mark.parametrize("week", ["soon", "1066-10-14", "2026-02-30"])
def test_a_week_that_is_none_is_refused(sign_in, biomed, week):
    assert sign_in(biomed).get("/maintenance/calendar/", {"week": week}).status_code == 400


def test_attempts_on_the_walk_are_kept_and_looking_in_vain_counts_for_the_search(sign_in, biomed, due):
    browser = sign_in(biomed)
    path = f"/maintenance/occurrences/{due.pk}/attempt/"
    browser.post(path, {"why": "not_found"})
    browser.post(path, {"why": "not_found"})
    assert list(Attempt.objects.values_list("why", "by__username")) == [("not_found", "biomed")]
    assert LocateAttempt.objects.get().outcome == "not_found"
    assert "why:" in browser.post(path, {"why": "bored"}, follow=True).content.decode()


def test_the_walk_is_in_walking_order_and_watches_what_is_in_use(
    make_pump, make_plan, make_zone, biomed, noon
):
    base = make_zone("Base", ZoneKind.NURSE_STATION, x=0)
    rooms = [make_zone(f"Room {number}", x=10 + 12 * number) for number in range(4)]
    make_plan(begins_on=(noon + DAY).date())
    told = [
        ("P-far", 3, "available"),
        ("P-near", 0, "dirty"),
        ("P-used", 1, "in_use"),
        ("P-lost", 2, "unknown"),
        ("P-mid", 2, "down"),
    ]
    for tag, room, activity in told:
        AssetNow.objects.create(
            asset=make_pump(tag), activity=activity, basis="zone", zone=rooms[room], floor=rooms[room].floor,
            x=rooms[room].label_x, y=5, stale_at=noon + DAY,
        )  # fmt: skip
    plan_maintenance(now=noon)
    found = walk_for(biomed, near=base, now=noon, days=7)

    assert [stop.asset.asset_tag for stop in found.free] == ["P-near", "P-mid", "P-far"]
    assert [stop.asset.asset_tag for stop in found.busy] == ["P-used"]
    assert [stop.asset.asset_tag for stop in found.lost] == ["P-lost"]
    assert found.free[0].distance_m < found.free[1].distance_m


def test_what_comes_free_moves_up(make_pump, make_plan, make_zone, biomed, noon):
    room = make_zone("Room")
    make_plan(asset=make_pump(), begins_on=(noon + DAY).date())
    row = AssetNow.objects.create(
        asset=Plan.objects.get().asset, activity="in_use", basis="confirmed",
        zone=room, floor=room.floor, stale_at=noon + DAY,
    )  # fmt: skip
    plan_maintenance(now=noon)
    assert len(walk_for(biomed, near=None, now=noon, days=7).busy) == 1
    row.activity = "available"
    row.save()
    found = walk_for(biomed, near=None, now=noon, days=7)
    assert (len(found.free), len(found.busy)) == (1, 0)


def test_the_pages_open_empty(sign_in, biomed):
    browser = sign_in(biomed)
    assert b"No plans here" in browser.get("/maintenance/plans/").content
    assert b"Nothing is due" in browser.get("/maintenance/walk/").content
    assert browser.get("/maintenance/calendar/").status_code == 200
    assert browser.get("/maintenance/walk/?days=9").status_code == 400
