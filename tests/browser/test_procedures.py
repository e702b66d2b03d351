"""A yearly check of a pump: a checklist on a phone, a step that fails, a safety test, its certificate, the register."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults

TOUCH = {"has_touch": True, "is_mobile": True, "bypass_csp": True}
TAG = "INF-021"


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_pump_is_checked_and_tested_at_the_bedside(visit):
    phone = visit("biomed", PHONE, **TOUCH)
    page = phone.open(f"/work/new/?asset={TAG}")
    page.locator("#new-kind").select_option("planned")
    page.get_by_test_id("open").click()
    page.get_by_test_id("checks").get_by_test_id("begin-run").click()

    progress = page.get_by_test_id("run-progress")
    expect(progress).to_contain_text("0 of 7 answered")
    assert fits(page)
    assert faults(page) == []
    page.get_by_test_id("step-1").get_by_test_id("pass").tap()
    expect(progress).to_contain_text("1 of 7 answered")
    flow = page.get_by_test_id("step-3")
    flow.locator("input[name=said]").fill("120,5")
    flow.get_by_test_id("keep").tap()
    expect(flow).to_contain_text("120.5 ml/h is not within the limits (95 to 105 ml/h)")
    expect(flow.get_by_test_id("finding")).to_contain_text("Repair")
    expect(progress).to_contain_text("1 failed")
    assert faults(page) == []

    page.locator(".page-lead a").click()
    page.get_by_role("link", name="Safety test", exact=True).click()
    page.locator("#t-part").select_option("CF")
    page.get_by_role("button", name="Show what is measured").click()
    assert fits(page)
    assert faults(page) == []
    for name in ("inspection", "function"):
        page.locator(f"input[name={name}][value=pass]").check()
    for name, value in (("earth", "0,12"), ("equipment", "210"), ("applied", "30")):
        page.locator(f"#m-{name}").fill(value)
    page.locator("#t-instruments").fill("TST-001")
    page.get_by_test_id("record").click()
    expect(page.get_by_test_id("pdf")).to_be_visible()
    number = page.locator("h1").inner_text()
    assert fits(page)
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_test_id("pdf").click()
    assert download.value.suggested_filename == f"{number}.pdf"

    page = visit("facilities", DESKTOP).open("/calibration/?kind=safety")
    expect(page.get_by_test_id("register-row").filter(has_text=TAG)).to_contain_text("in date")
    assert faults(page) == []
