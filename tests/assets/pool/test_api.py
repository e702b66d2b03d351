"""Reservations, requests for delivery and hand-overs over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import AssetNow
from assets.pool.models import DeliveryRequest, HandOver, Reservation

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(sign_in):
    def send(person, path, body):
        return sign_in(person).post(f"/api/v1/{path}", body, content_type="application/json")

    return send


@pytest.fixture
def span():
    begin = timezone.now() + timedelta(hours=2)
    return {"begin": begin.isoformat(), "end": (begin + timedelta(hours=1)).isoformat()}


def test_an_asset_is_reserved_cancelled_and_restored(post, nurse, make_pump, span, sign_in):
    make_pump()
    made = post(nurse, "reservations/reserve/", {"asset": "P-1", **span}).json()
    assert (made["asset"], made["by"], made["cancelled_at"]) == ("P-1", "nurse", None)

    path = f"reservations/{made['id']}/change/"
    assert post(nurse, path, {"action": "cancel"}).json()["cancelled_at"]
    assert post(nurse, path, {"action": "restore"}).json()["cancelled_at"] is None
    rows = sign_in(nurse).get("/api/v1/reservations/?asset=P-1&is_cancelled=false").json()["results"]
    assert [row["id"] for row in rows] == [made["id"]]


def test_a_conflict_names_who_has_it_when(post, nurse, biomed, make_pump, span):
    make_pump()
    post(biomed, "reservations/reserve/", {"asset": "P-1", **span})
    answer = post(nurse, "reservations/reserve/", {"asset": "P-1", **span})
    assert answer.status_code == 400
    assert answer.json()["begin"] == ["It is reserved at that time."]
    assert answer.json()["conflicts"][0].endswith(": biomed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "asset"),
        ({"asset": "P-1", "category": "infusion-pump"}, "asset"),
        ({"asset": "P-77"}, "asset"),
        ({"category": "infusion-pump"}, "unit"),
        ({"category": "spaceship"}, "category"),
        ({"asset": "P-1", "unit": 999}, "unit"),
    ],
)
def test_what_is_wrong_with_a_reservation_is_said_field_by_field(post, nurse, make_pump, span, body, field):
    make_pump()
    answer = post(nurse, "reservations/reserve/", span | body)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Reservation.objects.exists()


def test_a_request_from_asked_to_confirmed(post, nurse, biomed, make_pump, station):
    make_pump()
    body = {"category": "infusion-pump", "quantity": 1, "to_zone": station.pk}
    asked = post(nurse, "delivery-requests/ask/", body).json()
    path = f"delivery-requests/{asked['id']}/move/"
    steps = [
        (biomed, {"transition": "accept", "seen": "asked"}),
        (biomed, {"transition": "send", "assets": ["P-1"]}),
        (biomed, {"transition": "deliver"}),
        (nurse, {"transition": "confirm"}),
    ]
    states = [post(person, path, body).json()["state"] for person, body in steps]
    assert states == ["accepted", "on_the_way", "delivered", "confirmed"]
    assert AssetNow.objects.get().zone == station


def test_pieces_that_there_are_not_are_named(post, nurse, biomed, make_pump, station):
    make_pump()
    asked = post(nurse, "delivery-requests/ask/", {"category": "infusion-pump", "to_zone": station.pk}).json()
    answer = post(
        biomed, f"delivery-requests/{asked['id']}/move/", {"transition": "send", "assets": ["P-1", "P-77"]}
    )
    assert answer.json() == {"assets": ["There is no P-77 at your sites."]}
    assert DeliveryRequest.objects.get().state == "asked"


def test_handing_over(post, nurse, make_pump, station):
    make_pump()
    answer = post(nurse, "assets/P-1/hand-over/", {"to_zone": station.pk})
    assert (answer.status_code, answer.json()["to_zone"]["name"]) == (200, "Station 3 West")
    assert HandOver.objects.get().by == nurse


@pytest.mark.parametrize("path", ["reservations", "delivery-requests"])
def test_lists_have_a_query_budget(
    sign_in, nurse, make_pump, station, path, noon, django_assert_max_num_queries
):
    browser = sign_in(nurse)
    for number in range(3):
        pump = make_pump(f"P-{number}")
        Reservation.objects.create(
            site=pump.site, asset=pump, category=pump.model.category, unit=station, by=nurse, begin=noon,
            end=noon + timedelta(hours=1), made_at=noon,
        )  # fmt: skip
        made = DeliveryRequest.objects.create(
            category=pump.model.category, to_zone=station, asked_at=noon, asked_by=nurse
        )
        made.assets.add(pump)
        with django_assert_max_num_queries(6):
            assert len(browser.get(f"/api/v1/{path}/").json()["results"]) == number + 1
