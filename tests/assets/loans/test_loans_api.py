"""Loans and bookings over the API: made once, moved on, refused field by field."""

from __future__ import annotations

from uuid import uuid4

import pytest

from assets.loans.models import Loan
from assets.pool.models import Reservation

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def call(client):
    def post(person, address, **told):
        client.force_login(person)
        return client.post(f"/api/v1/{address}", told, content_type="application/json")

    return post


DUE = "2026-03-09T12:00:00Z"


def test_a_loan_is_made_once_by_its_key_read_and_brought_back(call, client, biomed, pump, ward):
    told = {"asset": "P-1", "kind": "department", "department": ward.pk, "due_at": DUE, "key": str(uuid4())}
    first, again = (call(biomed, "loans/check-out/", **told) for _ in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    loan = first.json()
    assert (loan["whom"], loan["state"], loan["due_at"], loan["cost"], loan["days"]) == (
        "Ward 3 West", "out", DUE, None, 1,
    )  # fmt: skip
    assert client.get("/api/v1/loans/?is_open=true&asset=p-1").json()["results"] == [loan]
    back = call(
        biomed, f"loans/{loan['id']}/move/", transition="return", condition="damaged", version=1
    ).json()
    assert (back["state"], back["condition"]) == ("returned", "damaged")
    assert back["order"] == Loan.objects.get().order_id
    assert [event["transition"] for event in back["events"]] == ["out", "return"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"asset": "P-9"}, "asset"),
        ({"due_at": "2026-03-01T12:00:00Z"}, "due_at"),
        ({"begin": "2026-03-03T12:00:00Z"}, "begin"),
        ({"kind": "gift"}, "kind"),
        ({"kind": "home"}, "programme"),
        ({"daily_rate": "-1"}, "daily_rate"),
        ({"booking": 99}, "booking"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_lent(call, biomed, pump, told, field):
    sent = {"asset": "P-1", "kind": "rental", "partner": "Lendwell", "due_at": DUE} | told
    if sent["kind"] == "home":
        del sent["partner"]
    answer = call(biomed, "loans/check-out/", **sent)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Loan.objects.exists()


def test_a_reference_of_a_patient_is_refused_without_repeating_it(call, biomed, pump, home):
    told = {"asset": "P-1", "kind": "home", "programme": "HM", "reference": "Meier 1950-02-03"}
    answer = call(biomed, "loans/check-out/", **told)
    assert (answer.status_code, list(answer.json())) == (400, ["reference"])
    assert "Meier" not in answer.content.decode()
    assert call(biomed, "loans/check-out/", **told | {"reference": "HM-00421"}).status_code == 200


def test_who_may_not_lends_nothing(call, nurse, facilities, pump, ward):
    for person in (nurse, facilities):
        told = {"asset": "P-1", "kind": "department", "department": ward.pk, "due_at": DUE}
        assert call(person, "loans/check-out/", **told).status_code == 403
    assert not Loan.objects.exists()


def test_what_is_overdue_is_asked_for(client, biomed, lend, make_pump, at, home):
    lend(7, asset=make_pump("P-2"))
    lend(asset=make_pump("P-3"), now=at(-9), begin=at(-9), due=-1)
    client.force_login(biomed)

    def tags(query):
        return [row["asset"] for row in client.get(f"/api/v1/loans/?{query}").json()["results"]]

    assert (tags("is_overdue=true"), tags("is_overdue=false")) == (["P-3"], ["P-2"])
    assert tags("from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z") == ["P-3"]
    assert client.get("/api/v1/loan-programmes/").json()["results"][0]["code"] == "HM"


def test_a_booking_is_made_once_and_cancelled_with_a_reason(call, client, nurse, pump):
    told = {
        "asset": "P-1",
        "begin": "2026-03-03T08:00:00Z",
        "end": "2026-03-03T10:00:00Z",
        "key": str(uuid4()),
    }
    first, again = (call(nurse, "bookings/book/", **told) for _ in range(2))
    assert (first.status_code, again.json()["id"], Reservation.objects.count()) == (
        200,
        first.json()["id"],
        1,
    )
    pk = first.json()["id"]
    assert call(nurse, f"bookings/{pk}/cancel/").json() == {"reason": ["This field is required."]}
    gone = call(nurse, f"bookings/{pk}/cancel/", reason="Not needed").json()
    assert (gone["cancel_reason"], bool(gone["cancelled_at"])) == ("Not needed", True)
    assert client.get("/api/v1/bookings/?is_cancelled=false").json()["results"] == []


def test_what_is_on_loan_is_not_booked(call, nurse, biomed, pump, lend):
    lend(7)
    answer = call(
        nurse, "bookings/book/", asset="P-1", begin="2026-03-03T08:00:00Z", end="2026-03-03T10:00:00Z"
    )
    assert answer.json() == {"begin": ["It is on loan to Ward 3 West until 2026-03-09 13:00."]}
