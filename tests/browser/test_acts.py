"""What people do with equipment, on a phone 360 px wide, by touch: the real server, a real browser."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults

TOUCH = {"has_touch": True, "is_mobile": True, "bypass_csp": True}


@pytest.fixture
def phone(visit):
    """A person with a phone: ``phone("nurse")``."""
    return lambda name: visit(name, PHONE, **TOUCH)


@pytest.fixture
def photo():
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (180, 40, 40)).save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def stored(visit):
    """Tags of pumps that stand ready in a clean store: nothing that they report says otherwise."""
    biomed = visit("biomed")
    answer = biomed.page.context.request.get(
        f"{biomed.url}/api/v1/assets/?category=infusion-pump&activity=available&limit=100"
    )
    places = {row["asset_tag"]: row["now"]["zone"] for row in answer.json()["results"]}
    return [tag for tag, zone in places.items() if zone and zone["kind"] == "clean_store" and tag > "INF-050"]


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_broken_with_a_photo_becomes_work_and_ends_ready(phone, photo, stored):
    nurse, engineer, tag = phone("nurse"), phone("biomed"), stored[0]
    page = nurse.open(f"/assets/{tag}/")
    expect(page.get_by_test_id("act-broken")).to_be_visible()
    page.get_by_test_id("act-broken").tap()
    expect(page.get_by_test_id("acts-said")).to_contain_text("Biomedical engineering is told")
    expect(page.locator(".asset-state .activity")).to_have_text(
        "Out of service"
    )  # while the undo stays in its place
    expect(page.get_by_test_id("acts-undo")).to_be_visible()
    page.get_by_test_id("acts-photo").set_input_files(photo)
    expect(page.get_by_text("The photo is with the order.")).to_be_visible()
    assert faults(page) == []

    work = engineer.open(f"/work/?q={tag}&kind=corrective")
    assert (faults(work), fits(work)) == ([], True)
    work.get_by_test_id("work-row").get_by_role("link").tap()
    expect(work.get_by_test_id("work-photo")).to_be_visible()
    assert (
        work.get_by_test_id("work-photo").evaluate("image => image.decode().then(() => image.naturalWidth)")
        == 800
    )
    assert (faults(work), fits(work)) == ([], True)
    work.get_by_test_id("step-begin").tap()
    expect(work.get_by_test_id("work-state")).to_have_text("In progress")
    work.get_by_label("What was the matter", exact=True).select_option("failure")
    work.get_by_test_id("step-finish").tap()
    expect(work.get_by_test_id("work-state")).to_have_text("Done")
    work.get_by_test_id("step-verify").tap()
    expect(work.get_by_test_id("work-state")).to_have_text("Verified")

    expect(page.locator(".asset-state .activity")).to_have_text("Ready")
    assert nurse.complaints + engineer.complaints == []


def test_needs_cleaning_is_taken_back_said_again_and_cleaned(phone, stored):
    page = phone("nurse").open(f"/assets/{stored[1]}/")
    page.get_by_test_id("act-dirty").tap()
    page.get_by_test_id("acts-undo").tap()
    expect(page.get_by_test_id("act-dirty")).to_be_visible()

    page.get_by_test_id("act-dirty").tap()
    expect(page.locator(".asset-state .activity")).to_have_text("Needs cleaning")
    page.get_by_test_id("acts-close").tap()
    expect(page.get_by_test_id("acts-close")).to_be_hidden()
    page.get_by_test_id("act-cleaned").tap()
    expect(page.get_by_test_id("acts-said")).to_contain_text("it is ready")
    expect(page.locator(".asset-state .activity")).to_have_text("Ready")
    assert fits(page)


def test_an_undo_that_was_closed_stays_closed_when_the_page_refreshes_itself(phone, stored):
    page = phone("nurse").open(f"/assets/{stored[2]}/")
    page.get_by_test_id("act-dirty").tap()
    expect(page.locator(".asset-state .activity")).to_have_text("Needs cleaning")
    page.get_by_test_id("acts-close").tap()
    expect(page.get_by_test_id("act-cleaned")).to_be_visible()
    refresh(page, stored[2])
    page.get_by_test_id("act-cleaned").tap()
    expect(page.get_by_test_id("acts-said")).to_contain_text("it is ready")


def test_a_page_that_refreshes_itself_waits_for_the_answer_to_a_tap(phone):
    nurse = phone("nurse")
    page = nurse.open("/assets/INF-041/")
    taken = page.locator("form:has([data-testid=act-broken]) [name=key]").input_value()
    page.get_by_test_id("act-broken").tap()
    expect(page.get_by_test_id("acts-said")).to_be_visible()
    page = nurse.open("/assets/INF-042/")
    late = []

    def refuse_late(route):
        words = re.sub(r"key=[^&]*", f"key={taken}", route.request.post_data)
        answer = route.fetch(post_data=words)
        late.append(lambda: route.fulfill(response=answer))

    page.route("**/acts/INF-042/broken/", refuse_late)
    with page.expect_request("**/acts/INF-042/broken/"):
        page.get_by_test_id("act-broken").tap()
    while not late:
        page.wait_for_timeout(50)  # the answer is on its way to be held
    refresh(page, "INF-042")
    late.pop()()
    expect(page.get_by_test_id("acts").get_by_role("alert")).to_be_visible()


def refresh(page, tag: str) -> None:
    with page.expect_response(lambda answer: f"/assets/{tag}/?hours=" in answer.url):
        page.evaluate("htmx.trigger('#asset-live', 'live-change')")


def test_the_undo_goes_after_ten_seconds_and_the_photo_stays(phone):
    page = phone("nurse").open("/assets/INF-007/")
    page.get_by_test_id("act-broken").tap()
    expect(page.get_by_test_id("acts-undo")).to_be_visible()
    expect(page.get_by_test_id("acts-undo")).to_have_count(0, timeout=15_000)
    expect(page.get_by_test_id("acts-photo")).to_have_count(1)


def test_a_unit_asks_in_two_taps_and_is_brought_what_it_needs(phone, visit):
    nurse, pool = phone("nurse"), visit("biomed", DESKTOP, bypass_csp=True)
    page = nurse.open("/find/?q=infusion%20pump%20spaceship")
    page.get_by_test_id("ask-delivery").tap()
    page.get_by_label("What").select_option("infusion-pump")
    assert (faults(page), fits(page)) == ([], True)
    page.get_by_test_id("ask").tap()
    expect(page.get_by_test_id("request-state")).to_have_text("Asked")

    board = pool.open("/requests/")
    assert faults(board) == []
    board.get_by_test_id("column-asked").get_by_test_id("step-accept").click()
    board.get_by_test_id("column-accepted").get_by_test_id("step-send").click()
    board.get_by_test_id("choice").first.check()
    assert faults(board) == []
    board.get_by_test_id("step-send").click()
    expect(board.get_by_test_id("request-state")).to_have_text("On the way")
    board.get_by_test_id("step-deliver").click()
    expect(board.get_by_test_id("request-state")).to_have_text("Delivered")

    page = nurse.open("/requests/")
    page.get_by_test_id("step-confirm").tap()
    expect(page.get_by_text("Nobody is waiting for equipment")).to_be_visible()
    assert (faults(page), fits(page)) == ([], True)


@pytest.mark.parametrize(
    "path", ["/assets/INF-043/reservations/", "/reservations/infusion-pump/", "/assets/INF-043/hand-over/"]
)
def test_the_pool_s_pages_are_accessible_and_fit(phone, path):
    page = phone("nurse").open(path)
    assert (faults(page), fits(page)) == ([], True)


def test_a_stranger_reports_by_the_label(visit):
    page = visit(None, PHONE, **TOUCH).open("/report/no-such-label-at-all/")
    assert (faults(page), fits(page)) == ([], True)
    page.get_by_text("It is damaged").tap()
    page.get_by_role("button", name="Report it").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert (faults(page), fits(page)) == ([], True)
