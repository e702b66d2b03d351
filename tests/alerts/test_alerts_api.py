"""Alerts over the API."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db
URL = "/api/v1/alerts/"


def test_the_list_holds_what_is_open(sign_in, biomed, raised, over, make_pump):
    over(raised(tag="P-1"), 60)
    alert = raised(tag="P-2")
    told = sign_in(biomed).get(URL).json()

    assert told["count"] == 1
    one = told["results"][0]
    assert (one["id"], one["state"], one["rule"], one["asset"]["asset_tag"]) == (
        alert.pk, "new", "Pump not heard of", "P-2",
    )  # fmt: skip


def test_filters_are_those_of_the_page(sign_in, biomed, raised):
    raised()
    client = sign_in(biomed)

    assert client.get(URL, {"severity": "critical"}).json()["count"] == 0
    assert client.get(URL, {"state": "all", "asset": "P-1"}).json()["count"] == 1
    assert client.get(URL, {"colour": "red"}).status_code == 400


def test_one_is_acknowledged_with_a_note(sign_in, nurse, raised):
    alert = raised()
    told = sign_in(nurse).post(f"{URL}{alert.pk}/acknowledge/", {"note": "Going"}).json()

    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "nurse")
    assert [(step["step"], step["by"], step["note"]) for step in told["steps"]] == [
        ("raised", None, ""), ("acknowledged", "nurse", "Going"),
    ]  # fmt: skip


def test_a_note_that_is_too_long_names_its_field(sign_in, nurse, raised):
    alert = raised()
    answer = sign_in(nurse).post(f"{URL}{alert.pk}/resolve/", {"note": "x" * 201})

    alert.refresh_from_db()
    assert (answer.status_code, list(answer.json()), alert.state) == (400, ["note"], "new")


def test_one_of_another_site_is_not_there(sign_in, biomed, raised, make_pump, other_site):
    alert = raised(asset=make_pump("F-1", site=other_site))

    assert sign_in(biomed).post(f"{URL}{alert.pk}/acknowledge/").status_code == 404
    alert.refresh_from_db()
    assert alert.state == "new"


def test_who_is_not_signed_in_sees_nothing(client, raised):
    raised()
    assert client.get(URL).status_code in {401, 403}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_whatever_it_holds(
    sign_in, biomed, raised, count, django_assert_max_num_queries
):
    for n in range(count):
        raised(tag=f"P-{n}")
    client = sign_in(biomed)
    with django_assert_max_num_queries(4):
        assert client.get(URL).json()["count"] == count
