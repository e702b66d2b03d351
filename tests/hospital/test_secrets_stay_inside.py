"""A device's secret is set, everything is looked at, and it is nowhere."""

import io
import logging

import pytest
from django.core.management import call_command
from django.urls import reverse

from collectors.models import Credential
from hospital.audit.models import AuditRecord
from hospital.models import User
from tests.hospital.addresses import all_addresses

COMMUNITY, AUTH_KEY, PRIV_KEY = "canary-community-4711", "canary-authentication", "canary-privacy-key"
CANARY = b"canary-"
V3 = {
    "name": "Ward user",
    "kind": "snmp_usm",
    "user_name": "whereabouts",
    "auth_protocol": "sha256",
    "auth_key": AUTH_KEY,
    "priv_protocol": "aes128",
    "priv_key": PRIV_KEY,
}
LOGIN = {"name": "Broker", "kind": "login", "user_name": "whereabouts", "password": "canary-password"}
V2C = {"name": "Old switches", "kind": "snmp_community", "community": COMMUNITY}


@pytest.fixture
def log(monkeypatch, product_formatter):
    """Everything that is logged meanwhile, at every level, in the product's own form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(product_formatter)
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def browser(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def entered(browser, log, make_endpoint, make_pump, floor):
    """Each kind of secret, entered by hand, one of them used by an endpoint."""
    for form in (V3, V2C, LOGIN):
        answer = browser.post(reverse("admin:collectors_credential_add"), form)
        assert answer.status_code == 302, answer.context["errors"]
    make_endpoint(id=1, asset=make_pump("P-1"), credential=Credential.objects.get(kind="snmp_usm"))
    return list(Credential.objects.order_by("name"))


def test_the_secret_is_in_no_page_no_api_no_trail_and_no_log(browser, entered, log):
    key = str(entered[0].pk)
    paths = {address.path.replace("/credential/1/", f"/credential/{key}/") for address in all_addresses()}
    for path in sorted(paths):
        answer = browser.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert CANARY not in content, path
        assert bytes(entered[0].sealed).hex().encode() not in content, path
    assert not any("canary-" in str(vars(record)) for record in AuditRecord.objects.all())
    assert "canary-" not in log.getvalue()


def test_the_secret_is_not_in_a_dump_of_the_database(entered):
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    assert "Ward user" in dump.getvalue()
    assert "canary-" not in dump.getvalue()


def test_the_form_shows_an_empty_field_for_a_secret_that_is_there(browser, entered):
    page = browser.get(reverse("admin:collectors_credential_change", args=[entered[2].pk])).content.decode()
    for name in ("community", "auth_key", "priv_key", "password"):
        field = next(part for part in page.split("<input")[1:] if f'name="{name}"' in part)
        assert 'type="password"' in field
        assert "value=" not in field.partition(">")[0]


def test_a_form_that_is_refused_does_not_show_the_secret_again(browser, log):
    answer = browser.post(reverse("admin:collectors_credential_add"), V3 | {"priv_key": "short", "name": ""})
    assert answer.status_code == 200
    assert b"SNMP v3 needs at least 8 characters." in answer.content
    assert CANARY not in answer.content
    assert not Credential.objects.exists()


def test_a_wrong_password_is_in_no_log_and_no_trail(client, nurse, log):
    client.post("/sign-in/", {"username": "nurse", "password": "canary-password"})
    assert "canary-" not in log.getvalue()
    assert not any("canary-" in str(vars(record)) for record in AuditRecord.objects.all())


def test_a_failing_page_does_not_log_the_form(client, nurse, log, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("hospital.auth_views.claim_attempt", lambda **_kwargs: 1 / 0)
    answer = client.post("/sign-in/", {"username": "nurse", "password": "canary-password"})
    assert answer.status_code == 500
    assert "ZeroDivisionError" in log.getvalue()
    assert "canary-" not in log.getvalue()
    assert CANARY not in answer.content


def test_passwords_of_people_are_in_no_page_of_the_admin_site(browser, nurse):
    nurse.set_password("canary-password-of-anna")
    nurse.save()
    page = browser.get(reverse("admin:hospital_user_change", args=[nurse.pk])).content.decode()
    assert User.objects.get(pk=nurse.pk).password not in page
