"""Prolonged, back clean, dirty or damaged, lost and found, entered by mistake."""

from __future__ import annotations

import pytest

from assets.loans.lending import LoanRefusedError, Whom
from assets.loans.models import Loan
from assets.loans.moving import Told, move_loan
from assets.loans.words import LoanKind
from assets.maintenance.acts import act_on
from assets.maintenance.models import WorkOrder
from assets.maintenance.words import ActKind
from assets.models import AssetNow
from assets.pool.reservations import reserve_asset
from assets.transitions import TransitionRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def loan(lend):
    return lend(7)


@pytest.fixture
def move(loan, biomed, at):
    """``move("return", 3, condition="clean")``: three days after noon."""

    def do(step, days=3, *, by=biomed, of=None, version=None, **told):
        return move_loan(
            loan=of or loan, transition=step, by=by, now=at(days), told=Told(**told), version=version
        )

    return do


def activity(asset):
    return AssetNow.objects.get(asset=asset).activity


def test_what_comes_back_clean_is_ready(move, pump, at):
    back = move("return", condition="clean")
    assert (back.state, back.ended_at, back.condition, back.order) == ("returned", at(3), "clean", None)
    assert activity(pump) == "available"


def test_what_comes_back_dirty_asks_for_cleaning(move, pump):
    back = move("return", condition="dirty")
    assert (back.order.kind, activity(pump)) == ("cleaning", "dirty")


def test_what_comes_back_damaged_is_out_of_service_with_an_order_that_it_is_linked_to(move, pump, photo):
    back = move("return", condition="damaged", note="Door is cracked", photo=photo)
    order = WorkOrder.objects.get()
    assert (back.order, order.kind, order.asset) == (order, "corrective", pump)
    assert order.note == f"Came back from loan {back.pk}. Door is cracked"
    assert activity(pump) == "down"
    assert back.photos.count() == order.photos.count() == 1


def test_what_something_else_keeps_out_of_service_comes_back_all_the_same(move, lend, pump, biomed, noon):
    act_on(asset=pump, kind=ActKind.BROKEN, by=biomed, now=noon)
    assert move("return", condition="clean").state == "returned"
    assert activity(pump) == "down"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "condition"),
        ({"condition": "shiny"}, "condition"),
        ({"condition": "clean", "at": -0.5}, "at"),
        ({"condition": "clean", "at": 4}, "at"),
        ({"condition": "clean", "photo": b"GIF89a"}, "photo"),
        ({"condition": "clean", "note": "x" * 201}, "note"),
        ({"condition": "clean", "due_at": 9}, "due_at"),
    ],
)
def test_a_return_that_cannot_be_is_refused_by_its_field_and_nothing_happens(move, loan, at, told, field):
    for name in ("at", "due_at"):
        if name in told:
            told = told | {name: at(told[name])}
    with pytest.raises(LoanRefusedError) as refused:
        move("return", **told)
    assert refused.value.field == field
    loan.refresh_from_db()
    assert (loan.state, loan.version, loan.events.count(), WorkOrder.objects.count()) == ("out", 1, 1, 0)


def test_a_return_before_its_loan_says_when_that_began(move, at):
    with pytest.raises(LoanRefusedError, match="before the loan, which began on 2026-03-02 13:00"):
        move("return", condition="clean", at=at(-1))


def test_it_comes_back_once(move):
    move("return", condition="clean")
    with pytest.raises(TransitionRefusedError, match="Returned"):
        move("return", condition="damaged")
    assert not WorkOrder.objects.exists()


def test_who_was_slower_is_told(move, at):
    move("extend", due_at=at(9), version=1)
    with pytest.raises(LoanRefusedError, match="meanwhile") as refused:
        move("return", condition="clean", version=1)
    assert refused.value.field == "version"


def test_it_is_prolonged(move, at):
    assert move("extend", due_at=at(10)).due_at == at(10)


@pytest.mark.parametrize(("days", "due"), [(3, 7), (3, 5), (9, 8), (3, 4000)])
def test_not_to_before_it_is_due_nor_to_what_is_past(move, loan, at, days, due):
    with pytest.raises(LoanRefusedError) as refused:
        move("extend", days, due_at=at(due))
    assert refused.value.field == "due_at"
    loan.refresh_from_db()
    assert loan.due_at == at(7)


def test_not_into_what_somebody_reserved(move, pump, spare, nurse, noon, at):
    kept = reserve_asset(asset=pump, begin=at(8), end=at(9), by=nurse, now=noon)
    with pytest.raises(LoanRefusedError) as refused:
        move("extend", due_at=at(10))
    assert (refused.value.field, refused.value.conflicts) == ("due_at", [kept])
    assert move("extend", due_at=at(8)).due_at == at(8)


def test_what_cannot_be_found_is_away_until_it_comes_back(move):
    assert move("lose").state == "lost"
    with pytest.raises(TransitionRefusedError):
        move("extend", due_at=None)
    assert move("find", 4).state == "out"
    assert move("lose", 5).state == "lost"
    assert move("return", 6, condition="dirty").state == "returned"


def test_what_was_entered_by_mistake_is_struck_out_and_never_counted(move, pump, lend, at):
    struck = move("strike")
    assert struck.state == "struck"
    assert not Loan.objects.current().exists()
    assert lend(9, now=at(3), begin=at(1)).pk


@pytest.mark.parametrize("step", ["return", "extend", "lose", "strike"])
def test_who_may_not_moves_nothing(move, loan, nurse, facilities, step):
    for person in (nurse, facilities):
        with pytest.raises(TransitionRefusedError, match="Your role may not"):
            move(step, by=person, condition="clean" if step == "return" else "")
    loan.refresh_from_db()
    assert loan.version == 1


def test_others_equipment_goes_back_once_it_is_not_lent_on(lend, make_pump, biomed, at):
    rental = make_pump("R-1", ownership="rented")
    inbound = lend(7, asset=rental, whom=Whom(LoanKind.RENTAL, partner="Lendwell"))
    outbound = lend(3, asset=rental)
    told = Told(condition="clean")
    with pytest.raises(LoanRefusedError, match="on loan itself"):
        move_loan(loan=inbound, transition="return", by=biomed, now=at(1), told=told)
    move_loan(loan=outbound, transition="return", by=biomed, now=at(1), told=told)
    assert move_loan(loan=inbound, transition="return", by=biomed, now=at(2), told=told).state == "returned"


def test_others_equipment_that_is_prolonged_says_so_in_the_register(lend, make_pump, biomed, at):
    rental = make_pump("R-1", ownership="rented")
    loan = lend(7, asset=rental, whom=Whom(LoanKind.RENTAL, partner="Lendwell"))
    move_loan(loan=loan, transition="extend", by=biomed, now=at(1), told=Told(due_at=at(12)))
    rental.refresh_from_db()
    assert rental.return_due_on == at(12).date()
