"""One walk through the product: a drawing becomes a floor, is edited, lives, is followed over, and is played back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults
from tests.browser.test_plan_editor import EDITOR
from tests.browser.test_plan_import import CORRIDOR, ROOMS
from tests.browser.test_playback import PLAYBACK
from tests.browser.test_river import MARKERS, wait_until
from tests.locations.plan_files import svg

PLACE = """async ([tag, zone]) => {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch(`/api/v1/assets/${tag}/place/`, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
    body: JSON.stringify({ zone }),
  });
  return answer.status;
}"""


def import_wing(page: Page, name: str) -> str:
    """Eight bays along a corridor, 20 m long; returns what the floor is called in addresses."""
    page.get_by_label("Name of a new building", exact=True).fill(name)
    drawing = {"name": "wing.svg", "mimeType": "image/svg+xml", "buffer": svg(*ROOMS, CORRIDOR)}
    page.get_by_label("File with the plan").set_input_files([drawing])
    page.get_by_role("button", name="Look it over").click()
    page.get_by_label("Name of the floor").fill("Ground")
    page.get_by_label("Level").fill("0")
    page.get_by_label("Or metres for one unit of the drawing").fill("0.05")
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Take it in").click()
    link = page.get_by_role("link", name=f"Edit the plan of Ground, {name}")
    found = re.search(r"/plans/([^/]+)/edit/", link.get_attribute("href"))
    link.click()
    return found[1]


def rename_zone(page: Page, old: str, new: str) -> dict[str, int]:
    """Returns the primary key of every zone by its name, as stored."""
    wait_until(page, f"{EDITOR}?.state.zones.length === 9")
    if page.get_by_role("button", name="Zones").is_visible():
        page.get_by_role("button", name="Zones").click()
    page.get_by_test_id("rows").get_by_role("button", name=old).click()
    page.get_by_label("Name", exact=True).fill(new)
    page.get_by_test_id("save").click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("Saved: 1 zone renamed")
    return {zone["name"]: zone["id"] for zone in page.evaluate(f"{EDITOR}.state.zones")}


def register_cart(page: Page, tag: str) -> None:
    """Equipment that nothing but people reports, entered by hand in the administration."""
    page.get_by_label("Asset tag").fill(tag)
    page.locator(".field-model .select2-selection").click()
    page.locator(
        ".select2-results__option--selectable, .select2-results__option[data-select2-id]"
    ).first.click()
    page.get_by_label("Site").select_option(index=1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_a_drawing_is_imported_edited_lived_in_followed_through_and_played_back(visit, viewport, scheme):
    admin = visit("admin")
    tag = f"CART-{scheme.upper()}"
    register_cart(admin.open("/admin/assets/asset/add/"), tag)
    engineer = visit("biomed", viewport, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    floor = import_wing(engineer.open("/plans/import/"), f"Annex {scheme}")
    zones = rename_zone(engineer.page, "Bay 0", "Cart room")
    assert faults(engineer.page) == []

    watcher = visit("nurse", viewport, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = watcher.open(f"/map/{floor}/")
    wait_until(page, "window.whereabouts.map.frames > 0")
    assert page.evaluate(PLACE, [tag, zones["Cart room"]]) == 200
    wait_until(page, f"{MARKERS}['{tag}']?.zone === 'Cart room'")

    page = watcher.open(f"/map/{floor}/?asset={tag}")
    page.get_by_test_id("card-follow").click()
    expect(page.locator("[data-said]")).to_have_text(f"Following {tag}. Escape ends it.")
    assert page.evaluate(PLACE, [tag, zones["Bay 7"]]) == 200
    wait_until(page, f"{MARKERS}['{tag}']?.zone === 'Bay 7'")
    expect(page.locator("[data-said]")).to_contain_text("Bay 7")
    assert faults(page) == []
    elsewhere = engineer.open("/plans/main-1/edit/")
    wait_until(elsewhere, f"{EDITOR}?.state.zones.length > 9")
    other = elsewhere.evaluate(f"{EDITOR}.state.zones[0].id")
    assert page.evaluate(PLACE, [tag, other]) == 200
    expect(page).to_have_url(re.compile(r"/map/main-1/\?.*follow=1"))
    expect(page.locator("[data-said]")).to_contain_text(f"Following {tag}, now on")

    page = engineer.open(f"/map/{floor}/playback/?asset={tag}")
    wait_until(page, f"{PLAYBACK}?.t > 0")
    rows = page.locator("[data-followed] tbody tr")
    assert [row.count() for row in (rows.filter(has_text="Cart room"), rows.filter(has_text="Bay 7"))] == [
        1,
        1,
    ]
    assert faults(page) == []
    assert watcher.complaints == engineer.complaints == []
