"""What is written to an order: work time, parts, visits, files, signatures, mentions; and the same act on many."""

from __future__ import annotations

import base64
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from assets.maintenance.attaching import add_file
from assets.maintenance.bedside import Used, record_work
from assets.maintenance.bulk import assign_all, cancel_all, prioritise_all
from assets.maintenance.entries import Sums, add_labour, add_part, add_visit, strike_out, sums_of
from assets.maintenance.events import MovedMeanwhileError, WorkRefusedError, named_in
from assets.maintenance.models import Labour, Mention, PartUsed, WorkFile, WorkSignature
from assets.maintenance.orders import assign_order, comment_on, move_work_order, open_work_order
from assets.maintenance.signatures import Signed, read_signature
from assets.maintenance.words import Kind, Priority
from assets.transitions import TransitionRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
HOUR = timedelta(hours=1)


@pytest.fixture
def repair(make_pump, nurse, noon):
    return open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon).order


def drawing(size=(300, 100), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGBA", size, (0, 0, 0, 0)).save(out, kind)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


# --- Work time, parts, visits ---------------------------------------------------------------------------------


def test_labour_parts_and_visits_add_up_and_what_has_no_price_is_counted_apart(repair, biomed, noon):
    common = {"order": repair, "by": biomed, "now": noon}
    add_labour(**common, minutes=25)
    wrong = add_labour(**common, minutes=90, day=date(2026, 3, 1))
    add_part(**common, name="Door spring", quantity=2, unit_cost=Decimal("12.50"))
    add_part(**common, name="Screw")
    add_visit(**common, vendor="Meridian Service", cost=Decimal(240))
    strike_out(order=repair, kind="labour", pk=wrong.pk, by=biomed, now=noon)

    assert sums_of(repair) == Sums(minutes=25, cost=Decimal("265.00"), unpriced=1)
    assert Labour.objects.count() == 2, "what was struck out stays readable"
    told = [event.what for event in repair.events.all()]
    assert told == ["opened", "labour", "labour", "part", "part", "visit", "struck"]


@pytest.mark.parametrize(
    ("add", "told", "field"),
    [
        (add_labour, {"minutes": 0}, "minutes"),
        (add_labour, {"minutes": 1441}, "minutes"),
        (add_labour, {"minutes": 5, "day": date(2026, 3, 3)}, "day"),
        (add_part, {"name": ""}, "name"),
        (add_part, {"name": "Screw", "quantity": 0}, "quantity"),
        (add_part, {"name": "Screw", "unit_cost": Decimal(-1)}, "unit_cost"),
        (add_visit, {"vendor": "M", "cost": Decimal(-1)}, "cost"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field_and_nothing_is_written(
    repair, biomed, noon, add, told, field
):
    with pytest.raises(WorkRefusedError, match=f"^{field}:"):
        add(order=repair, by=biomed, now=noon, **told)
    assert repair.events.count() == 1


# --- Files and signatures -------------------------------------------------------------------------------------


def test_a_file_is_a_pdf_and_nothing_else(repair, biomed, noon):
    add_file(order=repair, name="../../etc/report.pdf", content=b"%PDF-1.7 x", by=biomed, now=noon)
    with pytest.raises(WorkRefusedError, match="send a PDF"):
        add_file(order=repair, name="page.pdf", content=b"<html>", by=biomed, now=noon)
    assert WorkFile.objects.get().name == "report.pdf"


def test_a_signature_is_a_name_and_a_drawing_that_is_written_anew():
    signed = read_signature("  Bruno   Ortega ", drawing())
    assert signed is not None
    assert signed.name == "Bruno Ortega"
    assert Image.open(io.BytesIO(signed.drawing or b"")).format == "PNG"
    assert read_signature("  ") is None


@pytest.mark.parametrize(
    "told",
    [
        "javascript:alert(1)", "data:image/svg+xml;base64,PHN2Zy8+", "data:image/png;base64,!!", drawing(kind="GIF"),
        drawing((5000, 10)), "data:image/png;base64," + "A" * 500_000,
    ],
    ids=["script", "svg", "no base64", "another kind", "too wide", "too long"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(told):
    with pytest.raises(WorkRefusedError, match=r"^signature:"):
        read_signature("Bruno", told)


@pytest.mark.parametrize(
    ("told", "field"),
    [({"signature": Signed("Bruno")}, "outcome"), ({"outcome": "failure"}, "signature")],
)
def test_done_needs_what_was_the_matter_and_a_signature(repair, biomed, noon, told, field):
    with pytest.raises(TransitionRefusedError, match=f"^{field}:"):
        move_work_order(order=repair, transition="finish", by=biomed, now=noon, **told)
    assert not WorkSignature.objects.exists()


def test_planned_work_needs_the_signature_alone(make_pump, biomed, noon):
    order = open_work_order(asset=make_pump(), kind=Kind.PLANNED, by=biomed, now=noon).order
    done = move_work_order(
        order=order, transition="finish", by=biomed, now=noon, signature=Signed("Bruno Ortega")
    )
    assert (done.state, done.outcome) == ("done", "")
    assert WorkSignature.objects.get().name == "Bruno Ortega"


# --- Mentions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("@biomed look", ["biomed"]),
        ("(@a.b, @c-d.) @a.b", ["a.b", "c-d"]),
        ("mail bruno@clinic.example", []),
        ("@", []),
    ],
)
def test_who_is_named(note, names):
    assert named_in(note) == names


def test_whoever_is_named_and_may_see_the_order_has_a_mention(
    repair, nurse, biomed, administrator, other_site, noon
):
    """A nurse may not see orders; nobody mentions themselves."""
    comment_on(order=repair, by=biomed, now=noon, note="@nurse @admin @biomed @nobody: the spring is there")
    assert [mention.person for mention in Mention.objects.all()] == [administrator]


def test_an_engineer_of_another_site_is_not_told(repair, biomed, administrator, other_site, noon):
    biomed.sites.set([other_site])
    comment_on(order=repair, by=administrator, now=noon, note="@biomed")
    assert not Mention.objects.exists()


# --- Who has it -----------------------------------------------------------------------------------------------


def test_an_order_goes_from_hand_to_hand(repair, biomed, administrator, noon):
    assert assign_order(order=repair, to=biomed, by=administrator, now=noon).state == "assigned"
    move_work_order(order=repair, transition="begin", by=biomed, now=noon)
    other = assign_order(order=repair, to=administrator, by=biomed, now=noon)
    assert (other.state, other.assigned_to) == ("in_progress", administrator)


def test_who_may_not_work_on_it_is_not_given_it(repair, nurse, biomed, noon):
    with pytest.raises(WorkRefusedError, match="nurse may not work on this order"):
        assign_order(order=repair, to=nurse, by=biomed, now=noon)
    repair.refresh_from_db()
    assert (repair.state, repair.assigned_to) == ("request", None)


def test_who_saw_an_older_order_is_told_all_that_happened_meanwhile(repair, biomed, administrator, noon):
    assign_order(order=repair, to=administrator, by=biomed, now=noon, version=1)
    move_work_order(order=repair, transition="begin", by=administrator, now=noon, version=2)
    with pytest.raises(
        MovedMeanwhileError,
        match=r"admin was quicker: it is “In progress” now\. Meanwhile: Moved Assigned \(biomed\); Moved In progress",
    ):
        move_work_order(order=repair, transition="begin", by=biomed, now=noon, version=1)


def test_a_comment_is_no_reason_to_refuse_somebody_s_move(repair, biomed, administrator, noon):
    comment_on(order=repair, by=administrator, now=noon, note="Spring is in box 4")
    assert move_work_order(order=repair, transition="begin", by=biomed, now=noon, version=1).version == 2


# --- Many at once ---------------------------------------------------------------------------------------------


@pytest.fixture
def three(make_pump, biomed, noon):
    """A planned order, one that is cancelled, and one of another site's."""
    orders = [
        open_work_order(asset=make_pump(tag), kind=Kind.PLANNED, by=biomed, now=noon).order for tag in ("A", "B")
    ]  # fmt: skip
    move_work_order(order=orders[1], transition="cancel", by=biomed, now=noon, note="Twice")
    return orders


def test_each_row_is_done_or_refused_by_itself(three, make_pump, other_site, biomed, administrator, noon):
    far = make_pump("FAR", site=other_site)
    foreign = open_work_order(asset=far, kind=Kind.PLANNED, by=administrator, now=noon).order
    numbers = [three[0].number, three[1].number, foreign.number, 999_999, three[0].number]
    rows = cancel_all(numbers=numbers, note="Sold", by=biomed, now=noon)

    assert [row.is_done for row in rows] == [True, False, False, False]
    assert "not possible while it is “Cancelled”" in rows[1].reason
    assert [row.reason for row in rows[2:]] == ["There is no such order."] * 2
    foreign.refresh_from_db()
    assert foreign.state == "request"


def test_assigning_and_prioritising_many(three, biomed, administrator, noon):
    numbers = [order.number for order in three]
    assigned = assign_all(numbers=numbers, to=administrator, by=biomed, now=noon)
    hurried = prioritise_all(numbers=numbers, priority=Priority.URGENT, by=biomed, now=noon)
    assert [[row.is_done for row in rows] for rows in (assigned, hurried)] == [[True, False]] * 2
    three[0].refresh_from_db()
    assert (three[0].assigned_to, three[0].priority) == (administrator, 1)


@pytest.mark.parametrize("numbers", [[], list(range(1, 502))])
def test_none_and_too_many_are_refused_as_a_whole(biomed, noon, numbers):
    with pytest.raises(WorkRefusedError, match="choose 1 to 500"):
        cancel_all(numbers=numbers, note="x", by=biomed, now=noon)


def test_what_is_out_of_service_is_not_cancelled(make_pump, nurse, biomed, noon):
    order = open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon, is_down=True).order
    [row] = cancel_all(numbers=[order.number], note="x", by=biomed, now=noon)
    assert "not possible" in row.reason


# --- At the bedside -------------------------------------------------------------------------------------------


def test_what_was_done_at_the_bedside_is_recorded_at_once_and_from_when_it_was_done(repair, biomed, noon):
    done = record_work(
        order=repair, by=biomed, at=noon + HOUR, transition="finish", note="Spring replaced", minutes=25,
        parts=[Used("Door spring", 2)], outcome="failure", signature=Signed("Bruno"), version=1,
    )  # fmt: skip
    assert (done.state, done.done_at, done.outcome) == ("done", noon + HOUR, "failure")
    assert [event.what for event in repair.events.all()] == ["opened", "labour", "part", "moved"]


def test_of_what_is_refused_nothing_is_recorded(repair, biomed, noon):
    with pytest.raises(TransitionRefusedError, match="signature"):
        record_work(
            order=repair, by=biomed, at=noon + HOUR, transition="finish", minutes=25, parts=[Used("Spring")],
            outcome="failure",
        )  # fmt: skip
    assert (Labour.objects.count(), PartUsed.objects.count(), repair.events.count()) == (0, 0, 1)


def test_what_was_sent_after_others_moved_it_is_refused_with_what_happened(
    repair, biomed, administrator, noon
):
    move_work_order(order=repair, transition="begin", by=administrator, now=noon + 2 * HOUR)
    with pytest.raises(MovedMeanwhileError, match="admin was quicker"):
        record_work(order=repair, by=biomed, at=noon + HOUR, transition="begin", version=1)
    with pytest.raises(MovedMeanwhileError, match="after that moment"):
        record_work(
            order=repair, by=biomed, at=noon + HOUR, transition="wait_parts", note="x", seen="in_progress"
        )


@pytest.mark.parametrize(
    ("told", "words"), [({}, "note: tell"), ({"note": " "}, "note: tell"), ({"parts": [Used("x")] * 21}, "parts:")]
)  # fmt: skip
def test_there_is_something_to_record_and_not_too_much(repair, biomed, noon, told, words):
    with pytest.raises(WorkRefusedError, match=words):
        record_work(order=repair, by=biomed, at=noon + HOUR, **told)
