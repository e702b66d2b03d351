"""A round walked on a phone, and the pages in other languages, from the left and from the right."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.looks import faults

HAND = {"has_touch": True, "is_mobile": True}
WARD = "Ward 1 West"


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def raise_target(visit) -> None:
    """An engineer wants four pumps more on the ward than are ready there now."""
    page = visit("biomed").open("/par/")
    unit = page.get_by_test_id("par-unit").filter(has_text=WARD)
    line = unit.get_by_test_id("par-line").filter(has_text="Infusion pumps")
    ready = int(line.locator("strong").inner_text())
    line.get_by_role("link").click()
    page.get_by_role("link", name="Change the level").click()
    page.get_by_label("Maximum").fill("")
    page.get_by_label("Critical").fill("1")
    page.get_by_label("Target").fill(str(ready + 4))
    page.get_by_role("button", name="Store").click()
    expect(page.get_by_test_id("par-undo")).to_be_visible()


def test_a_round_is_walked_with_a_phone_in_one_hand(visit):
    raise_target(visit)
    hand = visit("nurse", PHONE, **HAND)
    page = hand.page
    page.get_by_test_id("home-par").get_by_role("link", name="All par levels").tap()
    page.get_by_role("link", name="Rounds").tap()
    page.get_by_role("button", name="Make a round").tap()
    expect(page.get_by_test_id("answer")).to_have_text(re.compile(r"0 of \d+ done"))
    first = page.get_by_test_id("take").first
    tag = first.get_attribute("data-tag")
    assert overflow(page) == 0
    assert faults(page) == []

    page.get_by_label("Scan or type a tag").fill(tag.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("said")).to_have_text(f"{tag} is on the cart.")
    page.locator(f'[data-testid="leave"][data-tag="{tag}"]').get_by_role("button", name="Left here").tap()
    expect(page.get_by_test_id("said")).to_have_text(re.compile(f"{tag} is in .+"))
    expect(page.get_by_test_id("answer")).to_have_text(re.compile(r"1 of \d+ done"))

    other = page.get_by_test_id("take").filter(has=page.get_by_role("button", name="Not there")).first
    if other.count():
        other.get_by_role("button", name="Not there").tap()
        expect(page.get_by_test_id("answer")).to_have_text(re.compile(r"2 of \d+ done|The round is done"))
    assert hand.complaints == []


@pytest.mark.parametrize(
    ("language", "asked"), [("Deutsch", "Was brauchen Sie?"), ("Español", "¿Qué necesita?")]
)
def test_a_nurse_reads_her_home_in_her_language(visit, language, asked):
    hand = visit("nurse", PHONE, **HAND)
    page = hand.page
    page.get_by_test_id("languages").get_by_role("button", name=language).last.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(asked)
    assert overflow(page) == 0
    assert faults(page) == []
    for path in ("/find/", "/map/main-1/", "/par/", "/rounds/"):
        hand.open(path)
        assert overflow(page) == 0, path
    assert faults(page) == []
    hand.open("/")
    page.get_by_test_id("languages").get_by_role("button", name="English").last.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you need?")


@pytest.mark.parametrize("person", ["biomed", "facilities"])
def test_the_other_homes_stand_in_german_too(visit, person):
    seat = visit(person, PHONE)
    page = seat.page
    page.get_by_test_id("languages").get_by_role("button", name="Deutsch").last.click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert overflow(page) == 0
    assert faults(page) == []
    page.get_by_test_id("languages").get_by_role("button", name="English").last.click()
    expect(page.locator("html")).to_have_attribute("lang", "en-gb")


def test_the_week_of_each_fleet_comes_into_its_row(visit):
    page = visit("facilities").page
    expect(page.get_by_test_id("trend").first).to_contain_text("heard")


@pytest.mark.parametrize("path", ["/", "/find/?q=pump", "/map/main-1/", "/assets/", "/par/", "/rounds/"])
def test_from_right_to_left_nothing_leaves_the_phone(visit, path):
    hand = visit("nurse", PHONE, **HAND)
    hand.page.locator('[data-testid="languages"] button[value="ar"]').last.tap()
    expect(hand.page.locator("html")).to_have_attribute("dir", "rtl")
    page = hand.open(path)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert overflow(page) == 0
