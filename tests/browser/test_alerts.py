"""An alert from its rule to its end, made by the simulated hospital itself."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.looks import faults

LONG_MS = 180_000
"""A segment counts as silent after two failed rounds, and its rule waits for half a minute more."""


def test_a_segment_falls_silent_somebody_sees_to_it_and_it_comes_back(visit, product):
    visitor = visit("biomed", PHONE, has_touch=True, bypass_csp=True)
    page = visitor.page
    product.devices.stop()
    try:
        page.goto(f"{visitor.url}/alerts/?q=Segment+silent")
        row = page.get_by_test_id("alert-row").first
        expect(row).to_be_visible(timeout=LONG_MS)
        expect(page.locator(".bar .bell-count")).to_have_text(re.compile(r"[1-9]"))
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

        address = row.get_by_role("link").first.get_attribute("href")
        row = page.get_by_test_id("alert-row").filter(has=page.locator(f'a[href="{address}"]'))
        row.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_test_id("done")).to_contain_text("You see to one alert.")
        page.get_by_role("button", name="Undo").click()
        expect(row).to_contain_text("New")
        row.get_by_role("button", name="Acknowledge").click()
        page.goto(visitor.url + address)
        expect(page.get_by_test_id("alert-state")).to_contain_text("Acknowledged, Bruno Achterberg")
        assert faults(page) == []
    finally:
        product.devices = product.start_devices()
    expect(page.get_by_test_id("alert-state")).to_contain_text("Resolved", timeout=LONG_MS)
    steps = page.get_by_test_id("step").all_inner_texts()
    assert [step for step in steps if "Raised" in step]
    assert [step for step in steps if "Acknowledged" in step]
    assert visitor.complaints == []
