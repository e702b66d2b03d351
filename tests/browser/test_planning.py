"""Planned maintenance from the plan to the walk: the real server, a real browser."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

TOUCH = {"has_touch": True, "is_mobile": True, "bypass_csp": True}
TAG = "INF-011"


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_plan_is_made_its_work_dragged_and_walked_to(visit):
    engineer = visit("biomed", DESKTOP)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    day = today + timedelta(days=1 if today.weekday() < 5 else 2)
    page = engineer.open(f"/maintenance/plans/new/?asset={TAG}")
    page.fill('input[name="name"]', "Belt check")
    page.fill('input[name="begins_on"]', f"{day:%F}")
    page.get_by_test_id("keep-plan").click()
    expect(page.get_by_test_id("occurrence").first).to_contain_text(TAG)

    page = engineer.open(f"/maintenance/calendar/?week={day:%F}")
    card = page.get_by_test_id("planned").filter(has_text="Belt check")
    expect(card).to_be_visible()
    monday = day - timedelta(days=day.weekday())
    target = next(
        monday + timedelta(days=number)
        for number in range(6, -1, -1)
        if monday + timedelta(days=number) >= today and monday + timedelta(days=number) != day
    )
    card.drag_to(page.locator(f'section[data-day="{target:%F}"]'))
    expect(page.locator(f'section[data-day="{target:%F}"]')).to_contain_text("Belt check")

    phone = visit("biomed", PHONE, **TOUCH)
    page = phone.open("/maintenance/walk/?days=30")
    stop = page.get_by_test_id("stop").filter(has_text="Belt check")
    expect(stop).to_be_visible()
    assert fits(page)
    stop.get_by_role("button", name="Was in use").click()
    stop = page.get_by_test_id("stop").filter(has_text="Belt check")
    expect(stop).to_contain_text("1 attempt")

    page = phone.open("/maintenance/measures/")
    expect(page.get_by_test_id("mtbf")).to_be_visible()
    assert fits(page)
    page = phone.open(f"/maintenance/calendar/?week={target:%F}")
    assert fits(page)
