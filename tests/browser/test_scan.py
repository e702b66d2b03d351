"""A nurse with a phone and a scanner: a label is read and leads to what it sticks on, with and without a network."""

from __future__ import annotations

import io
import re
import uuid

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, PHONE, Visit
from tests.browser.looks import faults

HANDHELD = {"has_touch": True, "is_mobile": True}
SOON = 20_000


def label_of(visit: Visit, query: str) -> Image.Image:
    """A printed label, as a camera sees it."""
    pdf = visit.page.context.request.get(f"{visit.url}/labels/labels.pdf?sheet=roll-62&{query}").body()
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=300 / 72).to_pil()
    document.close()
    return picture


def as_file(picture: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def api(visit: Visit, path: str) -> dict:
    return visit.page.context.request.get(f"{visit.url}/api/v1/{path}").json()


def answers_to_placing(page) -> list:
    """What the server says to each placing, as it comes: a moment later the tag may be elsewhere again."""
    answers: list = []
    page.on("response", lambda answer: answer.url.endswith("/place/") and answers.append(answer))
    return answers


def places(answers) -> list[tuple[str, str, int]]:
    """Which piece, into which room, and the server's answer."""
    return [
        (answer.url.split("/")[-3], answer.request.post_data_json["zone"], answer.status)
        for answer in answers
    ]


def until(page, condition: str) -> None:
    """Waits in the page; Playwright's own way evaluates text there, which the pages do not allow."""
    rest = "await new Promise((resolve) => setTimeout(resolve, 50))"
    page.evaluate(f"async () => {{ while (!(await ({condition}))) {rest}; }}")


def scan(page, code: str) -> None:
    """As a scanner types: all keys at once, and Enter; key by key from here, a busy machine makes a person of it."""
    page.evaluate(
        """(code) => {
          const target = document.activeElement ?? document.body;
          for (const key of [...code, "Enter"])
            target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }""",
        code,
    )


@pytest.fixture
def room(visit):
    rooms = api(visit("biomed"), "zones/?kind=clean_store&limit=1")["results"]
    return rooms[0]


@pytest.mark.parametrize("symbol", ["qr", "datamatrix", "code128"])
def test_a_picture_of_a_label_opens_what_it_sticks_on(visit, symbol):
    nurse = visit("nurse", PHONE, **HANDHELD)
    picture = as_file(label_of(nurse, f"tag=INF-001&symbol={symbol}"))
    page = nurse.open("/scan/")

    page.locator("[data-file]").set_input_files(
        {"name": "label.png", "mimeType": "image/png", "buffer": picture}
    )
    page.wait_for_url("**/assets/INF-001/")
    assert nurse.complaints == []
    assert len(nurse.hosts) == 1


def test_a_picture_without_a_code_says_so(visit):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page = nurse.open("/scan/")
    blank = as_file(Image.new("RGB", (300, 200), "white"))
    page.locator("[data-file]").set_input_files(
        {"name": "wall.png", "mimeType": "image/png", "buffer": blank}
    )
    expect(page.locator("[data-say]")).to_have_text(re.compile("No code was found in this picture"))


def test_a_label_held_before_the_camera_opens_what_it_sticks_on(visit, chromium, tmp_path):
    sheet = Image.new("RGB", (640, 480), "white")
    label = label_of(visit("nurse"), "tag=INF-001")
    sheet.paste(label.resize((560, round(560 * label.height / label.width))), (40, 100))
    (tmp_path / "seen.mjpeg").write_bytes(as_file(sheet, "JPEG") * 3)
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    film = f"--use-file-for-fake-video-capture={tmp_path / 'seen.mjpeg'}"
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera, film])
    try:
        nurse = Visit(browser.new_context(viewport=PHONE), visit().url)
        nurse.sign_in("nurse")
        page = nurse.open("/scan/")
        page.get_by_role("button", name="Use camera").click()
        page.wait_for_url("**/assets/INF-001/")
    finally:
        browser.close()


def test_without_a_camera_the_page_says_what_to_do(visit):
    page = visit("nurse", PHONE, **HANDHELD).open("/scan/")
    page.get_by_role("button", name="Use camera").click()
    expect(page.locator("[data-help]")).to_have_text(re.compile("There is no camera here|not allowed"))


@pytest.mark.parametrize("path", ["/find/", "/assets/INF-009/", "/"])
def test_a_scanner_that_types_opens_what_was_scanned_on_any_page(visit, path):
    page = visit("nurse").open(path)
    page.wait_for_load_state("networkidle")
    scan(page, "INF-002")
    page.wait_for_url("**/assets/INF-002/")


def test_a_scanner_in_a_search_field_leaves_what_was_there(visit):
    page = visit("nurse").open("/find/")
    page.locator("#find-text").fill("pump")
    scan(page, "INF-003")
    page.wait_for_url("**/assets/INF-003/")


def test_what_a_person_types_is_left_alone(visit):
    page = visit("nurse").open("/find/")
    field = page.locator("#find-text")
    field.press_sequentially("INF-003", delay=150)
    field.press("Enter")
    expect(field).to_have_value("INF-003")
    assert "/find/" in page.url


def test_an_unknown_code_says_whom_to_ask(visit):
    page = visit("nurse").open("/scan/")
    scan(page, "NOBODY-7")
    expect(page.locator("[data-say]")).to_have_text(re.compile("Nothing is registered under NOBODY-7"))


def test_a_room_and_then_what_is_in_it(visit, room):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page = nurse.open("/scan/?do=place")
    answers = answers_to_placing(page)
    scan(page, "INF-010")
    expect(page.locator("[data-say]")).to_have_text(re.compile("Scan the label of the room first"))

    scan(page, f"{room['floor']['slug']}/{room['code']}")
    expect(page.locator("[data-room-words]")).to_have_text(room["name"])
    scan(page, "INF-010")
    scan(page, "INF-011")
    items = page.get_by_test_id("scanned-item")
    expect(items).to_have_count(2)
    page.get_by_role("button", name="Undo: INF-011").click()
    expect(items).to_have_count(1)

    expect(items.first).to_contain_text("recorded", timeout=SOON)
    assert places(answers) == [("INF-010", str(room["id"]), 200)]


def test_cleaned_by_scan(visit):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page = nurse.open("/scan/?do=cleaned")
    scan(page, "INF-012")
    expect(page.get_by_test_id("scanned-item")).to_contain_text("recorded", timeout=SOON)


def test_without_a_network_pages_say_their_age_and_what_is_done_is_sent_once(visit, room):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page, context = nurse.page, nurse.page.context
    until(page, "navigator.serviceWorker.controller")
    nurse.open("/find/?q=pump")
    page.wait_for_load_state("networkidle")
    until(page, "caches.match('/find/?q=pump')")
    until(page, "caches.match('/scan/?do=place')")

    context.set_offline(True)
    nurse.open("/find/?q=pump")
    expect(page.locator("[data-offline]")).to_have_text(
        re.compile(r"You are offline\. This is what was known (now|\d+ s ago), at \d\d:\d\d\.")
    )
    assert page.get_by_test_id("asset-row").count() > 0
    nurse.open("/map/main-1/")
    expect(page.get_by_role("heading")).to_have_text("You are offline")

    nurse.open(f"/scan/?do=place&in={room['id']}")
    expect(page.locator("[data-room-words]")).to_have_text(room["name"])
    scan(page, "INF-013")
    expect(page.locator("[data-outbox]")).to_have_text("1 waiting to be sent")
    page.locator("[data-outbox]").click()
    expect(page.locator("#outbox")).to_contain_text(f"INF-013 → {room['name']}")
    page.keyboard.press("Escape")

    answers = answers_to_placing(page)
    context.set_offline(False)
    expect(page.locator("[data-outbox]")).to_be_hidden(timeout=SOON)
    expect(page.locator("[data-offline]")).to_be_hidden()
    assert places(answers) == [("INF-013", str(room["id"]), 200)]


def test_what_is_refused_later_is_said_and_stays_until_it_is_dismissed(visit):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page = nurse.open("/scan/")
    page.evaluate(
        """async (key) => {
          const script = document.querySelector('script[src$="outbox-chip.js"]').src.replace("-chip", "");
          const { queue } = await import(script);
          await queue({ path: "/api/v1/assets/INF-014/place/", body: { zone: "999999" }, words: `INF-014 → ${key}` });
        }""",
        uuid.uuid4().hex,
    )
    chip = page.locator("[data-outbox]")
    expect(chip).to_have_text("1 refused")
    chip.click()
    expect(page.locator("#outbox")).to_contain_text("There is no such room in the site of this equipment.")
    page.get_by_role("button", name=re.compile("^Dismiss")).click()
    expect(chip).to_be_hidden()


def test_signing_out_takes_everything_off_the_device(visit):
    nurse = visit("nurse", PHONE, **HANDHELD)
    page = nurse.page
    until(page, "navigator.serviceWorker.controller")
    nurse.open("/find/?q=pump")
    until(page, "caches.match('/find/?q=pump')")
    nurse.open("/")
    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile("/sign-in/"))
    until(page, "document.readyState === 'complete'")

    assert "pages" not in page.evaluate("caches.keys()")
    assert page.evaluate("caches.match('/find/?q=pump').then((answer) => answer === undefined)")


def test_a_desktop_that_several_people_share_keeps_no_page(visit):
    page = visit("nurse").open("/find/?q=pump")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys()") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(visit, room, scheme):
    nurse = visit("nurse", PHONE, color_scheme=scheme, bypass_csp=True, **HANDHELD)
    paths = [
        "/scan/", "/scan/?do=place", f"/scan/?do=place&in={room['id']}", "/scan/?code=NOBODY-7", "/labels/?tag=INF-001",
        f"/scan/?code={room['floor']['slug']}/{room['code']}", "/labels/?of=rooms", "/offline/",
    ]  # fmt: skip
    found = {}
    for path in paths:
        page = nurse.open(path)
        page.wait_for_load_state("networkidle")
        found[path] = faults(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[path].append("scrolls sideways")
    assert {path: faulty for path, faulty in found.items() if faulty} == {}
