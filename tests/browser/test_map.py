"""The map under the hand: filters in the address, following, and the wall that outlives its server."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.looks import faults
from tests.browser.product import Process
from tests.browser.test_river import MARKERS, open_map, wait_until


def test_filters_stand_in_the_address_and_are_read_from_it(visit):
    page = open_map(visit("biomed"))
    page.get_by_label("Filters and more").click()
    page.get_by_label("Department").select_option(index=1)
    page.get_by_label("Position").select_option("fresh")
    page.get_by_test_id("chip-available").click()
    address = page.url
    assert "department=" in address
    assert "age=fresh" in address
    shown = page.evaluate(f"Object.values({MARKERS}).filter((now) => now.isShown).length")
    total = page.evaluate(f"Object.keys({MARKERS}).length")
    assert shown < total
    page.goto(address)
    wait_until(page, f"Object.keys({MARKERS}).length > 20")
    assert page.url == address
    assert page.locator("#map-age").input_value() == "fresh"
    assert page.evaluate(
        f"Object.values({MARKERS}).every((now) => !now.isShown || now.activity === 'available')"
    )


def test_following_keeps_the_asset_in_view_until_escape(visit):
    visitor = visit("nurse", PHONE, has_touch=True)
    page = open_map(visitor)
    tag = page.evaluate(f"Object.entries({MARKERS}).find(([, now]) => now.isShown)[0]")
    page.goto(f"{page.url}?asset={tag}")
    button = page.get_by_test_id("card-follow")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-said]")).to_have_text(f"Following {tag}. Escape ends it.")
    assert "follow=1" in page.url
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert "follow" not in page.url
    assert visitor.complaints == []


def test_the_list_says_the_same_as_the_map_and_keeps_the_focus(visit):
    page = open_map(visit("nurse"))
    page.get_by_label("List of the equipment").click()
    rows = page.get_by_test_id("map-rows").locator(".map-row")
    wait_until(page, "document.querySelectorAll('.map-row').length > 20")
    assert rows.count() == page.evaluate(f"Object.keys({MARKERS}).length")
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()


def test_a_wall_says_when_it_is_not_live_and_comes_back(visit, product):
    wall = visit("nurse", {"width": 1920, "height": 1080}, bypass_csp=True, color_scheme="dark")
    page = wall.open("/map/main-1/wall/")
    state = page.locator("[data-wall]")
    expect(state).to_have_attribute("data-state", "live")
    expect(page.locator("[data-count]").first).not_to_have_text("–")
    assert faults(page) == []
    product.server.stop()
    expect(state).to_have_attribute("data-state", "down")
    expect(page.locator("[data-state-words]")).to_contain_text("Not live since")
    product.server = Process("serve", environment=product.environment, ready="Whereabouts is at")
    expect(state).to_have_attribute("data-state", "live")
