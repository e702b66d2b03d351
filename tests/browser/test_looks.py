"""How the pages look on a desk, and what each role sees first."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP
from tests.browser.looks import faults, faults_of_pages, picture


def test_every_page_is_accessible_in_light_and_dark_and_fits_a_desk(visit):
    engineer = visit("biomed", DESKTOP, reduced_motion="reduce", bypass_csp=True)
    assert faults_of_pages(engineer, "desktop") == {}


def test_sign_in_is_accessible(visit):
    stranger = visit(bypass_csp=True)
    assert faults(stranger.open("/sign-in/")) == []


@pytest.mark.parametrize("person", ["nurse", "biomed", "facilities", "admin"])
def test_each_role_lands_on_a_home_of_its_own(visit, person):
    page = visit(person).page
    page.wait_for_load_state("networkidle")
    picture(page, f"home-of-{person}")
    assert page.locator(f"[data-home={person}]").count() == 1
