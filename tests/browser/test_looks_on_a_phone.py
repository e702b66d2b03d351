"""How the pages look on a phone. A file of its own: it takes long, and whole files are run side by side."""

from __future__ import annotations

from tests.browser.conftest import PHONE
from tests.browser.looks import faults_of_pages


def test_every_page_is_accessible_in_light_and_dark_and_fits_a_phone(visit):
    engineer = visit("biomed", PHONE, reduced_motion="reduce", bypass_csp=True)
    assert faults_of_pages(engineer, "phone") == {}
