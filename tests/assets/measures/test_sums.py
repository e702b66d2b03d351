"""What the database adds up equals what a slow and obvious walk through the rows finds, on histories made at random."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.maintenance.models import Downtime, RiskClass, WorkOrder
from assets.measures.completion import completion_of
from assets.measures.figures import Completion, Due, completion
from assets.measures.reliability import reliability_of, total_of
from assets.measures.work import backlog_of, promises_of
from assets.models import ActivityInterval, Category, EquipmentModel
from assets.planning.models import Attempt, Occurrence, Plan

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
H = timedelta(hours=1)
AGAIN = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SPANS = st.lists(st.tuples(st.integers(-40, 760), st.integers(1, 300)), max_size=5)


@pytest.fixture
def fleet(make_pump, pumps, noon):
    """Two pumps and a heavier one of a category of life support; the last came ten days ago."""
    heavy = Category.objects.create(name="Ventilator", plural="Ventilators", slug="ventilator")
    RiskClass.objects.create(category=heavy, risk="life")
    model = EquipmentModel.objects.create(manufacturer="Halvard", name="Vent 1", category=heavy)
    return [
        make_pump("P-1"),
        make_pump("P-2"),
        make_pump("V-1", model=model, created_at=noon - timedelta(days=10)),
    ]


class Undone:
    """Whatever an example stored is gone after it."""

    def __enter__(self):
        self._inside = transaction.atomic()
        self._inside.__enter__()

    def __exit__(self, *failure):
        transaction.set_rollback(True)
        self._inside.__exit__(*failure)


def hours(begin, end):
    """Each whole hour between, as its number since 1970."""
    return range(int(begin.timestamp()) // 3600, int(end.timestamp()) // 3600)


@AGAIN
@given(data=st.data())
def test_reliability_is_that_of_a_walk_through_each_hour(data, fleet, scope, noon):
    asked = scope()
    first = asked.begin_at
    with Undone():
        used, down, failures, restoring = dict.fromkeys(range(3), 0), dict.fromkeys(range(3), 0.0), 0, 0.0
        for at, asset in enumerate(fleet):
            mine: dict[int, int] = {}
            period = set(hours(max(first, asset.created_at), noon))
            for begin, length in data.draw(SPANS, label=f"in use {at}"):
                begin, end = first + begin * H, first + (begin + length) * H
                if ActivityInterval.objects.filter(asset=asset, begin__lt=end, end__gt=begin).exists():
                    continue
                ActivityInterval.objects.create(
                    asset=asset, activity="in_use", basis="confirmed", begin=begin, end=end
                )
                used[at] += len(set(hours(begin, end)) & set(hours(first, noon)))
            for begin, length in data.draw(SPANS, label=f"down {at}"):
                begin, end = first + begin * H, first + (begin + length) * H
                percent, outcome, kind = data.draw(
                    st.tuples(
                        st.sampled_from([50, 100]), st.sampled_from(["failure", "use_error"]),
                        st.sampled_from(["incident", "planned"]),
                    )
                )  # fmt: skip
                order = WorkOrder.objects.create(
                    asset=asset, kind=kind, team="biomed", state="verified",
                    outcome=outcome if kind == "incident" else "",
                    opened_at=begin, done_at=end, closed_at=end,
                )  # fmt: skip
                Downtime.objects.create(
                    order=order, asset=asset, at=begin, begin=begin, end=end, percent=percent, reason="fault"
                )
                if kind == "incident" and outcome == "failure" and first <= begin < noon:
                    failures += 1
                    restoring += length * percent / 100
                for hour in hours(begin, end):
                    mine[hour] = max(mine.get(hour, 0), percent)
            down[at] = sum(percent / 100 for hour, percent in mine.items() if hour in period)

        found = reliability_of(asked, "category")
        total = total_of(found.values())
        assert total.operating_h == pytest.approx(sum(used.values()))
        assert total.down / H == pytest.approx(sum(down.values()))
        assert total.failures == failures
        assert total.restoring / H == pytest.approx(restoring)
        assert total.covered / H == pytest.approx(2 * (noon - first) / H + 240)
        ventilators = found[fleet[2].model.category_id]
        assert (ventilators.assets, ventilators.operating_h) == (1, pytest.approx(used[2]))
        if failures and sum(used.values()):
            assert total.mtbf.value == pytest.approx(sum(used.values()) / failures)
            assert total.mttr.value == pytest.approx(restoring / failures)


DAYS = st.integers(-45, 15)


@AGAIN
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2), DAYS, st.integers(0, 20), st.none() | DAYS, st.lists(DAYS, max_size=3),
            st.sampled_from(["planned", "skipped", "withdrawn"]),
        ),
        max_size=8,
        unique_by=lambda row: (row[0], row[1]),
    )
)  # fmt: skip
def test_completion_is_that_of_looking_at_each(rows, fleet, scope, biomed, noon):
    asked, today = scope(), noon.date()
    with Undone():
        plan = Plan.objects.create(
            name="Check", model=fleet[0].model, unit="month", every=1, begins_on=today, made_at=noon
        )
        expected = {"high": [], "other": []}
        for at, due, side, done, tries, standing in rows:
            day = today + timedelta(days=due)
            opens, closes = day - timedelta(days=side), day + timedelta(days=side)
            done_on = None if done is None else today + timedelta(days=done)
            one = Occurrence.objects.create(
                plan=plan, asset=fleet[at], scheduled_on=day, due_on=day, planned_on=day, opens_on=opens,
                closes_on=closes, late_from=closes + timedelta(days=1), done_on=done_on, made_at=noon,
                standing="done" if done_on else standing,
            )  # fmt: skip
            tried = [today + timedelta(days=each) for each in tries]
            for each in tried:
                Attempt.objects.create(occurrence=one, at=noon, day=each, why="in_use", by=biomed)
            if asked.begin <= day <= asked.end and (done_on or standing != "withdrawn"):
                inside = sum(opens <= each <= closes for each in tried)
                expected["high" if at == 2 else "other"].append(Due(opens, closes, done_on, inside))
        found = completion_of(asked)
        assert {group: completion(told, today) for group, told in expected.items()} == found
        assert sum(found.values(), Completion()) == completion(expected["high"] + expected["other"], today)


@AGAIN
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(1, 1000), st.none() | st.integers(0, 60), st.none() | st.integers(0, 120),
            st.sampled_from(["corrective", "planned"]),
        ),
        max_size=8,
        unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_promises_and_what_waits_are_those_of_looking_at_each(rows, fleet, scope, noon):
    asked = scope()
    with Undone():
        ages, kept, broken, well, late = [], 0, 0, 0, 0
        for at, age, answered, done, kind in rows:
            opened = noon - age * H
            answered_at = None if answered is None or answered > age else opened + answered * H
            done_at = None if done is None or done > age else opened + done * H
            WorkOrder.objects.create(
                asset=fleet[at], kind=kind, team="biomed", state="verified" if done_at else "in_progress",
                opened_at=opened, respond_by=opened + 8 * H, responded_at=answered_at, due_at=opened + 72 * H,
                done_at=done_at, closed_at=done_at,
            )  # fmt: skip
            if not done_at:
                ages.append(age)
            if kind == "corrective" and opened >= asked.begin_at:
                kept += answered_at is not None and answered <= 8
                broken += (answered_at is None and age > 8) or (answered_at is not None and answered > 8)
                well += done_at is not None and done <= 72
                late += (done_at is None and age > 72) or (done_at is not None and done > 72)
        response, resolution = promises_of(asked)
        backlog = backlog_of(asked)
        assert (response.kept, response.broken) == (kept, broken)
        assert (resolution.kept, resolution.broken) == (well, late)
        assert backlog.count == len(ages)
        assert backlog.by_age == (
            sum(age < 168 for age in ages), sum(168 <= age < 720 for age in ages),
            sum(720 <= age < 2160 for age in ages), sum(age >= 2160 for age in ages),
        )  # fmt: skip
        if ages:
            assert backlog.mean_age / H == pytest.approx(sum(ages) / len(ages))
            assert backlog.oldest_at == noon - max(ages) * H


def test_an_open_interval_counts_to_when_silence_made_it_unknown(fleet, scope, noon):
    from assets.models import AssetNow

    AssetNow.objects.create(asset=fleet[0], stale_at=noon - 2 * H)
    ActivityInterval.objects.create(asset=fleet[0], activity="in_use", basis="confirmed", begin=noon - 5 * H)
    assert total_of(reliability_of(scope(), "model").values()).operating_h == 3


def test_what_another_site_has_is_in_no_figure(fleet, other_site, scope, noon):
    begin = noon - 5 * H
    ActivityInterval.objects.create(
        asset=fleet[0], activity="in_use", basis="confirmed", begin=begin, end=noon
    )
    fleet[0].site = other_site
    fleet[0].save()
    assert total_of(reliability_of(scope(), "model").values()).operating_h == 0


def test_a_day_belongs_to_the_period_by_the_clock_of_the_site(scope):
    asked = scope(zone="Europe/Berlin", begin=date(2026, 2, 1), end=date(2026, 2, 28))
    assert asked.begin_at.isoformat() == "2026-01-31T23:00:00+00:00"
    assert asked.length == timedelta(days=28)


def test_the_example_of_the_manual(make_pump, scope, noon):
    """Two pumps, 30 days: see docs/maintenance.md."""
    first, second = make_pump("P-1"), make_pump("P-2")
    begin = noon - timedelta(days=30)
    asked = scope(begin=begin.date() + timedelta(days=1), now=noon.replace(hour=0))
    start = asked.begin_at
    for pump, length in ((first, 300), (second, 100)):
        ActivityInterval.objects.create(
            asset=pump, activity="in_use", basis="confirmed", begin=start + H, end=start + (1 + length) * H
        )
    for pump, begins, length, percent, outcome in (
        (first, 8, 6, 100, "failure"), (first, 80, 4, 50, "failure"), (second, 8, 2, 100, "use_error")
    ):  # fmt: skip
        opened, closed = start + begins * H, start + (begins + length) * H
        order = WorkOrder.objects.create(
            asset=pump, kind="incident", team="biomed", state="verified", outcome=outcome, opened_at=opened,
            done_at=closed, closed_at=closed,
        )  # fmt: skip
        Downtime.objects.create(
            order=order, asset=pump, at=opened, begin=opened, end=closed, percent=percent, reason="fault"
        )
    days = asked.length / timedelta(days=1)
    found = total_of(reliability_of(asked, "category").values())
    assert (found.mtbf.value, found.mttr.value, found.failure_rate.value) == (200, 4, 5)
    assert (found.others, found.covered) == (1, 2 * days * timedelta(days=1))
    assert found.availability.value == pytest.approx((days * 48 - 10) / (days * 48))
    alone = reliability_of(scope(), "model")
    assert alone[first.model_id].failures == 2
