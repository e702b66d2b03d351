"""The ways of a facilities manager: from a question to a figure, from there to what it was made of, and to paper."""

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
    expect(chart.locator("[data-drawing] svg, [data-drawing] canvas").first).to_be_visible()
    expect(chart.locator("[data-rows] tr")).not_to_have_count(0)


def open_pumps(page: Page) -> None:
    page.get_by_test_id("use-fleets").get_by_role("link", name="Infusion pumps").click()


@VIEWPORTS
def test_the_manager_finds_what_stands_idle_in_one_unit(visit, viewport):
    page = visit("facilities", viewport).open("/utilisation/")

    open_pumps(page)
    page.get_by_role("link", name="Idle equipment").click()
    unit = page.get_by_label("Unit", exact=True)
    words = unit.locator("option").nth(1).inner_text()
    unit.select_option(index=1)
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_test_id("use-asked")).to_contain_text(words)
    assert asked(page)["unit"]
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
    page.get_by_text("How it is counted").click()
    page.get_by_label("Buffer in %").fill("50")
    page.get_by_label("Fleet size by").select_option("peak")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("main")).to_contain_text("50")
    assert (asked(page)["buffer"], asked(page)["demand"]) == (["50"], ["peak"])
    assert needed() > at_first
    page.get_by_role("link", name="When it is used").click()
    is_drawn(page, "use-at-once")
    is_drawn(page, "use-week")


@VIEWPORTS
def test_a_figure_opens_to_its_equipment_and_that_to_its_intervals(visit, viewport):
    page = visit("facilities", viewport).open("/utilisation/")
    is_drawn(page, "use-chart")
    open_pumps(page)
    is_drawn(page, "use-days")
    expect(page.get_by_test_id("use-explained")).to_contain_text("%")

    page.get_by_test_id("use-assets").get_by_role("link").first.click()
    is_drawn(page, "use-strip")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 30


def test_a_report_is_sent_each_month_as_it_was_opened_until_that_is_ended(visit):
    page = visit("facilities").open("/utilisation/?policy=serviceable")
    page.locator("summary", has_text="By e-mail").click()
    page.get_by_role("button", name="On the first, of the month before").click()

    page.goto(page.url.split("/utilisation/")[0] + "/utilisation/by-mail/")
    reports = page.get_by_test_id("schedules")
    expect(reports).to_contain_text("month")
    reports.locator("tbody").get_by_role("link").first.click()
    assert asked(page)["policy"] == ["serviceable"]

    page.go_back()
    page.get_by_role("button", name="End").click()
    expect(page.locator("main")).to_contain_text("You are sent no report")


def test_what_is_printed_holds_the_figures_and_no_controls(visit):
    page = visit("facilities").open("/utilisation/")
    is_drawn(page, "use-chart")

    page.emulate_media(media="print")

    expect(page.get_by_test_id("use-fleets")).to_be_visible()
    expect(page.get_by_test_id("use-chart")).to_be_visible()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    expect(page.get_by_role("link", name="PDF")).to_be_hidden()
    with page.expect_response(
        lambda answer: answer.url.endswith(".pdf") or "fleets.pdf" in answer.url
    ) as printed:
        page.evaluate("() => fetch(document.querySelector('a[href*=\"fleets.pdf\"]').href)")
    assert printed.value.body().startswith(b"%PDF")


@pytest.mark.parametrize(("viewport", "width"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_pages_with_figures_are_accessible_and_fit(visit, viewport, width):
    manager = visit("facilities", viewport, reduced_motion="reduce", bypass_csp=True)
    assert faults_of_pages(manager, f"figures-{width}", FIGURES) == {}
