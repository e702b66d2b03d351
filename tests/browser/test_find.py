"""A nurse with a phone: from home to a ready pump, to it, claimed, not there, the next. Counted in taps and keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.looks import faults

TAPS, KEYS = 2, 4
"""From the home page to a ready pump with its place, at the most."""


class Hand:
    """Counts what a person does on the phone."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.keys = page, 0, 0

    def tap(self, what) -> None:
        what.tap()
        self.taps += 1

    def press(self, keys: str) -> None:
        self.page.keyboard.type(keys, delay=20)
        self.keys += len(keys)


@pytest.fixture
def nurse(visit):
    return visit("nurse", PHONE, has_touch=True, is_mobile=True, bypass_csp=True)


def ready(page: Page):
    return page.get_by_test_id("group-ready").get_by_test_id("asset-row")


def first_ready(page: Page):
    return ready(page).first


def is_on_screen_with_its_place(page: Page) -> bool:
    row = first_ready(page)
    expect(row.locator(".place-name")).not_to_be_empty()
    box = row.bounding_box()
    form = page.locator("#find-form").bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= form["y"]


def test_by_a_tile_it_is_one_tap_from_home_to_a_ready_pump_with_its_place(nurse):
    page, hand = nurse.page, Hand(nurse.page)
    nurse.open("/")
    hand.tap(page.get_by_test_id("tile").filter(has_text="Infusion pumps"))
    assert is_on_screen_with_its_place(page)
    assert (hand.taps, hand.keys) <= (TAPS, KEYS)
    assert nurse.complaints == []


def test_by_typing_it_is_two_taps_and_two_letters(nurse):
    page, hand = nurse.page, Hand(nurse.page)
    nurse.open("/")
    hand.tap(page.get_by_role("navigation", name="at the bottom").get_by_role("link", name="Find"))
    hand.tap(page.locator("#find-text"))
    hand.press("iv")
    expect(first_ready(page)).to_contain_text("INF-")
    assert is_on_screen_with_its_place(page)
    assert hand.taps <= TAPS
    assert hand.keys <= KEYS


def test_what_was_typed_before_the_page_could_listen_is_looked_for(nurse):
    page, held = nurse.page, []
    page.route(re.compile(r"/htmx\.min\.js"), lambda route: held.append(route))
    page.goto(f"{nurse.url}/find/", wait_until="commit")
    page.locator("#find-text").tap()
    page.keyboard.type("iv")
    expect(page.locator("#find-text")).to_have_value("iv")
    expect(first_ready(page)).to_be_hidden()
    held.pop().continue_()
    expect(first_ready(page)).to_contain_text("INF-")


def test_with_a_keyboard_it_is_four_key_strokes_from_home(visit):
    """“/” to search, two letters, Enter."""
    page = visit("nurse").page
    hand = Hand(page)
    page.wait_for_load_state("networkidle")
    hand.press("/in")
    page.keyboard.press("Enter")
    expect(first_ready(page)).to_be_visible()
    assert hand.keys + 1 == KEYS


def test_find_go_claim_not_here_next(nurse):
    page = nurse.page
    nurse.open("/find/?q=infusion+pump")
    is_elsewhere = page.get_by_test_id("distance").filter(has_text=re.compile(r"^\s*(about )?[1-9]"))
    tag = ready(page).filter(has=is_elsewhere).first.get_attribute("data-tag")
    assert faults(page) == []
    page.locator(f"#go-{tag}").tap()
    expect(page).to_have_url(re.compile(f"/find/way/{tag}/"))
    expect(page.get_by_test_id("way-line").first).to_be_visible()
    assert faults(page) == []
    page.get_by_test_id("claim").tap()
    expect(page.get_by_test_id("claimed")).to_have_text(re.compile(r"Yours until \d\d:\d\d"))
    page.get_by_test_id("not-here").tap()
    expect(page.get_by_test_id("told")).to_contain_text(f"Noted: {tag} was not seen there.")
    following = page.get_by_test_id("way-card").get_attribute("data-tag")
    assert following != tag
    assert faults(page) == []
    nurse.open("/find/?q=infusion+pump")
    assert first_ready(page).get_attribute("data-tag") != tag
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert nurse.complaints == []


def test_a_claim_shows_in_another_s_list_without_loading_it_again(visit, nurse):
    other = visit("biomed").page
    other.goto(f"{nurse.url}/find/?q=syringe+pump")
    page = nurse.page
    nurse.open("/find/?q=syringe+pump")
    tag = first_ready(page).get_attribute("data-tag")
    first_ready(page).get_by_test_id("claim").tap()
    expect(page.get_by_test_id("told")).to_contain_text(f"{tag} is yours until")
    expect(other.locator(f"[data-tag={tag}] [data-testid=claimed]")).to_contain_text(
        "Claimed by", timeout=20_000
    )
    page.get_by_test_id("told").get_by_role("button", name="Undo").tap()
    expect(page.get_by_test_id("told")).to_contain_text(f"{tag} is free for others again.")


def test_what_is_missed_again_and_again_is_looked_for(nurse):
    page = nurse.page
    tag = "WCH-001"
    for _ in range(3):
        nurse.open(f"/find/way/{tag}/")
        page.get_by_test_id("not-here").tap()
        expect(page.get_by_test_id("told")).to_be_visible()
    page.get_by_role("link", name="Look for it").first.tap()
    expect(page.get_by_test_id("room").first).to_be_visible()
    assert faults(page) == []
    page.get_by_test_id("room").first.get_by_role("checkbox").check()
    page.get_by_test_id("not-found").tap()
    expect(page.get_by_test_id("attempts")).to_contain_text("Nora")
