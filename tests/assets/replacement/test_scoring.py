"""Scores of a site are worked out by sets and equal those of looking at each piece; the clock does it once a week."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.contracts.models import Contract
from assets.maintenance.models import PartUsed, RiskClass, VendorVisit, WorkOrder
from assets.measures.models import Purchase
from assets.models import ActivityInterval, Asset
from assets.recalls.models import Campaign, Item, Looked, Match, Notice
from assets.replacement.models import Budget, Score, ScoringRun, Weights
from assets.replacement.points import Facts, points_of, score_of
from assets.replacement.scoring import ask_anew, score_site, score_what_is_due, worked_out
from assets.replacement.words import USUAL, Part

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
H = timedelta(hours=1)
AGAIN = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def old_pump(make_pump, noon):
    """Pumps that were here long before the moment of the tests: ``old_pump("P-1", days=400)``."""

    def make(tag: str = "P-1", days: int = 400, **extra) -> Asset:
        pump = make_pump(tag, **extra)
        Asset.objects.filter(pk=pump.pk).update(created_at=noon - timedelta(days=days))
        pump.refresh_from_db()
        return pump

    return make


def used(asset, begin, hours):
    ActivityInterval.objects.create(
        asset=asset, activity="in_use", basis="confirmed", begin=begin, end=begin + hours * H
    )


def failed(asset, at):
    return WorkOrder.objects.create(
        asset=asset, kind="corrective", team="biomed", state="verified", outcome="failure", opened_at=at,
        done_at=at, closed_at=at,
    )  # fmt: skip


def recalled(asset, number, decision, at):
    notice = Notice.objects.create(
        authority="openfda", number=number, status="open", brought_at=at, changed_at=at
    )
    match = Match.objects.create(
        notice=notice, asset=asset, certainty=1, rung="di", found_at=at, decision=decision
    )
    if decision == "confirmed":
        campaign = Campaign.objects.create(notice=notice, opened_at=at)
        Item.objects.create(match=match, campaign=campaign, asset=asset, since=at)


def test_one_piece_by_hand(old_pump, pumps, site, noon):
    """Eight years to live, four lived: 50. Two failures in 400 h are 5 in 1,000, its category has 5: 50. Support over:
    100. A year's cost of 240 (parts 40, visit 100, contract 100) of 2,400 is 10 %: 50. A recall: 100. High risk: 75.
    (25 x 50 + 20 x 50 + 20 x 100 + 15 x 50 + 10 x 100 + 10 x 75) / 100 = 67.5."""
    pump = old_pump()
    RiskClass.objects.create(category=pumps, risk="high")
    Purchase.objects.create(
        asset=pump, cost=Decimal(2400), bought_on=noon.date() - timedelta(days=1461), life_years=8,
        support_ends_on=date(2026, 1, 31),
    )  # fmt: skip
    used(pump, noon - 500 * H, 400)
    order = failed(pump, noon - 90 * H)
    failed(pump, noon - 190 * H)
    PartUsed.objects.create(order=order, at=noon - 80 * H, name="Battery", quantity=2, unit_cost=Decimal(20))
    VendorVisit.objects.create(
        order=order, at=noon, day=noon.date() - timedelta(days=3), vendor="Halvard", cost=Decimal(100)
    )
    contract = Contract.objects.create(
        site=site, number="C-1", vendor="Halvard", begins_on=date(2020, 1, 1),
        yearly_cost=Decimal(100) * Decimal("365.25") / 365,
    )  # fmt: skip
    contract.for_assets.set([pump])
    Looked.objects.create(asset=pump, identity="")
    recalled(pump, "Z-1", "confirmed", noon)
    score_site(site, now=noon)
    score = Score.objects.get()
    assert {part: round(value, 1) for part, value in score.points.items()} == {
        "age": 50.0, "reliability": 50.0, "support": 100.0, "cost": 50.0, "recall": 100.0, "risk": 75.0,
    }  # fmt: skip
    assert (score.value, score.known) == (pytest.approx(67.5, abs=0.05), 1.0)
    assert (score.wanted_year, score.why, score.planned_year) == (2026, "support", 2026)


def test_what_nobody_entered_is_unknown(old_pump, site, noon):
    old_pump()
    score_site(site, now=noon)
    score = Score.objects.get()
    assert set(score.points.values()) == {None}
    assert (score.value, score.rank, score.known, score.wanted_year) == (None, None, 0, None)


def test_what_came_lately_has_no_cost_of_service_yet(old_pump, site, noon):
    for tag, days in (("OLD", 90), ("NEW", 89)):
        Purchase.objects.create(asset=old_pump(tag, days), cost=Decimal(100))
    score_site(site, now=noon)
    assert {score.asset.asset_tag: score.points["cost"] for score in Score.objects.all()} == {
        "OLD": 0.0,
        "NEW": None,
    }


def test_what_is_rented_is_scored_and_not_planned(old_pump, site, noon):
    pump = old_pump(ownership="rented")
    Purchase.objects.create(asset=pump, support_ends_on=date(2027, 1, 1))
    score_site(site, now=noon)
    score = Score.objects.get()
    assert (score.points["support"] > 0, score.wanted_year) == (True, None)


def test_budgets_move_what_exceeds_them(old_pump, site, noon):
    for number in range(3):
        Purchase.objects.create(
            asset=old_pump(f"P-{number}"), cost=Decimal(100), support_ends_on=date(2026, 6, 1)
        )
    Budget.objects.create(site=site, year=2026, amount=Decimal(250))
    score_site(site, now=noon)
    found = {score.asset.asset_tag: (score.planned_year, score.passed) for score in Score.objects.all()}
    assert found == {"P-0": (2026, []), "P-1": (2026, []), "P-2": (2027, [[2026, "50.00"]])}


def test_the_clock_works_once_a_week_and_when_asked(old_pump, site, noon):
    old_pump()
    assert score_what_is_due(now=noon) == 1
    assert score_what_is_due(now=noon + timedelta(days=6)) == 0
    Weights.objects.create(site=site, age=0)
    ask_anew(site, now=noon + timedelta(days=6))
    assert score_what_is_due(now=noon + timedelta(days=6, minutes=1)) == 1
    assert score_what_is_due(now=noon + timedelta(days=6, minutes=2)) == 0
    assert score_what_is_due(now=noon + timedelta(days=13, minutes=1)) == 1


def test_two_at_once_do_it_once_and_a_run_that_died_is_taken_over(old_pump, site, noon):
    old_pump()
    ScoringRun.objects.create(site=site, busy_since=noon)
    assert not score_site(site, now=noon + timedelta(minutes=5))
    assert score_site(site, now=noon + timedelta(minutes=61))


def test_what_was_retired_is_gone_from_the_scores(old_pump, site, noon):
    pump = old_pump()
    score_site(site, now=noon)
    Asset.objects.filter(pk=pump.pk).update(retired_at=noon)
    score_site(site, now=noon + H)
    assert not Score.objects.exists()


def test_many_pieces_cost_no_more_statements_than_few(old_pump, site, noon, django_assert_max_num_queries):
    for number in range(30):
        old_pump(f"P-{number}")
    with django_assert_max_num_queries(20):
        assert len(worked_out(site, now=noon)) == 30


PIECE = st.fixed_dictionaries(
    {
        "use": st.lists(st.tuples(st.integers(0, 300), st.integers(1, 150)), max_size=2),
        "failures": st.lists(st.integers(1, 9500), max_size=3),
        "cost": st.none() | st.integers(100, 5000),
        "bought": st.none() | st.integers(0, 5000),
        "life": st.none() | st.integers(1, 15),
        "support": st.none() | st.integers(-500, 3000),
        "parts": st.lists(st.integers(1, 300), max_size=2),
        "is_covered": st.booleans(),
        "recall": st.sampled_from([None, "", "undecided", "confirmed", "rejected"]),
    }
)


@AGAIN
@given(drawn=st.lists(PIECE, min_size=1, max_size=4))
def test_scores_are_those_of_looking_at_each_piece(drawn, old_pump, pumps, site, noon):
    with transaction.atomic():
        RiskClass.objects.create(category=pumps, risk="medium")
        fleet = [old_pump(f"P-{number}") for number in range(len(drawn))]
        contract = Contract.objects.create(
            site=site, number="C", vendor="H", begins_on=date(2020, 1, 1), yearly_cost=Decimal("365.25")
        )
        covered = [asset for asset, told in zip(fleet, drawn, strict=True) if told["is_covered"]]
        contract.for_assets.set(covered)
        today, hours, failures = noon.date(), [], []
        since = today - timedelta(days=364)
        for number, (asset, told) in enumerate(zip(fleet, drawn, strict=True)):
            at, length = noon - 700 * H, 0
            for pause, using in told["use"]:
                at += pause * H
                used(asset, at, using)
                length += max(0, min(using, (noon - at) / H))
                at += using * H
            hours.append(length)
            opened = [noon - back * H for back in told["failures"]]
            orders = [failed(asset, moment) for moment in opened]
            failures.append(sum(moment.astimezone().date() >= since for moment in opened))
            if told["parts"]:
                order = orders[0] if orders else failed(asset, noon - timedelta(days=390))
                for cost in told["parts"]:
                    PartUsed.objects.create(order=order, at=noon - H, name="x", quantity=1, unit_cost=cost)
            Purchase.objects.create(
                asset=asset, cost=told["cost"], life_years=told["life"],
                bought_on=None if told["bought"] is None else today - timedelta(days=told["bought"]),
                support_ends_on=None if told["support"] is None else today + timedelta(days=told["support"]),
            )  # fmt: skip
            if told["recall"] is not None:
                Looked.objects.create(asset=asset, identity="")
            if told["recall"]:
                recalled(asset, f"Z-{number}", told["recall"].replace("undecided", ""), noon)
        peers = sum(failures) * 1000 / sum(hours) if sum(hours) else None
        found = {score.asset_id: score for score in worked_out(site, now=noon)}
        for at, (asset, told) in enumerate(zip(fleet, drawn, strict=True)):
            spent = sum(told["parts"]) + (365 / len(covered) if told["is_covered"] else 0)
            facts = Facts(
                today=today,
                bought_on=None if told["bought"] is None else today - timedelta(days=told["bought"]),
                life_years=told["life"],
                support_ends_on=None if told["support"] is None else today + timedelta(days=told["support"]),
                operating_h=hours[at], failures=failures[at], peers_rate=peers,
                ratio=None if told["cost"] is None else spent * 365.25 / 365 / told["cost"],
                open_recalls=None if told["recall"] is None else int(told["recall"] == "confirmed"),
                undecided=None if told["recall"] is None else int(told["recall"] == "undecided"),
                risk="medium",
            )  # fmt: skip
            expected = points_of(facts)
            mine = found[asset.pk]
            for part in Part:
                assert mine.points[part] == (
                    None if expected[part] is None else pytest.approx(expected[part])
                ), part
            assert mine.value == pytest.approx(score_of(expected, USUAL).value)
        transaction.set_rollback(True)
