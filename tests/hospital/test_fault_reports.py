"""Reporting a fault by the code on a label: anybody may, and nobody learns anything by it."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.maintenance.models import ReportToken, WorkOrder
from assets.maintenance.reports import report_address
from assets.models import AssetNow
from hospital.models import SignInAttempts
from tests.locations.plan_files import image

pytestmark = pytest.mark.django_db
UNKNOWN = "/report/AAAAAAAAAAAAAAAA/"


@pytest.fixture
def pump(make_pump, ward):
    return make_pump("P-4711", serial_number="SN-998877", department=ward)


@pytest.fixture
def known(pump, settings):
    return report_address(pump).removeprefix(settings.PUBLIC_URL)


def without_what_changes(page) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())


def test_the_address_of_a_label_is_its_own_and_stays_the_same(pump, make_pump, settings):
    first, again, other = report_address(pump), report_address(pump), report_address(make_pump("P-2"))
    assert first == again != other
    assert re.fullmatch(re.escape(settings.PUBLIC_URL) + r"/report/[-\w]{16}/", first)
    assert "4711" not in first


@pytest.mark.parametrize("method", ["get", "post"])
def test_known_and_unknown_tokens_look_the_same(client, known, method):
    sent = {"wrong": "broken", "text": "Beeps"} if method == "post" else {}
    pages = [getattr(client, method)(path, sent) for path in (known, UNKNOWN)]
    assert [page.status_code for page in pages] == [200, 200]
    first, second = map(without_what_changes, pages)
    assert first == second
    headers = [{k: v for k, v in page.headers.items() if k not in
                {"X-Request-ID", "Content-Security-Policy", "Content-Length"}} for page in pages]  # fmt: skip
    assert headers[0] == headers[1]


def test_a_person_signed_in_comes_to_the_page_of_the_equipment(sign_in, nurse, known, other_site, pump):
    client = sign_in(nurse)
    assert client.get(known).url == f"/assets/{pump.asset_tag}/"
    assert client.get(f"{known}?report=1").status_code == 200
    pump.site = other_site
    pump.save()
    assert client.get(known).status_code == 200


def test_no_page_shows_what_the_register_says(client, known, pump):
    pages = [client.get(known), client.post(known, {}), client.post(known, {"wrong": "broken"})]
    secret = (pump.asset_tag, pump.serial_number, "Infusa", "Meridian", "Infusion", "Ward 3 West", "Ready")
    for page in pages:
        assert "St. Elmo" in page.content.decode()
        assert not [word for word in secret if word in page.content.decode()]


def test_where_there_are_several_sites_none_is_named(client, known, other_site):
    assert "St. Elmo" not in client.get(known).content.decode()


def test_a_report_is_an_unverified_order_and_changes_nothing_else(client, known, pump):
    photo = SimpleUploadedFile("x.png", image(4, 4))
    client.post(known, {"wrong": "alarm", "text": " Error  E17 ", "photo": photo})

    order = WorkOrder.objects.get()
    assert (order.asset, order.is_unverified, order.asked_by) == (pump, True, None)
    assert order.note == "It gives an alarm or an error. Error E17"
    assert order.photos.get().is_unverified
    assert not AssetNow.objects.exists()


def test_an_unknown_token_and_that_of_a_retired_device_leave_nothing(client, known, pump, noon):
    pump.retired_at = noon
    pump.save()
    for path in (UNKNOWN, known, "/report/" + "x" * 200 + "/"):
        assert client.post(path, {"wrong": "broken"}).status_code == 200
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose what is wrong."),
        ({"wrong": "stolen"}, "not one of the available choices"),
        ({"wrong": "broken", "text": "x" * 301}, "at most 300"),
        ({"wrong": "broken", "photo": SimpleUploadedFile("x.jpg", b"<html>")}, "no photo"),
    ],
)
def test_what_is_wrong_with_a_report_is_said_and_nothing_is_kept(client, known, sent, words):
    page = client.post(known, sent)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert not WorkOrder.objects.exists()


def test_many_reports_on_one_device_have_to_wait_known_or_not(client, known):
    for path in (known, UNKNOWN):
        for number in range(4):
            answer = client.post(path, {"wrong": "broken"}, REMOTE_ADDR=f"10.0.0.{number}")
            assert answer.status_code == 200
        refused = client.post(path, {"wrong": "broken"}, REMOTE_ADDR="10.0.0.99")
        assert refused.status_code == 429
        assert "Too many reports" in refused.content.decode()
    assert WorkOrder.objects.get().events.count() == 4


def test_many_reports_from_one_address_have_to_wait(client, make_pump, settings):
    paths = [report_address(make_pump(f"P-{n}")).removeprefix(settings.PUBLIC_URL) for n in range(11)]
    answers = [client.post(path, {"wrong": "broken"}).status_code for path in paths]
    assert answers == [200] * 10 + [429]


def test_tokens_and_addresses_are_counted_as_hashes(client, known):
    client.post(known, {"wrong": "broken"})
    token = ReportToken.objects.get().token
    assert not [row for row in SignInAttempts.objects.all() if token in row.key or "127.0.0.1" in row.key]


def test_a_report_without_the_form_s_own_token_is_refused(known):
    assert Client(enforce_csrf_checks=True).post(known, {"wrong": "broken"}).status_code == 403
    assert not WorkOrder.objects.exists()
