"""A recall from its file to the closing report: the real server, a real browser, an engineer's phone."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults

TOUCH = {"has_touch": True, "is_mobile": True, "bypass_csp": True}
TAG = "INF-009"
"""An Infusa 200."""


def fits(page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.fixture
def photo():
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (180, 40, 40)).save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def file_of(serial: str) -> dict:
    report = {
        "recall_number": "Z-0412-2026",
        "classification": "Class I",
        "status": "Ongoing",
        "product_description": "Infusa 200 volumetric infusion pump",
        "code_info": f"Serial numbers {serial}, AA0000-000001",
        "reason_for_recall": "The door latch may open by itself.",
        "recalling_firm": "Meridian Medical Systems, Inc.",
        "recall_initiation_date": "20260105",
    }
    content = json.dumps({"results": [report, report | {"recall_number": ""}]}).encode()
    return {"name": "week.json", "mimeType": "application/json", "buffer": content}


def test_from_the_file_to_the_closing_report(visit, photo):
    engineer, nurse = visit("biomed", DESKTOP), visit("nurse", PHONE, **TOUCH)
    page = engineer.open(f"/assets/{TAG}/")
    serial = page.locator("dt", has_text="Serial number").locator("xpath=../dd").inner_text()

    page = engineer.open("/recalls/import/")
    page.locator("#recall-file").set_input_files(file_of(serial))
    page.get_by_test_id("hand-in").click()
    expect(page.get_by_test_id("run-done")).to_contain_text("1 new", timeout=60_000)
    expect(page.get_by_test_id("problems")).to_contain_text("recall_number")
    assert faults(page) == []

    page.get_by_test_id("to-recalls").click()
    page.get_by_role("link", name="Z-0412-2026").click()
    match = page.get_by_test_id("group-2").get_by_test_id("match")
    expect(match).to_have_count(1)
    expect(match).to_contain_text(serial)
    assert faults(page) == []
    page.get_by_test_id(f"check-{TAG}").check()
    page.get_by_test_id("confirm-2").click()
    expect(page.get_by_test_id("item")).to_have_count(1)
    expect(page.get_by_test_id("recall-undo")).to_be_visible()

    address = page.url.partition("/recalls/")[2].split("/")[0]
    phone = visit("biomed", PHONE, **TOUCH)
    page = phone.open(f"/recalls/{address}/?order=walk")
    page.get_by_test_id(f"item-{TAG}").tap()
    page.locator("#item-note").fill("Tagged red")
    page.locator("#item-photo").set_input_files(photo)
    page.get_by_test_id("move-quarantine").tap()
    expect(page.get_by_test_id("item-state")).to_have_text("In quarantine")
    assert (faults(page), fits(page)) == ([], True)

    seen = nurse.open(f"/assets/{TAG}/")
    expect(seen.locator(".asset-state .activity")).to_have_text("Out of service")
    expect(seen.get_by_test_id("acts-held")).to_contain_text("quarantine by recall Z-0412-2026")
    found = nurse.open(f"/find/?q={TAG}")
    expect(found.locator(f'[data-tag="{TAG}"]').first).to_contain_text("Out of service")

    page.get_by_test_id(f"item-{TAG}").tap()
    page.get_by_test_id("move-correct").tap()
    expect(page.get_by_test_id("item-state")).to_have_text("Corrected")
    page.get_by_test_id("close-campaign").tap()
    expect(page.get_by_test_id("campaign-closed")).to_be_visible()
    page.get_by_test_id("to-report").tap()
    expect(page.get_by_test_id("report-title")).to_have_text("Closing report")
    expect(page.get_by_test_id("report-row")).to_contain_text("Tagged red")
    assert (faults(page), fits(page)) == ([], True)
    with page.expect_download() as download:
        page.get_by_test_id("report-pdf").tap()
    assert download.value.suggested_filename == "recall-FDA-Z-0412-2026.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")

    expect(nurse.open(f"/assets/{TAG}/").locator(".asset-state .activity")).not_to_have_text("Out of service")
    assert engineer.complaints + phone.complaints + nurse.complaints == []


def test_a_table_of_any_authority_shows_how_its_columns_are_read(visit):
    page = visit("biomed", PHONE, **TOUCH).open("/recalls/import/")
    table = "Ref,What,Serials\nK-7,Halvard Volumat V4,1 to 5\nK-8,,\n"
    page.locator("#recall-file").set_input_files(
        {"name": "table.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.get_by_test_id("hand-in").tap()
    page.locator("#authority").fill("BfArM")
    page.get_by_test_id("take-in").tap()
    expect(page.locator("#problem-number")).to_be_visible()
    expect(page.locator("#authority")).to_have_value("BfArM")
    page.locator("#column-number").select_option("Ref")
    page.locator("#column-description").select_option("What")
    page.get_by_test_id("preview").tap()
    expect(page.get_by_test_id("preview-row").first).to_contain_text("BfArM K-7")
    expect(page.get_by_test_id("preview-row").last).to_contain_text("Line 3, What")
    assert (faults(page), fits(page)) == ([], True)
    page.get_by_test_id("take-in").tap()
    expect(page.get_by_test_id("run-done")).to_contain_text("1 new", timeout=60_000)
    expect(page.get_by_test_id("problems")).to_contain_text("Row 3")
