"""A drawing becomes a building, in the real product: measured, looked over, taken in, edited from there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import faults
from tests.locations.plan_files import svg

ROOMS = [
    f'<rect id="B{n}" class="patient_room" x="{n * 50}" width="50" height="60"><title>Bay {n}</title></rect>'
    for n in range(8)
]
CORRIDOR = '<rect id="H" class="corridor" y="60" width="400" height="30"><title>Corridor</title></rect>'
BOW = '<polygon id="bow" points="0,100 50,140 50,100 0,140"/>'


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_a_drawing_is_measured_with_mouse_and_keyboard_looked_over_and_taken_in(visit, viewport, scheme):
    visitor = visit("biomed", viewport, color_scheme=scheme, bypass_csp=True)
    page = visitor.open("/plans/import/")
    assert faults(page) == []
    wing = f"Wing {scheme}"
    page.get_by_label("Name of a new building", exact=True).fill(wing)
    drawing = {"name": "wing.svg", "mimeType": "image/svg+xml", "buffer": svg(*ROOMS, CORRIDOR)}
    page.get_by_label("File with the plan").set_input_files([drawing])
    page.get_by_role("button", name="Look it over").click()

    page.get_by_label("Name of the floor").fill("Ground")
    page.get_by_label("Level").fill("0")
    canvas = page.get_by_test_id("calibrate")
    expect(canvas.locator("[data-cross]")).to_have_attribute("d", re.compile("^M"))  # the page listens now
    canvas.focus()
    for key in ("ArrowLeft", "Shift+ArrowLeft", "Enter", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="Both points set")).to_be_visible()
    page.keyboard.type("2")  # 20 units, in the field that has the focus now
    assert faults(page) == []
    page.get_by_role("button", name="Look it over").click()

    expect(page.get_by_test_id("answer")).to_have_text("This is what the plan would change")
    expect(page.get_by_test_id("plan-change")).to_have_count(9)
    expect(page.locator(".plan-drawing .change-new")).to_have_count(9)
    assert faults(page) == []
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name=wing)).to_be_visible()
    page.get_by_role("link", name=f"Edit the plan of Ground, {wing}").click()
    expect(page.get_by_test_id("editor-map")).to_be_visible()
    assert visitor.complaints == []


def test_a_broken_drawing_is_refused_with_its_shape_and_crossing_point(visit):
    visitor = visit("biomed", PHONE, bypass_csp=True)
    page = visitor.open("/plans/import/")
    page.get_by_label("Name of a new building", exact=True).fill("Bow")
    drawing = {"name": "bow.svg", "mimeType": "image/svg+xml", "buffer": svg(*ROOMS, BOW)}
    page.get_by_label("File with the plan").set_input_files([drawing])
    page.get_by_role("button", name="Look it over").click()
    page.get_by_label("Name of the floor").fill("Ground")
    page.get_by_label("Level").fill("0")
    page.get_by_label("Or metres for one unit of the drawing").fill("0.1")
    page.get_by_role("button", name="Look it over").click()

    expect(page.get_by_test_id("answer")).to_have_text("Nothing was stored: 1 fault in the plan")
    expect(page.get_by_test_id("plan-fault")).to_contain_text("crosses or touches itself")
    expect(page.locator("circle.plan-spot")).to_have_count(1)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
