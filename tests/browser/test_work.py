"""An engineer's order from beginning to end, with the phone at the bedside, also without a network: the real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults
from tests.browser.test_scan import until

TOUCH = {"has_touch": True, "is_mobile": True, "bypass_csp": True}


@pytest.fixture(scope="module")
def label(product):
    """The address in the QR code of INF-010's label."""
    code = (
        "from assets.models import Asset; from assets.maintenance.reports import report_address as a;"
        "print(a(Asset.objects.get(asset_tag='INF-010')))"
    )
    return product.say("shell", "-v0", "-c", code)


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def looked_at(page) -> None:
    assert (faults(page), fits(page)) == ([], True)


def test_from_a_stranger_s_report_to_a_signed_and_verified_repair(visit, label):
    stranger = visit(None, PHONE, **TOUCH).open("/" + label.split("/", 3)[3])
    stranger.get_by_text("It is damaged").tap()
    stranger.get_by_role("button", name="Report it").tap()
    expect(stranger.get_by_role("heading", name="Thank you")).to_be_visible()

    desk = visit("biomed", DESKTOP, bypass_csp=True)
    board = desk.open("/work/board/?q=INF-010&kind=corrective")
    looked_at(board)
    card = board.get_by_test_id("column-request").get_by_test_id("board-card")
    card.locator("summary").press("Enter")
    card.get_by_test_id("step-confirm").press("Enter")
    card = board.get_by_test_id("column-triage").get_by_test_id("board-card")
    card.drag_to(board.get_by_test_id("column-in_progress"))
    expect(board.get_by_test_id("column-in_progress").get_by_test_id("board-card")).to_be_visible()
    number = re.search(r"\d+", board.get_by_test_id("board-card").get_by_role("link").first.inner_text())[0]

    phone = visit("biomed", PHONE, **TOUCH)
    page = phone.open(f"/work/{number}/bedside/")
    looked_at(page)
    expect(page.locator(".asset-row .activity")).to_have_text("Out of service")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    until(page, "caches.match(location.pathname)")
    page.context.set_offline(True)
    page.get_by_label("Part", exact=True).fill("Door spring")
    page.get_by_label("Minutes").fill("25")
    page.get_by_label("Wait for parts").check()
    page.get_by_label("Note").fill("Spring is ordered")
    page.get_by_test_id("bedside-save").tap()
    entry = page.get_by_test_id("bedside-entry").first
    expect(entry).to_contain_text("kept on this device")
    expect(page.get_by_test_id("work-state")).to_have_text("Waiting")
    page.get_by_label("Done").check()
    page.get_by_label("What was the matter", exact=True).select_option("failure")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 50)
    page.mouse.up()
    page.get_by_test_id("bedside-save").tap()
    expect(page.get_by_test_id("bedside-entry")).to_have_count(2)

    page.context.set_offline(False)
    expect(page.get_by_text("with the order")).to_have_count(2)

    order = desk.open(f"/work/{number}/")
    looked_at(order)
    expect(order.get_by_test_id("work-state")).to_have_text("Done")
    expect(order.get_by_test_id("labour")).to_have_count(1)
    expect(order.get_by_test_id("part")).to_have_text(re.compile("1 × Door spring"))
    expect(order.get_by_test_id("signature")).to_contain_text("Bruno")
    drawn = order.get_by_test_id("signature").get_by_role("img")
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") == 600
    order.get_by_test_id("step-verify").click()
    expect(order.get_by_test_id("work-state")).to_have_text("Verified")
    looked_at(desk.open(f"/work/{number}/sheet/"))
    expect(desk.page.get_by_test_id("sheet-code")).to_be_visible()
    offline = [said for said in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
    assert desk.complaints + offline == []


def test_many_are_assigned_at_once_and_each_is_answered(visit):
    desk = visit("biomed", DESKTOP, bypass_csp=True)
    for tag in ("INF-011", "INF-012"):
        page = desk.open(f"/work/new/?asset={tag}")
        page.get_by_label("Kind").select_option("planned")
        page.get_by_test_id("open").click()
        expect(page.get_by_test_id("work-state")).to_have_text("Requested")
    page = desk.open("/work/?kind=planned&q=INF-01")
    looked_at(page)
    for box in page.get_by_role("checkbox", name=re.compile("^order ")).all():
        box.check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Done: 2. Refused: 0.")).to_be_visible()
    looked_at(page)
    assert desk.complaints == []
