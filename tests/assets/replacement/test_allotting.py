"""No year spends more than its budget, nothing is moved without a reason, and everything is somewhere."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assets.replacement.allotting import Allotted, Wanted, allot

FIRST = 2026


def wanted(key, year=FIRST, rank=50.0, price: int | None = 100):
    return Wanted(key, year, rank, None if price is None else Decimal(price), f"P-{key}")


def years(found):
    return {key: each.year for key, each in found.items()}


def test_without_budgets_everything_is_planned_when_it_is_wanted():
    found = allot([wanted(1), wanted(2, 2030), wanted(3, 2035), wanted(4, 2036)], {}, first=FIRST)
    assert years(found) == {1: 2026, 2: 2030, 3: 2035}


def test_the_lower_score_is_moved_and_says_why():
    budgets = {2026: Decimal(150), 2027: Decimal(90)}
    found = allot([wanted(1, rank=40), wanted(2, rank=90)], budgets, first=FIRST)
    assert years(found) == {1: 2028, 2: 2026}
    assert found[1].passed == [(2026, Decimal(50)), (2027, Decimal(90))]


def test_what_costs_less_may_still_fit():
    found = allot(
        [wanted(1, rank=90, price=200), wanted(2, rank=10, price=80)], {2026: Decimal(100)}, first=FIRST
    )
    assert years(found) == {1: 2027, 2: 2026}


def test_what_has_no_price_uses_up_nothing_and_what_no_year_has_room_for_has_none():
    budgets = dict.fromkeys(range(2026, 2036), Decimal(50))
    found = allot([wanted(1, price=None), wanted(2), wanted(3, price=50)], budgets, first=FIRST)
    assert years(found) == {1: 2026, 2: None, 3: 2026}
    assert len(found[2].passed) == 10


WANTED = st.lists(
    st.tuples(st.integers(2026, 2032), st.none() | st.integers(0, 100), st.none() | st.integers(1, 400)),
    max_size=12,
)
BUDGETS = st.dictionaries(st.integers(2026, 2030), st.integers(0, 600).map(Decimal), max_size=5)


def slowly(ones, budgets, first, length):
    """Year by year, again and again the best of those that are left and were not looked at in this year."""
    found = {one.key: Allotted() for one in ones if one.year < first + length}
    for year in range(first, first + length):
        left = budgets.get(year)
        looked = set()
        while True:
            open_ones = [
                one
                for one in ones
                if one.year <= year
                and one.key in found
                and found[one.key].year is None
                and one.key not in looked
            ]
            if not open_ones:
                break
            best = open_ones[0]
            for one in open_ones[1:]:
                mine = (one.rank is not None, one.rank or 0, -one.year)
                his = (best.rank is not None, best.rank or 0, -best.year)
                if mine > his or (mine == his and one.name < best.name):
                    best = one
            looked.add(best.key)
            if best.price is None:
                found[best.key].year = year
            elif left is None or best.price <= left:
                found[best.key].year = year
                left = None if left is None else left - best.price
            else:
                found[best.key].passed.append((year, left))
    return found


@given(rows=WANTED, budgets=BUDGETS)
def test_a_plan_is_that_of_looking_for_the_best_again_and_again(rows, budgets):
    ones = [wanted(key, *row) for key, row in enumerate(rows)]
    found = allot(ones, budgets, first=FIRST, years=6)
    assert found == slowly(ones, budgets, FIRST, 6)
    for year, budget in budgets.items():
        spent = sum(one.price or 0 for one in ones if one.key in found and found[one.key].year == year)
        assert spent <= budget
    for one in ones:
        if one.key in found:
            placed = found[one.key]
            last = FIRST + 6 if placed.year is None else placed.year
            assert [year for year, _left in placed.passed] == list(range(one.year, last))
            assert all(one.price is not None and left < one.price for _year, left in placed.passed)
