"""The risk page: every weak protocol, with why, who, since when, where, and what to do."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest

from collectors.models import Credential, Endpoint
from hospital.audit.models import AuditRecord
from hospital.risks import HEADINGS

pytestmark = pytest.mark.django_db


@pytest.fixture
def weak(make_endpoint, make_pump, make_zone):
    zone = make_zone("Electrical room")
    return make_endpoint(
        "UPS 5", protocol="snmp_v2c", exception_reason="=The card speaks v2c only",
        asset=make_pump("UPS-05", home_zone=zone),
    )  # fmt: skip


def page(client):
    return client.get("/collectors/risks/").content.decode()


def rows(client):
    answer = client.get("/collectors/risks.csv")
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_an_exception_is_listed_with_all_that_one_needs_to_decide(sign_in, biomed, weak):
    text = page(sign_in(biomed))
    for words in (
        "1 endpoint asked by a weak protocol", "UPS 5", "UPS-05, Electrical room, Level 1", "SNMP v2c",
        "in the clear", "The card speaks v2c only", "not in the trail", "Give the device an SNMP v3 user",
    ):  # fmt: skip
        assert words in text, words


def test_who_accepted_it_and_when_comes_from_the_trail(sign_in, administrator, biomed, weak):
    client = sign_in(administrator)
    form = client.get(f"/admin/collectors/endpoint/{weak.pk}/change/").context["adminform"].form
    given = {name: value for name, value in form.initial.items() if value is not None}
    secret = Credential.objects.create(name="c", kind="snmp_community", sealed=b"x")
    answer = client.post(
        f"/admin/collectors/endpoint/{weak.pk}/change/",
        given | {"exception_reason": "Replaced in spring", "credential": str(secret.pk)},
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    at = AuditRecord.objects.get(object_type="collectors.endpoint").at.astimezone(ZoneInfo("Europe/Berlin"))
    assert f"admin, {at.day} {at:%b %Y, %H:%M}" in page(sign_in(biomed))
    assert "Replaced in spring" in page(sign_in(biomed))


@pytest.mark.parametrize(
    ("algorithms", "listed"),
    [("sha256/aes128", False), ("md5/aes128", True), ("sha1/des", True), ("sha256/none", True)],
)
def test_weak_algorithms_of_v3_are_listed_too(sign_in, biomed, make_endpoint, algorithms, listed):
    make_endpoint(credential=Credential.objects.create(name="u", protocols=algorithms, sealed=b"x"))
    assert ("1 endpoint asked by a weak protocol" in page(sign_in(biomed))) == listed


def test_modbus_without_tls_is_told_for_information(sign_in, biomed, make_endpoint):
    make_endpoint("Fridge", protocol="modbus_tcp", profile="medical-fridge")
    make_endpoint("Safe fridge", protocol="modbus_tls", profile="medical-fridge", host="10.20.0.8")
    text = page(sign_in(biomed))
    assert "No endpoint is asked by a weak protocol" in text
    assert "Without protection in the protocol" in text
    assert "Safe fridge" not in text


def test_collectors_says_how_many_there_are(sign_in, biomed, weak):
    assert "1 weak protocol<" in sign_in(biomed).get("/collectors/").content.decode()


def test_the_file_holds_the_same_and_no_formula(sign_in, biomed, weak):
    (row,) = rows(sign_in(biomed))
    assert list(row) == list(HEADINGS)
    assert row["Accepted because"] == "'=The card speaks v2c only"
    assert (row["Endpoint"], row["Device"], row["Exception"]) == ("UPS 5", "UPS-05", "yes")


def test_another_site_s_risks_are_not_listed(sign_in, biomed, weak, other_site):
    biomed.sites.set([other_site])
    client = sign_in(biomed)
    assert "UPS 5" not in page(client)
    assert rows(client) == []


def test_more_risks_need_no_more_queries(sign_in, biomed, make_endpoint, django_assert_max_num_queries):
    client = sign_in(biomed)
    for number in range(4):
        make_endpoint(f"E{number}", host=f"10.20.0.{number + 1}", protocol="snmp_v1", exception_reason="x")
    with django_assert_max_num_queries(7):
        page(client)
    assert Endpoint.objects.count() == 4
