"""What there is of a part is the sum of what came and went; there are never fewer than none."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.maintenance.entries import strike_out, sums_of
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import PartUsed
from assets.maintenance.moving import move_work_order
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind
from assets.stock.files import FileRefusedError, bring_in, stock_csv
from assets.stock.models import HistoryError, Movement, Part, Stock
from assets.stock.moving import StockRefusedError, count_parts, receive_parts, use_part
from assets.stock.views import stocks_by_part

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
HEAD = "number,name,maker,unit,cost,store,bin,minimum,order up to,on hand\n"


@pytest.fixture
def battery(db):
    return Part.objects.create(number="B-12", name="Battery", unit_cost=Decimal("40.50"))


@pytest.fixture
def store(make_zone):
    return make_zone("Workshop", "workshop")


@pytest.fixture
def repair(make_pump, biomed, noon):
    return open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=biomed, now=noon).order


def on_hand(part, store):
    return Stock.objects.with_on_hand().get(part=part, store=store).on_hand


def test_parts_that_are_used_cost_the_order_and_are_gone(battery, store, repair, biomed, noon):
    receive_parts(part=battery, store=store, quantity=5, by=biomed, now=noon)
    entry = use_part(order=repair, part=battery, store=store, quantity=2, by=biomed, now=noon)
    assert (entry.name, entry.part_number, entry.cost) == ("Battery", "B-12", Decimal("81.00"))
    assert sums_of(repair).cost == Decimal("81.00")
    assert on_hand(battery, store) == 3


def test_more_than_there_are_is_refused_with_part_and_store_and_nothing_happens(
    battery, store, repair, biomed, noon
):
    receive_parts(part=battery, store=store, quantity=2, by=biomed, now=noon)
    with pytest.raises(StockRefusedError) as refused:
        use_part(order=repair, part=battery, store=store, quantity=3, by=biomed, now=noon)
    assert refused.value.field == "quantity"
    for words in ("Battery (B-12)", "there are 2 in Workshop", "count them first"):
        assert words in str(refused.value)
    assert (on_hand(battery, store), PartUsed.objects.count()) == (2, 0)


def test_an_order_that_takes_nothing_leaves_the_store_as_it_was(battery, store, repair, biomed, noon):
    receive_parts(part=battery, store=store, quantity=2, by=biomed, now=noon)
    later = noon + timedelta(minutes=1)
    move_work_order(order=repair, transition="decline", by=biomed, now=later, note="Nothing")
    with pytest.raises(WorkRefusedError, match="Nothing is done"):
        use_part(order=repair, part=battery, store=store, quantity=1, by=biomed, now=later)
    assert on_hand(battery, store) == 2


def test_what_is_struck_out_of_the_order_is_in_its_store_again_once(battery, store, repair, biomed, noon):
    receive_parts(part=battery, store=store, quantity=2, by=biomed, now=noon)
    entry = use_part(order=repair, part=battery, store=store, quantity=2, by=biomed, now=noon)
    for _time in range(2):
        strike_out(order=repair, kind="part", pk=entry.pk, by=biomed, now=noon)
    assert (on_hand(battery, store), sums_of(repair).cost) == (2, 0)
    assert list(Movement.objects.order_by("pk").values_list("why", flat=True)) == [
        "received",
        "used",
        "returned",
    ]


def test_a_movement_is_never_changed_or_deleted(battery, store, biomed, noon):
    moved = receive_parts(part=battery, store=store, quantity=2, by=biomed, now=noon)
    with pytest.raises(HistoryError):
        moved.save()
    with pytest.raises(HistoryError):
        moved.delete()


STEPS = st.lists(st.tuples(st.sampled_from(["receive", "use", "count"]), st.integers(1, 9)), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_it_is_what_a_person_with_a_pencil_would_have(steps, store, repair, biomed, noon):
    part = Part.objects.create(number=f"N-{Part.objects.count()}", name="Filter")
    there = 0
    for what, number in steps:
        if what == "receive":
            receive_parts(part=part, store=store, quantity=number, by=biomed, now=noon)
            there += number
        elif what == "count":
            count_parts(part=part, store=store, counted=number, by=biomed, now=noon)
            there = number
        elif number > there:
            with pytest.raises(StockRefusedError):
                use_part(order=repair, part=part, store=store, quantity=number, by=biomed, now=noon)
        else:
            use_part(order=repair, part=part, store=store, quantity=number, by=biomed, now=noon)
            there -= number
        assert sum(Movement.objects.filter(stock__part=part).values_list("change", flat=True)) == there


def test_below_the_minimum_it_is_to_be_ordered_up_to_what_was_said(battery, store, biomed, noon):
    Stock.objects.create(part=battery, store=store, minimum=3, reorder_to=10)
    assert [stock.missing for stock in Stock.objects.to_reorder()] == [10]
    count_parts(part=battery, store=store, counted=2, by=biomed, now=noon)
    assert [stock.missing for stock in Stock.objects.to_reorder()] == [8]
    count_parts(part=battery, store=store, counted=3, by=biomed, now=noon)
    assert not Stock.objects.to_reorder()


def test_a_table_goes_there_and_back(battery, store, biomed, noon):
    count_parts(part=battery, store=store, counted=7, by=biomed, now=noon)
    Part.objects.create(number="=1+1", name="Formula")
    text = stock_csv(Part.objects.all(), stocks_by_part(biomed, Part.objects.all()))
    assert "B-12,Battery,,piece,40.50,Level 1: Workshop,,,,7" in text
    assert "'=1+1" in text
    count_parts(part=battery, store=store, counted=1, by=biomed, now=noon)
    found = bring_in(text.encode(), by=biomed, now=noon)
    assert (found.taken, found.problems) == (2, [])
    assert (on_hand(battery, store), Part.objects.count()) == (7, 2)


def test_of_ten_thousand_lines_the_37_bad_ones_are_told_and_the_others_taken(store, biomed, noon):
    bad = dict.fromkeys(range(100, 10_000, 268), 0)
    lines = []
    for number in range(10_000):
        cost = "cheap" if number in bad else "1.50"
        lines.append(
            f"N-{number},Part {number},Maker,piece,{cost},level 1: workshop,B{number % 40},2,5,{number % 9}"
        )
    assert len(bad) == 37
    found = bring_in((HEAD + "\n".join(lines)).encode(), by=biomed, now=noon)
    assert found.taken == 9_963
    assert [problem.line for problem in found.problems] == [number + 2 for number in bad]
    assert {problem.words.partition(":")[0] for problem in found.problems} == {"cost"}
    assert Part.objects.count() == 9_963
    assert on_hand(Part.objects.get(number="N-8"), store) == 8


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",Battery,,,,,,,,", "number: it is missing"),
        ("B-1,,,,,,,,,", "name: it is missing"),
        ("B-1,Battery,,,-1,,,,,", "cost: an amount"),
        ("B-1,Battery,,,1.234,,,,,", "cost: an amount"),
        ("B-1,Battery,,,,Level 9: Nowhere,,,,", "store: there is no “Level 9: Nowhere”"),
        ("B-1,Battery,,,,,A1,,,", "store: it is missing"),
        ("B-1,Battery,,,,Level 1: Workshop,,5,2,", "order up to: it is not less"),
        ("B-1,Battery,,,,Level 1: Workshop,,,,-3", "on hand: a whole number"),
        (f"B-1,{'x' * 121},,,,,,,,", "name: at most 120"),
    ],
)  # fmt: skip
def test_a_bad_line_names_its_column(store, biomed, noon, line, words):
    found = bring_in((HEAD + line).encode(), by=biomed, now=noon)
    assert found.taken == 0
    assert found.problems[0].words.startswith(words)
    assert not Part.objects.exists()


def test_a_line_for_the_same_part_and_store_again_is_told(store, biomed, noon):
    rows = "B-1,Battery,,,,Level 1: Workshop,,,,1\nB-1,Battery,,,,Level 1: Workshop,,,,2"
    found = bring_in((HEAD + rows).encode(), by=biomed, now=noon)
    assert (found.taken, found.problems[0].line) == (1, 3)
    assert "line 2" in found.problems[0].words


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"name\nBattery", b""])
def test_what_is_no_table_of_parts_is_refused_whole(content, biomed, noon):
    with pytest.raises(FileRefusedError, match="file:"):
        bring_in(content, by=biomed, now=noon)
