"""A loan from its booking to its return with damage, and the order that follows; at a desk, and on a phone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults
from tests.locations.plan_files import image

TOUCH = {"has_touch": True, "is_mobile": True}


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def looked_at(page) -> None:
    assert (faults(page), fits(page)) == ([], True)


def moment(page, days: float) -> str:
    """As the site's clock would be told, so many days from now."""
    begin = datetime.fromisoformat(page.locator("#id_begin").input_value())
    return (begin + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("tag", "viewport", "extra"), [("SYR-030", DESKTOP, {}), ("SYR-031", PHONE, TOUCH)], ids=["desk", "phone"]
)
def test_from_a_booking_to_a_damaged_return_and_its_order(visit, tag, viewport, extra):
    engineer = visit("biomed", viewport, bypass_csp=True, **extra)
    page = engineer.open(f"/assets/{tag}/reservations/")
    page.locator("#id_end").fill(moment(page, 0.5))
    page.locator("#id_note").fill("Move of the ward")
    page.get_by_role("button", name="Reserve", exact=True).click()
    page.get_by_test_id("reservation").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("booking-state")).to_have_text("Reserved")
    looked_at(page)

    page.get_by_test_id("take-out").click()
    expect(page.get_by_label("Asset tag")).to_have_value(tag)
    looked_at(page)
    page.get_by_label("To which department").select_option(index=1)
    page.get_by_role("button", name="Lend it").click()
    expect(page.get_by_test_id("loan-state")).to_have_text("On loan")
    loan = page.url

    page = engineer.open(f"/assets/{tag}/")
    expect(page.get_by_test_id("on-loan")).to_contain_text("On loan to")
    expect(page.get_by_test_id("loan-of-asset")).to_be_visible()
    page = engineer.open("/loans/calendar/?category=syringe-pump")
    looked_at(page)

    page = engineer.open(loan.removeprefix(engineer.url))
    looked_at(page)
    page.get_by_label("Damaged").check()
    picture = {"name": "door.png", "mimeType": "image/png", "buffer": image(40, 30)}
    page.get_by_label("Photo").set_input_files([picture])
    page.locator("#note-return").fill("Door is cracked")
    page.get_by_test_id("loan-return").click()
    expect(page.get_by_test_id("loan-state")).to_have_text("Returned, Damaged")
    looked_at(page)
    page.get_by_test_id("loan-order").click()
    expect(page).to_have_url(re.compile(r"/work/\d+/"))
    expect(page.get_by_text("Door is cracked").first).to_be_visible()
    page = engineer.open(f"/assets/{tag}/")
    expect(page.locator("[data-asset-state] .activity")).to_have_text("Out of service")
    expect(page.get_by_test_id("on-loan")).to_have_count(0)


def test_a_name_is_no_reference(visit):
    page = visit("biomed", PHONE, bypass_csp=True, **TOUCH).open("/loans/new/?kind=home&asset=VSM-017")
    expect(page.get_by_text("We hold no patient data")).to_be_visible()
    page.get_by_label("Programme").select_option(label="Heart rhythm at home")
    page.get_by_label("Reference").fill("Maria Meier, 3 February 1950")
    page.get_by_role("button", name="Lend it").click()
    expect(page.get_by_text("what was typed is not kept")).to_be_visible()
    expect(page.get_by_label("Reference")).to_have_value("")
    looked_at(page)
    page.get_by_label("Reference").fill("HR-00777")
    page.get_by_role("button", name="Lend it").click()
    expect(page.get_by_test_id("loan-state")).to_have_text("On loan")
