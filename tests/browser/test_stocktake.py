"""A stocktake, from opening to the signed report: by touch on a phone, also without a network, and at a desk."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.looks import faults
from tests.browser.test_scan import HANDHELD, SOON, api, scan, until


def line(page, tag: str):
    return page.locator(f'[data-testid="line"][data-tag="{tag}"]')


def opened(biomed, name: str):
    """A stocktake of two clean stores: its number, and the rooms with what is expected there."""
    page = biomed.open("/stocktakes/new/")
    page.get_by_label("Name").fill(name)
    stores = [zone["name"] for zone in api(biomed, "zones/?kind=clean_store")["results"]]
    rooms = page.get_by_label("Only these rooms")
    labels = [text for text in rooms.locator("option").all_text_contents() if text.endswith(tuple(stores))]
    rooms.select_option(label=labels[-2:])
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(re.compile(r"/stocktakes/\d+/$"))
    number = int(page.url.rstrip("/").split("/")[-1])
    return number, api(biomed, f"stocktakes/{number}/rooms/")["results"]


def test_a_stocktake_is_counted_on_a_phone_and_signed_at_a_desk(visit):
    biomed, nurse = visit("biomed"), visit("nurse", PHONE, **HANDHELD)
    number, rooms = opened(biomed, "Two rooms")
    lines = api(biomed, f"stocktakes/{number}/lines/")["results"]
    room = max(rooms, key=lambda each: each["expected"])
    here = [each["asset_tag"] for each in lines if each["room"] == room["id"]]
    address = f"/stocktakes/{number}/rooms/{room['id']}/"
    page = nurse.page
    until(page, "navigator.serviceWorker.controller")
    nurse.open(address)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    # By touch, by the scanner, and a label that nobody knows.
    line(page, here[0]).get_by_role("button", name="It is here").tap()
    expect(line(page, here[0])).to_have_attribute("data-state", "found", timeout=SOON)
    scan(page, "XK-0815")
    unknown = page.locator('[data-testid="line"][data-state="unknown"]')
    expect(unknown).to_contain_text("XK-0815", timeout=SOON)
    scan(page, "ZZ-WRONG")
    expect(page.get_by_test_id("counted")).to_contain_text("ZZ-WRONG")
    page.get_by_role("button", name="Undo the last scan").tap()
    expect(page.locator("[data-say]")).to_contain_text("Taken back: ZZ-WRONG")

    # Without a network it is kept, and counted once.
    until(page, f"caches.match('{address}')")
    page.context.set_offline(True)
    scan(page, "INF-020")
    expect(page.locator("[data-outbox]")).to_have_text("1 waiting to be sent")
    page.context.set_offline(False)
    expect(page.locator("[data-outbox]")).to_be_hidden(timeout=SOON)
    expect(line(page, "INF-020")).to_be_visible(timeout=SOON)
    counted = [
        each for each in api(biomed, f"stocktakes/{number}/lines/")["results"] if each["state"] != "open"
    ]
    assert len(counted) == len({here[0], "XK-0815", "INF-020"})

    # Both rooms are closed; the engineer sees it and signs.
    for each in rooms:
        nurse.open(f"/stocktakes/{number}/rooms/{each['id']}/")
        page.get_by_role("button", name="Close the room").tap()
        page.wait_for_url(re.compile(rf"/stocktakes/{number}/$"))
    desk = biomed.page
    expect(desk.get_by_test_id("progress")).to_contain_text("2 of 2", timeout=SOON)
    desk.get_by_role("button", name="Sign and close").click()
    expect(desk.get_by_role("button", name="Sign and close")).to_have_count(0)
    biomed.open(f"/stocktakes/{number}/report/")
    expect(desk.get_by_test_id("report-title")).to_have_text("Report")
    expect(desk.get_by_test_id("list-unknown")).to_contain_text("XK-0815")
    assert faults(desk) == []
    assert desk.request.get(f"{biomed.url}/stocktakes/{number}/report.pdf").body().startswith(b"%PDF")
    assert nurse.complaints == [words for words in nurse.complaints if "ERR_INTERNET_DISCONNECTED" in words]
    assert biomed.complaints == []
