"""Work orders and one-tap acts over the API."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from assets.maintenance.models import WorkOrder
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind
from assets.models import AssetNow

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(sign_in):
    def send(person, path, body):
        return sign_in(person).post(f"/api/v1/{path}", body, content_type="application/json")

    return send


def test_an_act_is_done_once_and_says_which_order_it_opened(post, nurse, make_pump):
    make_pump()
    body = {"act": "broken", "note": "Door jams", "key": str(uuid4())}
    first, second = (post(nurse, "assets/P-1/act/", body) for _ in range(2))

    order = WorkOrder.objects.get()
    assert (first.status_code, first.json()) == (200, second.json())
    assert first.json()["order"] == order.number
    assert (order.note, AssetNow.objects.get().activity) == ("Door jams", "down")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "act"),
        ({"act": "gone"}, "act"),
        ({"act": "broken", "key": "x"}, "key"),
        ({"act": "broken", "note": "x" * 501}, "note"),
        ({"act": "broken", "at": "2999-01-01T00:00:00Z"}, "at"),
    ],
)
def test_what_is_wrong_is_said_field_by_field_and_nothing_happens(post, nurse, make_pump, body, field):
    make_pump()
    answer = post(nurse, "assets/P-1/act/", body)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not WorkOrder.objects.exists()


def test_what_was_said_without_a_network_counts_from_when_it_was_said(post, nurse, make_pump):
    make_pump()
    at = timezone.now() - timedelta(minutes=10)
    post(nurse, "assets/P-1/act/", {"act": "dirty", "at": at.isoformat()})
    assert AssetNow.objects.get().since == at


def test_an_order_is_moved_and_tells_what_comes_next(post, biomed, nurse, make_pump, noon):
    number = open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon).order.number
    answer = post(biomed, f"work-orders/{number}/move/", {"transition": "begin", "seen": "request"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["transitions"]) == (
        "in_progress", ["wait_parts", "wait_vendor", "wait_location", "finish", "decline", "cancel"],
    )  # fmt: skip
    assert [event["what"] for event in answer.json()["events"]] == ["opened", "moved"]
    refused = post(biomed, f"work-orders/{number}/move/", {"transition": "verify"})
    assert (refused.status_code, list(refused.json())) == (400, ["transition"])


def test_the_list_is_filtered_and_asks_as_often_for_three_as_for_one(
    sign_in, biomed, nurse, make_pump, noon, django_assert_max_num_queries
):
    browser = sign_in(biomed)
    for tag in ("P-1", "P-2", "P-3"):
        open_work_order(asset=make_pump(tag), kind=Kind.CORRECTIVE, by=nurse, now=noon)
        with django_assert_max_num_queries(4):
            browser.get("/api/v1/work-orders/")
    rows = browser.get("/api/v1/work-orders/?asset=p-2&is_open=true").json()["results"]
    assert [row["asset"]["asset_tag"] for row in rows] == ["P-2"]
