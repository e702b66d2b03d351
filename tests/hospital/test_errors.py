"""Mistakes get a clear answer, on pages and in the API, and never the inside of the product."""

from types import ModuleType

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.test import Client
from django.urls import path

from hospital import errors, urls
from tests.hospital.addresses import all_addresses

HOSTILE = [
    "%00",
    "%F0%9F",
    "'\"<script>",
    "../../etc/passwd",
    "99999999999999999999999",
    "-1",
    "NaN",
    "",
    "a" * 5000,
    "{{7*7}}",
    "%E2%80%AE",
    "1;DROP TABLE hospital_user",
]
PARAMETERS = [
    "q",
    "near",
    "page",
    "limit",
    "offset",
    "cursor",
    "floor",
    "zone",
    "category",
    "asset",
    "at",
    "from",
]


@pytest.fixture
def curious(administrator, floor, make_pump, make_endpoint):
    """Somebody who may see everything and tries everything; an exception on the way is seen as 500."""
    make_pump("P-1")
    make_endpoint(id=1)
    client = Client(raise_request_exception=False)
    client.force_login(administrator)
    return client


def fails(_request):
    raise RuntimeError("the-inside-of-the-product")


def suspects(_request):
    raise SuspiciousOperation("the-inside-of-the-product")


@pytest.fixture
def broken_views(settings):
    """The site with three views that fail."""
    site = ModuleType("site_with_broken_views")
    failing = [path("broken/", fails), path("api/broken/", fails), path("suspicious/", suspects)]
    vars(site).update(vars(urls) | {"urlpatterns": [*failing, *urls.urlpatterns]})
    settings.ROOT_URLCONF = site


@pytest.mark.parametrize(
    "address", ["/nothing/", "/map/no-such-floor/", "/assets/NO-SUCH/", "/collectors/999/"]
)
def test_what_is_not_there_says_so_on_a_page(curious, address):
    answer = curious.get(address)
    assert answer.status_code == 404
    assert b"<h1>" in answer.content


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/nothing/", "/api/v1/assets/NO-SUCH/", "/api/v2/assets/"]
)
def test_what_is_not_there_says_so_to_programs(curious, address):
    answer = curious.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json()["detail"]


def test_a_program_that_asks_a_page_for_json_gets_json(curious):
    assert curious.get("/nothing/", headers={"Accept": "application/json"}).json() == {
        "detail": "There is nothing at this address, or your account may not see it."
    }


@pytest.mark.databases
@pytest.mark.parametrize("value", HOSTILE, ids=[value[:12] or "empty" for value in HOSTILE])
def test_no_query_breaks_any_address(curious, value):
    for address in all_addresses():
        if address.is_admin:
            continue
        answer = curious.get(f"{address.path}?{'&'.join(f'{name}={value}' for name in PARAMETERS)}")
        if answer.status_code == 400:  # for one of them, before the text was looked for
            answer = curious.get(f"{address.path}?q={value}")
        assert answer.status_code < 500, f"{address.path}?…{value}"


@pytest.mark.parametrize("value", ["%00", "99999999999999999999999", "'"])
def test_no_search_breaks_a_list_of_the_admin_site(curious, value):
    for address in all_addresses():
        if address.name.endswith("_changelist"):
            assert curious.get(f"{address.path}?q={value}&p={value}").status_code < 500, address


@pytest.mark.parametrize("value", [value for value in HOSTILE if value and not value.startswith("..")])
def test_no_name_in_an_address_breaks_it(curious, value):
    for prefix in ("/map/", "/assets/", "/floors/", "/collectors/", "/api/v1/assets/", "/api/v1/tags/", "/"):
        assert curious.get(f"{prefix}{value}/").status_code in {301, 400, 404}, prefix


@pytest.mark.parametrize("address", ["/find/?q=%00", "/%00/", "/api/v1/assets/?asset_tag=a%00b", "/?%00=1"])
def test_an_address_with_a_nul_in_it_is_malformed(curious, address):
    answer = curious.get(address)
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"]


def test_a_failure_shows_nothing_of_the_inside_and_a_reference(curious, broken_views):
    answer = curious.get("/broken/")
    assert answer.status_code == 500
    assert b"the-inside" not in answer.content
    assert answer["X-Request-ID"].encode() in answer.content


def test_a_failure_of_the_api_is_json(curious, broken_views):
    answer = curious.get("/api/broken/")
    assert answer.json() == {
        "detail": "Something went wrong on our side. It has been written to the log.",
        "reference": answer["X-Request-ID"],
    }


def test_the_page_of_a_failure_needs_no_database(curious, broken_views, django_assert_num_queries, rf):
    with django_assert_num_queries(0):
        assert errors.server_error(rf.get("/broken/")).status_code == 500


def test_a_suspicious_request_is_refused_as_malformed(curious, broken_views):
    answer = curious.get("/suspicious/")
    assert answer.status_code == 400
    assert b"the-inside" not in answer.content


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "x" * 300])
def test_a_foreign_host_name_is_refused(curious, host, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert curious.get("/health/", headers={"Host": host}).status_code == 400


def test_not_allowed_is_said_in_words(nurse):
    client = Client()
    client.force_login(nurse)
    assert b"Your account may not do this." in client.get("/collectors/").content


@pytest.mark.parametrize(
    "error",
    [DataError("too long"), OverflowError("too large"), UnicodeEncodeError("utf-8", "\udc00", 0, 1, "x")],
)
def test_values_that_the_database_cannot_hold_are_the_caller_s_mistake(error):
    answer = errors.api_exception(error, {})
    assert answer is not None
    assert (answer.status_code, answer.data) == (400, {"detail": "The request could not be understood."})


def test_other_errors_of_the_api_are_left_to_the_handler():
    assert errors.api_exception(RuntimeError("x"), {}) is None
