"""Every figure equals a second, slow and obvious implementation, and says why where there is none."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.utilisation.figures import (
    ALL_DOWN,
    NO_ASSETS,
    NO_STAYS,
    NO_TIME,
    NOT_HEARD,
    Figure,
    Policy,
    Unit,
    UseBasis,
)
from assets.utilisation.measures import (
    Levels,
    Seen,
    Totals,
    concurrent_over_time,
    coverage,
    dwell,
    fleet_size,
    idle,
    peak,
    percentile,
    share_in_use,
)

seconds = st.integers(0, 50)
totals = st.builds(Totals, *[seconds] * 7)
held = st.dictionaries(st.integers(0, 12), st.integers(1, 60), max_size=6)
BOTH = UseBasis.PRESUMED
WORDS = ("confirmed", "presumed", "down", "dirty", "available", "in_transit", "unknown")


def second_by_second(sums: Totals) -> list[str]:
    return [word for word in WORDS for _ in range(getattr(sums, word))]


@given(totals, st.sampled_from(list(UseBasis)), st.sampled_from(list(Policy)))
def test_a_share_is_counted_second_by_second(sums, basis, policy):
    all_seconds = second_by_second(sums)
    heard = [each for each in all_seconds if each != "unknown"]
    below = [each for each in heard if policy is Policy.INSTALLED or each != "down"]
    used = [each for each in below if each == "confirmed" or (each == "presumed" and basis is BOTH)]
    figure = share_in_use(sums, basis, policy)
    assert (figure.basis, figure.policy) == (basis, policy)
    if below:
        assert figure.value == pytest.approx(float(Fraction(len(used), len(below))))
        assert figure.coverage == pytest.approx(len(heard) / len(all_seconds))
    else:
        assert figure.value is None
        assert figure.reason == (NO_ASSETS if not all_seconds else ALL_DOWN if heard else NOT_HEARD)


@given(totals)
def test_coverage_is_one_less_what_is_unknown(sums):
    all_seconds = second_by_second(sums)
    figure = coverage(sums)
    if all_seconds:
        assert figure.value == pytest.approx(1 - all_seconds.count("unknown") / len(all_seconds))
    else:
        assert (figure.value, figure.reason) == (None, NO_ASSETS)


@given(held)
def test_peak_and_percentile_are_counted_second_by_second(levels):
    every_second = sorted(level for level, length in levels.items() for _ in range(length))
    found = Levels(levels)
    top, high = peak(found, BOTH, 0.9), percentile(found, BOTH, 0.9)
    if not every_second:
        assert (top.value, high.value, high.reason) == (None, None, NO_TIME)
        return
    assert top.value == every_second[-1]
    rank = math.ceil(Fraction(95, 100) * len(every_second))
    assert high.value == every_second[rank - 1]


@given(held.filter(bool), totals, st.integers(0, 20), st.sampled_from([0.0, 0.1, 0.25, 1.0]))
def test_a_fleet_that_is_large_enough_falls_short_only_in_the_seconds_in_which_more_are_in_use(
    levels, sums, owned, buffer
):
    every_second = [level for level, length in levels.items() for _ in range(length)]
    found = Levels(levels)
    demand = percentile(found, BOTH, 1.0)
    size = fleet_size(owned=owned, demand=demand, levels=found, totals=sums, buffer=buffer)
    at_once = math.ceil(Fraction(demand.value) * (1 + Fraction(str(buffer))))
    needed = at_once + Fraction(sums.dirty + sums.down, len(every_second))
    assert size.at_once == at_once
    assert size.needed.value == pytest.approx(float(needed))
    assert size.pieces == math.ceil(needed)
    assert size.surplus == owned - size.pieces
    short = [level for level in every_second if level > at_once]
    assert size.short.value == pytest.approx(len(short) / len(every_second))


def test_no_fleet_size_is_made_up_where_nothing_was_heard():
    demand = percentile(Levels({0: 60}), BOTH, 0.0)
    size = fleet_size(owned=5, demand=demand, levels=Levels({0: 60}), totals=Totals(unknown=300))
    assert (size.needed.value, size.needed.reason, size.surplus) == (None, NOT_HEARD, None)
    assert (size.short.value, size.short.reason) == (None, NOT_HEARD)


@given(st.lists(st.integers(0, 1000), max_size=40))
def test_the_median_and_the_ninth_tenth_are_stays_that_there_were(lengths):
    found = dwell(lengths)
    assert found.count == len(lengths)
    if not lengths:
        assert (found.median.value, found.median.reason) == (None, NO_STAYS)
        return
    for figure, share in ((found.median, Fraction(1, 2)), (found.p90, Fraction(9, 10))):
        enough = [x for x in lengths if sum(y <= x for y in lengths) >= share * len(lengths)]
        assert figure.value == min(enough)
        assert figure.unit is Unit.SECONDS


@given(st.lists(st.tuples(*[st.booleans()] * 4, st.one_of(st.none(), st.integers(0, 60))), max_size=12))
def test_idle_is_owned_serviceable_seen_and_not_in_use_for_longer(rows):
    assets = [Seen(number, *row) for number, row in enumerate(rows)]
    wanted = set()
    for each in assets:
        if not each.is_owned or not each.is_serviceable or not each.is_heard or each.is_in_use:
            continue
        if each.days is not None and each.days > 30:
            wanted.add(each.asset)
    found = idle(assets, 30)
    assert {each.asset for each in found} == wanted
    assert [each.days for each in found] == sorted((each.days for each in found), reverse=True)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=12))
def test_concurrent_use_is_counted_at_every_second(uses):
    edges = np.array(
        [code for begin, length in uses for code in (2 * begin + 1, 2 * (begin + length))], dtype=np.int64
    )
    steps = concurrent_over_time(edges).tolist()
    for second in range(100):
        expected = sum(begin <= second < begin + length for begin, length in uses)
        begun = [level for moment, level in steps if moment <= second]
        assert (begun[-1] if begun else 0) == expected


@pytest.mark.parametrize(("value", "reason"), [(None, ""), (1.0, "because")])
def test_a_figure_has_a_value_or_a_reason(value, reason):
    with pytest.raises(ValueError, match="A figure has a value, or a reason why not"):
        Figure(value, Unit.SHARE, reason)
