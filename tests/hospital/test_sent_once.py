"""What a phone sends again happens once; what was refused may be sent again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client

from assets.models import Placement
from hospital.models import SentOnce
from hospital.sent_once import KEPT, forget_sent
from locations.zones import ZoneKind

KEY = "5b0c2c1e-8a49-4d8e-9a35-1f6f6c9a8f10"


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM)


def place(client, zone, *, key=KEY, tag="P-1"):
    headers = {"Idempotency-Key": key} if key is not None else {}
    body = {"zone": str(zone.pk)}
    return client.post(f"/api/v1/assets/{tag}/place/", body, content_type="application/json", headers=headers)


@pytest.mark.django_db
@pytest.mark.databases
def test_the_same_thing_sent_again_is_answered_alike_and_happens_once(make_pump, bay, nurse, sign_in):
    make_pump()
    client = sign_in(nurse)
    first, second = place(client, bay), place(client, bay)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert Placement.objects.count() == 1


@pytest.mark.django_db
def test_without_a_name_or_with_another_it_happens_again(make_pump, bay, nurse, sign_in):
    make_pump()
    client = sign_in(nurse)
    for key in (None, None, KEY, "another-name"):
        assert place(client, bay, key=key).status_code == 200
    assert Placement.objects.count() == 4


@pytest.mark.django_db
def test_a_name_is_that_of_one_account_and_one_address(make_pump, bay, nurse, biomed, client):
    make_pump()
    make_pump("P-2")
    for person, tag in ((nurse, "P-1"), (nurse, "P-2"), (biomed, "P-1")):
        client.force_login(person)
        assert place(client, bay, tag=tag).status_code == 200
    assert Placement.objects.count() == 3


@pytest.mark.django_db
def test_the_same_name_for_something_else_is_refused_and_nothing_is_done(
    make_pump, bay, make_zone, nurse, sign_in
):
    make_pump()
    client = sign_in(nurse)
    place(client, bay)
    answer = place(client, make_zone("Store"))

    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "This Idempotency-Key was used already, for something else. Nothing was done."
    }
    assert Placement.objects.get().zone == bay


@pytest.mark.django_db
def test_what_was_refused_is_not_kept_and_may_be_right_the_next_time(
    make_pump, bay, nurse, facilities, client, noon
):
    pump = make_pump(retired_at=noon)
    client.force_login(nurse)
    assert place(client, bay).status_code == 400
    pump.retired_at = None
    pump.save()
    assert place(client, bay).status_code == 200
    client.force_login(facilities)
    assert place(client, bay).status_code == 403
    assert SentOnce.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "short", "x" * 201, "a\tb c d e f g"])
def test_a_name_that_is_none_is_refused(make_pump, bay, nurse, sign_in, key):
    make_pump()
    answer = place(sign_in(nurse), bay, key=key)

    assert (answer.status_code, list(answer.json())) == (400, ["Idempotency-Key"])
    assert not Placement.objects.exists()


@pytest.mark.django_db
def test_what_only_reads_and_whoever_is_not_signed_in_is_let_through(make_pump, bay, nurse, client):
    make_pump()
    headers = {"Idempotency-Key": KEY}
    assert place(client, bay).status_code == 403
    client.force_login(nurse)
    assert client.get("/api/v1/assets/P-1/", headers=headers).status_code == 200
    assert not SentOnce.objects.exists()


@pytest.mark.django_db
def test_names_are_forgotten_after_a_week(make_pump, bay, nurse, sign_in, noon):
    for days, digest in ((0, "a"), (8, "b")):
        SentOnce.objects.create(digest=digest, body="", at=noon - timedelta(days=days))
    forget_sent(noon)
    assert [row.digest for row in SentOnce.objects.all()] == ["a"]
    assert timedelta(days=7) == KEPT


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_the_same_thing_sent_twice_at_once_happens_once(make_pump, bay, nurse, sign_in):
    make_pump()
    client = sign_in(nurse)
    if (
        connection.vendor == "sqlite"
    ):  # in memory it is one connection, and writers wait for each other anyway
        answers = [place(client, bay).content for _ in range(4)]
    else:
        answers = four_at_once(client.cookies, bay)

    assert len(set(answers)) == 1
    assert Placement.objects.count() == 1


def four_at_once(session, bay) -> list[bytes]:
    together = Barrier(4)

    def send(_number: int) -> bytes:
        client = Client()
        client.cookies = session
        together.wait()
        try:
            return place(client, bay).content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(send, range(4)))
