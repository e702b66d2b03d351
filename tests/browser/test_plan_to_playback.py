"""One walk through a floor's life: a drawing taken in, mended by hand, lived on, watched, and looked back on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.looks import faults
from tests.browser.test_plan_editor import EDITOR
from tests.browser.test_plan_import import CORRIDOR, ROOMS
from tests.browser.test_river import MARKERS, wait_until
from tests.browser.test_scan import scan
from tests.locations.plan_files import svg

TAG = "TST-001"
"""No radio tells of it: where it is, a person says."""
PLAYBACK = "window.whereabouts?.playback"


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_floor_is_imported_edited_lived_on_followed_and_played_back(visit, viewport, scheme):
    engineer = visit("biomed", viewport, color_scheme=scheme, bypass_csp=True)
    floor = imported(engineer, f"Annex {scheme}")
    edited(engineer, "Test bench")

    page = engineer.open(f"/map/{floor}/?asset={TAG}")
    wait_until(page, "window.whereabouts.map.frames > 0")
    colleague = visit("nurse")
    put(colleague, floor, "B0", "Test bench")
    wait_until(page, f"{MARKERS}['{TAG}'] !== undefined")
    page.get_by_test_id("card-follow").click()
    expect(page.get_by_test_id("card-follow")).to_have_attribute("aria-pressed", "true")
    before = page.evaluate(f"{MARKERS}['{TAG}'].x")
    put(colleague, floor, "B7", "Bay 7")
    wait_until(page, f"{MARKERS}['{TAG}'].x > {before} + 20")
    assert faults(page) == []

    page = engineer.open(f"/map/{floor}/playback/?asset={TAG}")
    wait_until(page, f"{PLAYBACK}?.states['{TAG}'] !== undefined")
    stays = page.locator("[data-followed] tbody tr")
    expect(stays.filter(has_text="Test bench")).not_to_have_count(0)
    expect(stays.filter(has_text="Bay 7")).not_to_have_count(0)
    assert faults(page) == []
    assert engineer.complaints == colleague.complaints == []


def imported(engineer: Visit, wing: str) -> str:
    """The floor's name in addresses."""
    page = engineer.open("/plans/import/")
    page.get_by_label("Name of a new building", exact=True).fill(wing)
    drawing = {"name": "annex.svg", "mimeType": "image/svg+xml", "buffer": svg(*ROOMS, CORRIDOR)}
    page.get_by_label("File with the plan").set_input_files([drawing])
    page.get_by_role("button", name="Look it over").click()
    page.get_by_label("Name of the floor").fill("Ground")
    page.get_by_label("Level").fill("0")
    page.get_by_label("Or metres for one unit of the drawing").fill("0.1")
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Take it in").click()
    page.get_by_role("link", name=f"Edit the plan of Ground, {wing}").click()
    wait_until(page, f"{EDITOR}?.state.zones.length > 0")
    return page.url.split("/plans/")[1].split("/")[0]


def edited(engineer: Visit, name: str) -> None:
    """Bay 0 is called ``name`` from now on."""
    page: Page = engineer.page
    if not (row := page.get_by_test_id("rows").get_by_role("button", name="Bay 0")).is_visible():
        page.get_by_role("button", name="Zones").click()
    row.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_test_id("save").click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("Saved: 1 zone renamed")
    assert faults(page) == []


def put(person: Visit, floor: str, room: str, name: str) -> None:
    """Scans the room and then what is brought into it."""
    page = person.open("/scan/?do=place")
    scan(page, f"{floor}/{room}")
    expect(page.locator("[data-room-words]")).to_have_text(name)
    scan(page, TAG)
    expect(page.get_by_test_id("scanned-item")).to_contain_text(re.compile("recorded"))
