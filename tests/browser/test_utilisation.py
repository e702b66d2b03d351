"""The ways of a facilities manager: from a question to a figure, and how many of a kind are needed."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import PAGES, faults_of_pages
from tests.browser.product import Product

VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


FIGURES = {name: path for name, path in PAGES.items() if path.startswith("/utilisation/")}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """One with a past, for figures are of hours that are over."""
    product = Product(tmp_path_factory.mktemp("past"), has_past=True)
    yield product
    product.stop()


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def is_drawn(page: Page, test_id: str) -> None:
    """The chart is there, and its table says the same in words."""
    chart = page.get_by_test_id(test_id)
    chart.scroll_into_view_if_needed()  # it is drawn when somebody comes to look
    expect(chart.locator("[data-drawing] svg, [data-drawing] canvas").first).to_be_visible()
    expect(chart.locator("[data-rows] tr")).not_to_have_count(0)


def open_pumps(page: Page) -> None:
    page.get_by_test_id("use-fleets").get_by_role("link", name="Infusion pumps").click()


@VIEWPORTS
def test_the_manager_finds_what_stands_idle_in_one_unit(visit, viewport):
    page = visit("facilities", viewport).open("/utilisation/")

    open_pumps(page)
    page.get_by_role("link", name="Idle equipment").click()
    unit = page.locator("#report-unit")
    unit.select_option(index=1)
    code = unit.input_value()
    page.get_by_role("button", name="Show").click()

    expect(unit).to_have_value(code)
    assert asked(page)["unit"] == [code]
    expect(page.locator("main")).to_contain_text(re.compile("Days idle|Nothing is idle"))


@VIEWPORTS
def test_a_fleet_is_sized_and_a_larger_buffer_needs_no_fewer(visit, viewport):
    page = visit("facilities", viewport).open("/utilisation/")
    open_pumps(page)

    def needed() -> int:
        return int(
            page.get_by_test_id("use-figures").locator("div", has_text="Needed").locator("dd").inner_text()
        )

    at_first = needed()
    page.locator(".use-how summary").click()
    page.locator("#report-buffer").fill("50")
    page.locator("#report-demand").select_option("peak")
    page.get_by_role("button", name="Show").click()

    page.wait_for_url(lambda url: "buffer=50" in url)
    assert asked(page)["demand"] == ["peak"]
    assert needed() > at_first
    page.get_by_role("link", name="When it is used").click()
    is_drawn(page, "use-at-once")
    is_drawn(page, "use-week")


@pytest.mark.parametrize(("viewport", "width"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_pages_with_figures_are_accessible_and_fit(visit, viewport, width):
    manager = visit("facilities", viewport, reduced_motion="reduce", bypass_csp=True)
    assert faults_of_pages(manager, f"figures-{width}", FIGURES) == {}
