"""The pages and the API of service contracts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.contracts.models import Contract, ContractFile
from tests.assets.contracts.conftest import WEEKDAYS

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def told(site, pump_model, make_pump):
    """What the form of a new contract is sent."""
    make_pump("P-1")
    return {
        "site": site.pk, "number": "HS-12", "vendor": "Halvard Service", "cover": "full", "begins_on": "2026-01-01",
        "ends_on": "2026-12-31", "yearly_cost": "1200", "for_models": [pump_model.pk],
        **{f"day_{number}": "08:00-12:00, 13:00-17:00" for number in range(5)},
    }  # fmt: skip


def test_a_contract_is_entered_and_shown(sign_in, biomed, told, site):
    browser = sign_in(biomed)
    answer = browser.post("/maintenance/contracts/new/", told, follow=True)
    contract = Contract.objects.get()
    assert (contract.site, contract.yearly_cost) == (site, Decimal(1200))
    assert contract.week == [["08:00-12:00", "13:00-17:00"]] * 5 + [[], []]
    page = answer.content.decode()
    for words in (
        "Halvard Service",
        "HS-12",
        "Mon–Fri 08:00-12:00 13:00-17:00",
        "every Meridian Infusa 200",
        "Renew",
    ):
        assert words in page, words
    assert "Halvard Service HS-12" in browser.get("/maintenance/contracts/of/P-1/").content.decode()
    listed = "".join(
        browser.get(f"/maintenance/contracts/?q=hs-12&show={show}").content.decode() for show in ("", "over")
    )
    assert "1 model" in listed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_on": "2025-12-31"}, "The last day is on or after the first."),
        ({"day_1": "17:00-08:00"}, "does not end after it begins"),
        ({"day_1": "nine to five"}, "write times such as"),
        ({"for_models": [], "tags": ""}, "Say what it covers"),
        ({"tags": "P-1, NOT-THERE"}, "There is no such equipment: not-there."),
        ({"yearly_cost": "-1"}, "greater than or equal to 0"),
        ({f"day_{number}": "" for number in range(5)}, "Either around the clock, or some hours of the week."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_kept(sign_in, biomed, told, change, words):
    answer = sign_in(biomed).post("/maintenance/contracts/new/", told | change)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Contract.objects.exists()


def test_equipment_of_another_site_is_not_there(sign_in, biomed, administrator, told, make_pump, other_site):
    make_pump("FAR-1", site=other_site)
    refused = sign_in(biomed).post("/maintenance/contracts/new/", told | {"tags": "FAR-1"})
    assert "There is no such equipment: far-1." in refused.content.decode()
    refused = sign_in(administrator).post("/maintenance/contracts/new/", told | {"tags": "far-1"})
    assert "At another site: FAR-1." in refused.content.decode()


def test_renewing_makes_the_next_with_the_same_cover(sign_in, biomed, told, make_contract, pump_model):
    former = make_contract(models=[pump_model], week=WEEKDAYS, ends_on=date(2026, 12, 31))
    browser = sign_in(biomed)
    page = browser.get(f"/maintenance/contracts/new/?renew={former.pk}").content.decode()
    assert 'value="2027-01-01"' in page
    early = browser.post(f"/maintenance/contracts/new/?renew={former.pk}", told)
    assert "The contract before goes on until 2026-12-31." in early.content.decode()
    years = {"begins_on": "2027-01-01", "ends_on": "2027-12-31"}
    browser.post(f"/maintenance/contracts/new/?renew={former.pk}", told | years)
    assert Contract.objects.get(number="HS-12").follows == former
    again = browser.post(f"/maintenance/contracts/new/?renew={former.pk}", told | years | {"number": "HS-13"})
    assert "It was renewed already." in again.content.decode()
    assert "renewed" in browser.get(former.get_absolute_url()).content.decode()


def test_the_list_tells_what_is_to_be_renewed(sign_in, facilities, make_contract):
    today = timezone.localdate()
    make_contract("SOON", ends_on=today + timedelta(days=30))
    make_contract("PAST", ends_on=today - timedelta(days=3))
    make_contract("LATER", ends_on=today + timedelta(days=300))
    make_contract("LEFT", ends_on=today + timedelta(days=20), is_left_to_end=True)
    make_contract("EVER")
    browser = sign_in(facilities)
    soon = browser.get("/maintenance/contracts/?show=soon").content.decode()
    assert [name in soon for name in ("SOON", "PAST", "LATER", "LEFT", "EVER")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert "nobody renewed it" in soon
    over = browser.get("/maintenance/contracts/?show=over").content.decode()
    assert "PAST" in over
    assert "SOON" not in over
    assert browser.get("/maintenance/contracts/?show=all").status_code == 400


def test_the_list_costs_the_same_for_three_as_for_one(
    sign_in, biomed, make_contract, pump_model, django_assert_max_num_queries
):
    for number in range(3):
        make_contract(f"C-{number}", models=[pump_model])
    browser = sign_in(biomed)
    browser.get("/maintenance/contracts/")
    with django_assert_max_num_queries(11):
        browser.get("/maintenance/contracts/")


def test_a_pdf_is_attached_and_handed_out_to_save(sign_in, biomed, make_contract):
    contract = make_contract()
    browser = sign_in(biomed)
    address = f"{contract.get_absolute_url()}attach/"
    browser.post(address, {"file": SimpleUploadedFile("agreed.pdf", PDF)})
    file = ContractFile.objects.get()
    answer = browser.get(f"/maintenance/contracts/files/{file.pk}/")
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "agreed.pdf" in browser.get(contract.get_absolute_url()).content.decode()


def test_what_is_no_pdf_is_refused_whatever_it_is_called(sign_in, biomed, make_contract):
    contract = make_contract()
    sent = {"file": SimpleUploadedFile("agreed.pdf", b"<html>", content_type="application/pdf")}
    answer = sign_in(biomed).post(f"{contract.get_absolute_url()}attach/", sent, follow=True)
    assert "send a PDF" in answer.content.decode()
    assert not ContractFile.objects.exists()


def test_the_api_tells_cover_and_hours(sign_in, biomed, make_contract, pump_model, make_pump):
    pump = make_pump("P-7")
    make_contract(models=[pump_model], assets=[pump], week=WEEKDAYS)
    browser = sign_in(biomed)
    found = browser.get("/api/v1/contracts/?asset=p-7").json()["results"]
    assert [(one["week"][0], one["models"], one["assets"]) for one in found] == [
        (["08:00-17:00"], [pump_model.pk], ["P-7"])
    ]
    assert browser.get("/api/v1/contracts/?ends_by=2026-01-01").json()["count"] == 0
