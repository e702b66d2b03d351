"""Lending out: to whom, until when, and what stands against it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Lock, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from assets.loans.lending import LoanRefusedError, Whom
from assets.loans.models import Loan, LoanEvent
from assets.loans.moving import Told, move_loan
from assets.loans.queries import HistoryError
from assets.loans.words import LoanKind
from assets.models import Asset
from assets.pool.models import Reservation
from assets.pool.reservations import (
    ReservationRefusedError,
    cancel_reservation,
    reserve_asset,
    reserve_category,
)

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def rental(make_pump):
    return make_pump("R-1", ownership="rented")


def rented(partner="Lendwell"):
    return Whom(LoanKind.RENTAL, partner=partner)


def test_a_department_has_it_until_it_is_due(lend, pump, ward, biomed, noon, at):
    loan = lend(7, note=" For  a move ")
    assert (loan.asset, loan.whom, loan.state, loan.is_inbound) == (pump, "Ward 3 West", "out", False)
    assert (loan.begin, loan.due_at, loan.ended_at, loan.note) == (noon, at(7), None, "For a move")
    event = loan.events.get()
    assert (event.transition, event.target, event.by, event.due_at) == ("out", "out", biomed, at(7))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"due": 0}, "due_at"),
        ({"due": -1}, "due_at"),
        ({"due": None}, "due_at"),
        ({"due": 4000}, "due_at"),
        ({"begin": datetime(2027, 1, 1, tzinfo=UTC), "due": 900}, "begin"),
        ({"note": "x" * 201}, "note"),
        ({"daily_rate": Decimal(-1)}, "daily_rate"),
        ({"whom": Whom(LoanKind.DEPARTMENT)}, "department"),
        ({"whom": Whom(LoanKind.SITE)}, "to_site"),
        ({"whom": Whom(LoanKind.RENTAL)}, "partner"),
        ({"whom": Whom(LoanKind.HOME)}, "programme"),
    ],
)
def test_what_is_wrong_is_named_by_its_field_and_nothing_is_lent(lend, told, field):
    with pytest.raises(LoanRefusedError) as refused:
        lend(**told)
    assert refused.value.field == field
    assert not Loan.objects.exists()


def test_what_another_kind_asks_for_is_refused(lend, ward, home):
    with pytest.raises(LoanRefusedError) as refused:
        lend(whom=Whom(LoanKind.DEPARTMENT, department=ward, reference="HM-00001"))
    assert refused.value.field == "reference"


def test_it_goes_to_another_site_but_not_to_its_own(lend, site, other_site):
    assert lend(whom=Whom(LoanKind.SITE, to_site=other_site)).whom == "Far Clinic"
    with pytest.raises(LoanRefusedError) as refused:
        lend(whom=Whom(LoanKind.SITE, to_site=site))
    assert refused.value.field == "to_site"


def test_no_two_loans_of_one_piece_overlap(lend, at, biomed):
    first = lend(7)
    with pytest.raises(LoanRefusedError, match="on loan already: Ward 3 West") as refused:
        lend(9, now=at(1))
    assert refused.value.field == "asset"
    move_loan(loan=first, transition="return", by=biomed, now=at(3), told=Told(condition="clean"))
    with pytest.raises(LoanRefusedError, match="until 20") as refused:
        lend(9, now=at(5), begin=at(2))
    assert refused.value.field == "begin"
    assert lend(9, now=at(5), begin=at(3)).pk
    assert Loan.objects.count() == 2


def test_the_database_itself_says_no_to_a_second_open_loan(lend, pump, site, ward, at):
    lend(7)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.create(
            asset=pump,
            site=site,
            kind="department",
            is_inbound=False,
            department=ward,
            begin=at(8),
            due_at=at(9),
        )


def test_postgresql_itself_says_no_to_loans_that_overlap(lend, pump, site, ward, at, biomed):
    if connection.vendor != "postgresql":
        return  # SQLite has no word for such a constraint; it has one writer at a time, and looks under its lock
    move_loan(loan=lend(7), transition="return", by=biomed, now=at(3), told=Told(condition="clean"))
    with pytest.raises(IntegrityError, match="loan_no_overlap"), transaction.atomic():
        Loan.objects.create(
            asset=pump, site=site, kind="department", is_inbound=False, department=ward, begin=at(2), due_at=at(9),
            ended_at=at(4), state="returned",
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_people_who_lend_it_at_the_same_time_one_does(lend, biomed, administrator):
    people = (biomed, administrator, biomed)
    start, won, lost = Barrier(len(people)), [], []
    one_by_one = Lock() if connection.vendor == "sqlite" else nullcontext()

    def take(person):
        start.wait()
        try:
            with one_by_one:
                won.append(lend(7, by=person).pk)
        except LoanRefusedError as refused:
            lost.append(refused.field)
        finally:
            connection.close()

    threads = [Thread(target=take, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), lost) == (1, ["asset", "asset"])
    assert Loan.objects.count() == LoanEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_one_who_books_and_one_who_lends_at_the_same_time_one_does(lend, pump, spare, nurse, noon, at):
    start, won, lost = Barrier(2), [], []
    one_by_one = Lock() if connection.vendor == "sqlite" else nullcontext()

    def run(do, name):
        start.wait()
        try:
            with one_by_one:
                do()
                won.append(name)
        except (LoanRefusedError, ReservationRefusedError):
            lost.append(name)
        finally:
            connection.close()

    book = lambda: reserve_asset(asset=pump, begin=at(1), end=at(2), by=nurse, now=noon)  # noqa: E731
    threads = [
        Thread(target=run, args=[book, "book"]),
        Thread(target=run, args=[lambda: lend(7), "lend"]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won + lost) == ["book", "lend"]
    assert len(won) == 1
    assert Loan.objects.count() + Reservation.objects.count() == 1


def test_sent_again_it_is_lent_once(lend, ward):
    key = uuid4()
    assert lend(7, key=key) == lend(7, key=key)
    with pytest.raises(LoanRefusedError) as refused:
        lend(7, key=key, whom=Whom(LoanKind.RENTAL, partner="Lendwell"))
    assert refused.value.field == "key"


def test_what_is_reserved_meanwhile_is_not_lent(lend, pump, spare, nurse, noon, at):
    kept = reserve_asset(asset=pump, begin=at(3), end=at(4), by=nurse, now=noon)
    with pytest.raises(LoanRefusedError, match="reserved at that time") as refused:
        lend(7)
    assert (refused.value.field, refused.value.conflicts) == ("due_at", [kept])
    assert lend(3).pk


def test_a_cancelled_booking_stands_in_nobody_s_way_and_keeps_why(lend, pump, spare, nurse, noon, at):
    kept = reserve_asset(asset=pump, begin=at(3), end=at(4), by=nurse, now=noon)
    cancel_reservation(reservation=kept, by=nurse, now=noon, reason=" Not  needed ")
    kept.refresh_from_db()
    assert kept.cancel_reason == "Not needed"
    assert lend(7).pk


def test_it_is_taken_for_a_booking_until_that_ends(lend, pump, spare, nurse, noon, at):
    kept = reserve_asset(asset=pump, begin=at(-0.1), end=at(2), by=nurse, now=noon)
    loan = lend(None, reservation=kept)
    assert (loan.due_at, loan.reservation) == (at(2), kept)
    with pytest.raises(LoanRefusedError) as refused:
        lend(None, asset=spare, reservation=kept)
    assert refused.value.field == "reservation"


def test_the_last_ones_of_a_kind_are_kept_for_whom_they_are_booked(
    lend, pump, spare, pumps, nurse, noon, at, make_zone, ward
):
    unit = make_zone("Station", department=ward)
    kept = reserve_category(category=pumps, unit=unit, begin=at(1), end=at(2), by=nurse, now=noon)
    lend(7, asset=spare)
    with pytest.raises(LoanRefusedError, match="All 2 of that kind"):
        lend(7)
    assert lend(2, reservation=kept).pk


def test_what_is_on_loan_cannot_be_booked_until_it_is_due(lend, pump, spare, nurse, noon, at):
    lend(7)
    with pytest.raises(ReservationRefusedError, match="on loan to Ward 3 West until 2026"):
        reserve_asset(asset=pump, begin=at(6), end=at(8), by=nurse, now=noon)
    assert reserve_asset(asset=pump, begin=at(7), end=at(8), by=nurse, now=noon).pk


def test_of_a_kind_no_more_are_booked_than_are_not_lent(
    lend, pump, spare, pumps, nurse, noon, at, make_zone, ward
):
    unit = make_zone("Station", department=ward)
    told = {"category": pumps, "unit": unit, "by": nurse, "now": noon}
    lend(7)
    assert reserve_category(begin=at(1), end=at(2), **told).pk
    with pytest.raises(ReservationRefusedError, match="All 2"):
        reserve_category(begin=at(1), end=at(2), **told)
    assert reserve_category(begin=at(7), end=at(8), **told).pk


def test_a_booking_sent_again_is_made_once(pump, spare, nurse, biomed, noon, at):
    key = uuid4()
    told = {"asset": pump, "begin": at(1), "end": at(2), "now": noon, "key": key}
    assert reserve_asset(by=nurse, **told) == reserve_asset(by=nurse, **told)
    with pytest.raises(ReservationRefusedError) as refused:
        reserve_asset(by=biomed, **told)
    assert refused.value.field == "key"


def test_what_is_retired_or_installed_is_not_lent(lend, pump, noon):
    Asset.objects.filter(pk=pump.pk).update(is_fixed=True)
    pump.refresh_from_db()
    with pytest.raises(LoanRefusedError, match="installed"):
        lend(7, asset=pump)
    Asset.objects.filter(pk=pump.pk).update(is_fixed=False, retired_at=noon)
    pump.refresh_from_db()
    with pytest.raises(LoanRefusedError, match="no longer in service"):
        lend(7, asset=pump)


def test_others_equipment_comes_with_the_day_of_its_return(lend, rental, at):
    lend(7, asset=rental, whom=rented(), daily_rate=Decimal("12.50"))
    rental.refresh_from_db()
    assert rental.return_due_on == at(7).date()


def test_the_register_says_whose_it_is(lend, pump):
    with pytest.raises(LoanRefusedError, match="“Owned”") as refused:
        lend(7, whom=rented())
    assert refused.value.field == "asset"


def test_a_rental_here_may_be_lent_on_to_a_department(lend, rental, pump):
    lend(7, asset=rental, whom=rented())
    assert lend(3, asset=rental).pk


def test_what_went_back_may_come_again(lend, rental, biomed, at):
    loan = lend(7, asset=rental, whom=rented())
    move_loan(loan=loan, transition="return", by=biomed, now=at(3), told=Told(condition="damaged"))
    rental.refresh_from_db()
    assert (rental.retired_at, rental.return_due_on) == (at(3), None)
    lend(20, asset=rental, whom=rented(), now=at(10))
    rental.refresh_from_db()
    assert rental.retired_at is None


@pytest.mark.parametrize("reference", ["HM-00421", " HM-00421 "])
def test_a_loan_to_a_patient_has_a_reference_and_the_usual_length(lend, home, reference, noon):
    loan = lend(None, whom=Whom(LoanKind.HOME, programme=home, reference=reference))
    assert (loan.reference, loan.whom) == ("HM-00421", "Heart monitors at home")
    # Berlin changes its clocks in these days: it is due at the same time of the day.
    assert loan.due_at == noon + timedelta(days=30) - timedelta(hours=1)


@pytest.mark.parametrize(
    "reference",
    [
        "Maria Meier", "MEIER-00421", "HM-Meier", "HM-1950-02-03", "HM-03021950", "HM-030250", "1950-02-03",
        "03.02.1950", "HM-421", "HM00421", "hm-00421", "XX-00421", "HM-00421 Meier", "HM-٠٠٤٢١", "HM-00421\nMeier",
        "HM-0042a", "+49 30 1234",
    ],
)  # fmt: skip
def test_nothing_of_a_patient_is_taken_for_a_reference_and_it_is_not_repeated(lend, home, reference):
    with pytest.raises(LoanRefusedError, match="No names, no dates of birth") as refused:
        lend(None, whom=Whom(LoanKind.HOME, programme=home, reference=reference))
    assert refused.value.field == "reference"
    assert "Meier" not in str(refused.value)
    assert "1950" not in str(refused.value)
    assert not Loan.objects.exists()


def test_a_loan_to_a_patient_carries_no_note_and_no_photo(lend, home, biomed, at, photo):
    whom = Whom(LoanKind.HOME, programme=home, reference="HM-00421")
    with pytest.raises(LoanRefusedError, match="nothing else") as refused:
        lend(None, whom=whom, note="Third floor")
    assert refused.value.field == "note"
    loan = lend(None, whom=whom)
    for told, field in (
        (Told(condition="clean", note="Meier"), "note"),
        (Told(condition="clean", photo=photo), "photo"),
    ):
        with pytest.raises(LoanRefusedError) as refused:
            move_loan(loan=loan, transition="return", by=biomed, now=at(1), told=told)
        assert refused.value.field == field


def test_what_happened_is_neither_changed_nor_deleted(lend):
    event = lend(7).events.get()
    with pytest.raises(HistoryError):
        event.save()
    with pytest.raises(HistoryError):
        event.delete()
    with pytest.raises(HistoryError):
        LoanEvent.objects.update(note="other")
