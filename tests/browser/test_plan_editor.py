"""A floor drawn by hand, in the real product: from the first corner to the map that shows it."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_river import wait_until

EDITOR = "window.whereabouts?.editor"
FLOOR = "main-2"


def open_editor(visitor) -> Page:
    page = visitor.open(f"/plans/{FLOOR}/edit/")
    wait_until(page, f"{EDITOR}?.state.zones.length > 0")
    return page


def zone(page: Page, name: str) -> dict:
    return next(row for row in page.evaluate(f"{EDITOR}.state.zones") if row["name"] == name)


def click(page: Page, x: float, y: float) -> None:
    spot = page.evaluate(f"{EDITOR}.screenOf({x}, {y})")
    page.get_by_test_id("editor-map").click(position=spot)


def take_tool(page: Page, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name).click()


def courtyard(page: Page) -> tuple[float, float]:
    """The lower left corner of a hole in the outer wall, large enough for a pavilion."""
    (_, hole, *_) = page.evaluate(f"{EDITOR}.state.outline")
    return min(x for x, _ in hole), min(y for _, y in hole)


def test_a_zone_is_drawn_split_named_given_a_door_and_saved_and_the_map_shows_it(visit):
    watcher = visit("nurse")
    shown = watcher.open(f"/map/{FLOOR}/")
    wait_until(shown, "window.whereabouts.map.frames > 0")
    before = shown.locator("path.plan-zone").count()
    engineer = visit("biomed")
    page = open_editor(engineer)
    left, low = courtyard(page)

    take_tool(page, "Rectangle")
    click(page, left, low)
    click(page, left + 8, low + 6)
    page.get_by_label("Name", exact=True).fill("Pavilion")
    expect(page.get_by_test_id("faults")).to_contain_text("Pavilion reaches")
    expect(page.get_by_test_id("save")).to_be_disabled()
    page.get_by_test_id("faults").locator("summary").click()
    page.get_by_role("button", name="Draw the outer wall around the zones").click()
    take_tool(page, "Split")
    click(page, left + 3, low)
    click(page, left + 3, low + 6)
    page.get_by_label("Name", exact=True).fill("Garden store")
    page.get_by_label("Kind").select_option("clean_store")
    page.get_by_label("Neighbour").select_option(label="Pavilion")
    page.get_by_test_id("place-door").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Redo").click()
    page.get_by_test_id("save").click()

    expect(page.locator("main").get_by_role("alert")).to_contain_text("Saved: 2 zones drawn, 1 door placed")
    assert zone(page, "Garden store")["kind"] == "clean_store"
    (door,) = [
        row
        for row in page.evaluate(f"{EDITOR}.state.passages")
        if zone(page, "Pavilion")["key"] in row["ends"]
    ]
    assert (door["kind"], door["x"]) == ("door", left + 3)
    wait_until(shown, f"document.querySelectorAll('path.plan-zone').length === {before + 2}")
    engineer.open("/plans/")
    expect(page.get_by_test_id("plan-row").filter(has_text="2 zones drawn, 1 door placed")).to_contain_text(
        "by biomed"
    )
    assert engineer.complaints == watcher.complaints == []


def test_two_people_at_once_lose_nothing_and_a_draft_survives_a_reload(visit):
    one, other = (open_editor(visit(name)) for name in ("biomed", "admin"))
    names = sorted(row["name"] for row in one.evaluate(f"{EDITOR}.state.zones"))
    for page, name in ((one, names[0]), (other, names[1])):
        page.get_by_test_id("rows").get_by_role("button", name=name, exact=False).first.click()
        page.get_by_label("Name", exact=True).fill(f"{name} of {'one' if page is one else 'other'}")
    one.once("dialog", lambda dialog: dialog.accept())
    one.reload()
    one.get_by_role("button", name="Take them up again").click()
    expect(one.get_by_test_id("save")).to_have_text("Save 1 change")
    other.get_by_test_id("save").click()
    expect(other.locator("main").get_by_role("alert")).to_contain_text("Saved: 1 zone renamed")
    one.get_by_test_id("save").click()
    expect(one.locator("main").get_by_role("alert")).to_contain_text("admin saved this floor")
    one.get_by_role("button", name="Look at theirs").click()
    one.get_by_role("button", name="Bring mine onto theirs").click()
    one.get_by_test_id("save").click()
    expect(one.locator("main").get_by_role("alert")).to_contain_text("Saved: 1 zone renamed")
    for name in (f"{names[0]} of one", f"{names[1]} of other"):
        assert zone(one, name)


def test_a_corner_is_moved_by_keyboard_and_by_thumb(visit):
    engineer = visit("biomed", PHONE, has_touch=True)
    page = open_editor(engineer)
    page.get_by_role("button", name="Zones").click()
    page.get_by_test_id("rows").get_by_role("button").first.click()
    key = page.evaluate(f"{EDITOR}.chosen")
    page.get_by_text("Corners", exact=True).click()
    corner = page.locator("[data-corner]").first
    x, y = map(float, corner.inner_text().split(", "))
    corner.focus()
    for press in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(press)
    expect(page.locator("[data-corner]").first).to_have_text(f"{x + 0.2:.2f}, {y + 1:.2f}")
    page.keyboard.press("+")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    counts = [page.locator("[data-corner]").count()]
    for _ in range(2):
        page.keyboard.press("Control+z")
        counts.append(page.locator("[data-corner]").count())
    assert all(after <= before for before, after in pairwise(counts))
    assert page.evaluate(f"{EDITOR}.chosen") == key
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("toolbar").get_by_role("button", name="Receiver").tap()
    box = page.get_by_test_id("editor-map").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_label("Identifier")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert engineer.complaints == []
