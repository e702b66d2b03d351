"""Points, scores and years, worked out by hand; what is unknown stays out and is never nought."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.maintenance.words import Risk
from assets.replacement.points import Facts, Scored, points_of, score_of, wanted_in
from assets.replacement.words import USUAL, Part, Why

TODAY = date(2026, 3, 2)


def points(**facts):
    return points_of(Facts(today=TODAY, **facts))


def test_nothing_known_is_no_score_and_not_nought():
    found = points()
    assert set(found.values()) == {None}
    assert score_of(found, USUAL) == Scored(None, 0.0)
    assert score_of(found, USUAL).rank is None


@pytest.mark.parametrize(
    ("part", "facts", "expected"),
    [
        (Part.AGE, {"bought_on": TODAY - timedelta(days=1461), "life_years": 8}, 50.0),
        (Part.AGE, {"bought_on": TODAY - timedelta(days=9000), "life_years": 8}, 100.0),
        (Part.AGE, {"bought_on": TODAY - timedelta(days=1461)}, None),
        (Part.AGE, {"life_years": 8}, None),
        (Part.RELIABILITY, {"operating_h": 500.0, "failures": 1, "peers_rate": 2.0}, 50.0),
        (Part.RELIABILITY, {"operating_h": 500.0, "failures": 4, "peers_rate": 2.0}, 100.0),
        (Part.RELIABILITY, {"operating_h": 500.0, "failures": 0, "peers_rate": 2.0}, 0.0),
        (Part.RELIABILITY, {"operating_h": 500.0, "failures": 0, "peers_rate": 0.0}, 0.0),
        (Part.RELIABILITY, {"operating_h": 99.0, "failures": 3, "peers_rate": 2.0}, None),
        (Part.SUPPORT, {"support_ends_on": TODAY - timedelta(days=1)}, 100.0),
        (Part.SUPPORT, {"support_ends_on": TODAY + timedelta(days=2557)}, 0.0),
        (Part.COST, {"ratio": 0.05}, 25.0),
        (Part.COST, {"ratio": 0.4}, 100.0),
        (Part.COST, {"ratio": 0.0}, 0.0),
        (Part.RECALL, {"open_recalls": 2, "undecided": 0}, 100.0),
        (Part.RECALL, {"open_recalls": 0, "undecided": 1}, 50.0),
        (Part.RECALL, {"open_recalls": 0, "undecided": 0}, 0.0),
        (Part.RISK, {"risk": Risk.HIGH}, 75.0),
    ],
)
def test_points_of_a_part(part, facts, expected):
    assert points(**facts)[part] == pytest.approx(expected)


def test_halfway_to_the_end_of_support_is_half_of_the_points():
    assert points(support_ends_on=TODAY + timedelta(days=913))[Part.SUPPORT] == pytest.approx(50, abs=0.1)


def test_the_score_is_over_what_is_known():
    """Age 50 of weight 25, risk 75 of weight 10: (25 x 50 + 10 x 75) / 35; 35 of 100 are too little to rank it."""
    found = points(bought_on=TODAY - timedelta(days=1461), life_years=8, risk=Risk.HIGH)
    scored = score_of(found, USUAL)
    assert scored.value == pytest.approx(2000 / 35)
    assert scored.known == pytest.approx(0.35)
    assert scored.rank is None


def test_a_weight_of_nought_takes_a_part_out():
    found = points(risk=Risk.LIFE_SUPPORT, ratio=0.1)
    weights = dict.fromkeys(Part, 0) | {Part.COST: 1}
    assert score_of(found, weights) == Scored(pytest.approx(50.0), 1.0)


PARTS = st.fixed_dictionaries({part: st.none() | st.floats(0, 100) for part in Part})
WEIGHTS = st.fixed_dictionaries({part: st.integers(0, 100) for part in Part}).filter(
    lambda each: any(each.values())
)


@given(found=PARTS, weights=WEIGHTS)
def test_a_score_is_the_mean_of_each_point_as_often_as_its_weight_says(found, weights):
    told = [value for part, value in found.items() if value is not None for _each in range(weights[part])]
    scored = score_of(found, weights)
    assert scored.known == pytest.approx(len(told) / sum(weights.values()))
    if not told:
        assert scored.value is None
    else:
        assert scored.value == pytest.approx(sum(told) / len(told))
        assert min(told) - 1e-9 <= scored.value <= max(told) + 1e-9


@pytest.mark.parametrize(
    ("facts", "rank", "expected"),
    [
        ({}, None, None),
        ({"bought_on": date(2021, 6, 1), "life_years": 8}, None, (2029, Why.LIFE)),
        ({"bought_on": date(2010, 6, 1), "life_years": 8}, None, (2026, Why.LIFE)),
        (
            {"bought_on": date(2021, 6, 1), "life_years": 8, "support_ends_on": date(2028, 1, 1)}, None,
            (2028, Why.SUPPORT),
        ),
        ({"support_ends_on": date(2028, 1, 1)}, 70.0, (2026, Why.SCORE)),
        ({"support_ends_on": date(2028, 1, 1)}, 69.9, (2028, Why.SUPPORT)),
    ],
)  # fmt: skip
def test_the_year_is_the_earliest_that_is_known(facts, rank, expected):
    scored = Scored(rank, 1.0 if rank is not None else 0.0)
    assert wanted_in(Facts(today=TODAY, **facts), scored) == expected
