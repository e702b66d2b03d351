"""From a device on the wire to what a person sees, in the real product with the real simulated devices."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

MARKERS = "window.whereabouts.map.markers"
SOON_S = 60
STALE_S = 100
"""What moves in the demo counts as not heard after 60 s without news, what is installed after 90."""
LOOK_EVERY_MS = 250


def wait_until(page: Page, expression: str, *, within_s: int = SOON_S) -> None:
    """Look again and again; Playwright's own waiting evaluates text in the page, which the policy forbids."""
    for _ in range(within_s * 1000 // LOOK_EVERY_MS):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError(f"not so within {within_s} s: {expression}")


def open_map(visit, floor="main-1") -> Page:
    page = visit.open(f"/map/{floor}/")
    wait_until(page, f"Object.keys({MARKERS}).length > 20")
    return page


def test_markers_move_and_change_their_activity_without_a_reload(visit):
    engineer = visit("biomed")
    page = open_map(engineer)
    page.evaluate(f"window.before = {MARKERS}")
    wait_until(
        page,
        f"Object.entries({MARKERS}).some(([tag, now]) => window.before[tag]"
        " && Math.hypot(now.x - window.before[tag].x, now.y - window.before[tag].y) > 2)",
        within_s=SOON_S,
    )
    wait_until(
        page,
        f"Object.entries({MARKERS}).some(([tag, now]) => window.before[tag]"
        " && now.activity !== window.before[tag].activity)",
        within_s=2 * SOON_S,
    )
    assert engineer.complaints == []


def test_the_page_asks_no_other_host_for_anything(visit, product):
    engineer = visit("biomed")
    open_map(engineer)
    for path in ("/", "/find/?q=pump", "/assets/", "/collectors/", "/api/docs/"):
        engineer.open(path)
        engineer.page.wait_for_load_state("networkidle")
    assert engineer.hosts == {urlsplit(product.url).netloc}


def test_a_click_on_a_marker_opens_its_card(visit):
    page = open_map(visit("biomed"))
    still = "now.isShown && now.screen && now.activity !== 'in_transit'"
    shown = f"Object.entries({MARKERS}).filter(([, now]) => {still})"
    tag, screen = page.evaluate(f"{shown}.map(([tag, now]) => [tag, now.screen])[0]")
    page.get_by_test_id("map").click(position={"x": screen["x"], "y": screen["y"]})
    card = page.get_by_test_id("map-card")
    expect(card.get_by_test_id("card-tag")).to_have_text(tag)
    for part in ("card-activity", "card-place"):
        expect(card.get_by_test_id(part)).to_be_visible()
    card.get_by_test_id("card-link").click()
    expect(page.get_by_test_id("asset-head")).to_contain_text(tag)


def test_a_nurse_finds_the_nearest_pump_on_a_phone_and_sees_it_on_the_map(visit):
    nurse = visit("nurse", PHONE, has_touch=True)
    page = nurse.open("/find/")
    page.get_by_role("searchbox").first.fill("infusion pump")
    ready = page.get_by_test_id("group-ready")
    expect(ready.get_by_test_id("distance").first).to_be_visible()
    distances = [float(text.split()[0]) for text in ready.get_by_test_id("distance").all_inner_texts()]
    assert distances
    assert distances == sorted(distances)
    ready.get_by_test_id("go").first.tap()
    page.get_by_role("link", name="On the live map").tap()
    expect(page.get_by_test_id("map-card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert nurse.complaints == []


def test_an_engineer_polls_an_endpoint_by_hand_and_reads_what_came_back(visit):
    page = visit("biomed").open("/collectors/")
    page.get_by_test_id("endpoint-row").filter(has_text="UPS").first.get_by_role("link").first.click()
    page.get_by_test_id("poll-now").click()
    expect(page.get_by_test_id("poll-reading").first).to_be_visible(timeout=1000 * SOON_S)


def test_the_asset_page_draws_its_readings_under_a_strict_policy(visit):
    engineer = visit("biomed")
    page = engineer.open("/assets/?q=fridge")
    page.get_by_test_id("equipment-row").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("strip")).to_be_visible()
    expect(page.get_by_test_id("reading").first).to_be_visible()
    trend = page.locator("[data-testid^=trend-]").first
    trend.scroll_into_view_if_needed()  # charts are drawn once they are seen
    expect(trend.locator("svg").first).to_be_visible()
    assert engineer.complaints == []


def test_silent_devices_become_not_heard_and_return(visit, product):
    page = open_map(visit("biomed"))
    heard = f"Object.values({MARKERS}).filter((now) => now.isShown && now.activity !== 'unknown').length"
    product.devices.stop()
    wait_until(page, f"{heard} < 20", within_s=STALE_S)
    expect(page.get_by_test_id("chip-unknown")).to_contain_text("1")
    product.devices = product.start_devices()
    wait_until(page, f"{heard} > 40")
