"""Recalls over the API."""

from __future__ import annotations

import pytest

from assets.models import AssetNow
from assets.recalls.models import Campaign, Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(sign_in, biomed, recalled):
    def send(act, body, person=biomed):
        browser = sign_in(person)
        return browser.post(f"/api/v1/recalls/{recalled.pk}/{act}/", body, content_type="application/json")

    return send


def test_a_notice_tells_which_pieces_it_may_be_about_and_why(sign_in, biomed, recalled):
    body = sign_in(biomed).get(f"/api/v1/recalls/{recalled.pk}/").json()
    assert [(match["asset"]["asset_tag"], match["certainty"]) for match in body["matches"]] == [
        ("P-1", 2), ("P-4", 2), ("P-3", 3),
    ]  # fmt: skip
    assert "Its serial number 1001 lies in the range “1001 through 1099”." in body["matches"][0]["reasons"]


def test_the_list_is_filtered_as_the_pages_are(sign_in, biomed, recalled):
    browser = sign_in(biomed)
    assert browser.get("/api/v1/recalls/?stage=undecided").json()["count"] == 1
    assert browser.get("/api/v1/recalls/?number=z-0001-2026&authority=fda").json()["count"] == 1
    assert browser.get("/api/v1/recalls/?stage=closed").json()["count"] == 0
    assert browser.get("/api/v1/recalls/?colour=red").status_code == 400


def test_a_recall_is_worked_through(post, recalled):
    assert post("decide", {"assets": ["P-1"], "decision": "confirmed"}).status_code == 200
    post("decide", {"assets": ["P-3", "P-4"], "decision": "rejected", "note": "Other hardware"})
    answer = post("move", {"assets": ["P-1"], "transition": "quarantine"})
    assert answer.json()["matches"][0]["state"] == "quarantined"
    assert AssetNow.objects.get(asset__asset_tag="P-1").activity == "down"
    assert list(post("close", {}).json()) == ["detail"]
    post("move", {"assets": ["P-1"], "transition": "correct"})
    assert post("close", {}).json()["closed_at"] is not None


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("decide", {}, "assets"),
        ("decide", {"assets": ["P-9"], "decision": "confirmed"}, "assets"),
        ("decide", {"assets": ["P-1"], "decision": "perhaps"}, "decision"),
        ("decide", {"assets": ["P-1"], "decision": "rejected"}, "decision"),
        ("move", {"assets": ["P-1"], "transition": "quarantine"}, "detail"),
        ("move", {"assets": ["P-1"], "transition": "burn"}, "transition"),
        ("close", {"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_happens(post, act, body, field):
    answer = post(act, body)
    assert (answer.status_code, field in answer.json()) == (400, True)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("act", ["decide", "move", "close"])
def test_who_only_looks_changes_nothing(post, facilities, act):
    assert post(act, {"assets": ["P-1"], "decision": "confirmed"}, facilities).status_code == 403
    assert not Item.objects.exists()
