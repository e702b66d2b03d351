"""What a person says of an asset goes through the same fold as what devices say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import ActivityInterval, AssetNow, Statement
from assets.observation import Evidence
from assets.record import record_observations
from assets.retention import trim_evidence
from assets.statements import StatementRefusedError, state_activity, withdraw_statement
from assets.words import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def test_a_statement_is_kept_and_decides(make_pump, nurse, noon):
    pump = make_pump()

    statement = state_activity(asset=pump, activity=Activity.DIRTY, by=nurse, at=noon)

    assert (statement.asset, statement.activity, statement.by, statement.at) == (pump, "dirty", nurse, noon)
    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.basis, now.since) == ("dirty", "person", noon)
    interval = ActivityInterval.objects.get(asset=pump)
    assert (interval.activity, interval.source) == ("dirty", f"person:{nurse.pk}")


def test_a_statement_is_not_being_heard(make_pump, nurse, noon):
    pump = make_pump()
    state_activity(asset=pump, activity=Activity.AVAILABLE, by=nurse, at=noon)

    assert AssetNow.objects.get(asset=pump).heard_at is None


def test_cleaned_after_use_is_ready(make_pump, observe, nurse, noon):
    pump = make_pump()
    record_observations(
        [observe(pump, 0, activity=Evidence.IN_USE), observe(pump, 60, activity=Evidence.IDLE)]
    )

    state_activity(asset=pump, activity=Activity.AVAILABLE, by=nurse, at=noon + timedelta(seconds=90))

    assert AssetNow.objects.get(asset=pump).activity == "available"


def test_evidence_from_before_the_statement_arrives_late_and_changes_nothing_after_it(
    make_pump, observe, nurse, noon
):
    pump = make_pump()
    record_observations([observe(pump, 0, activity=Evidence.IDLE)])
    state_activity(asset=pump, activity=Activity.AVAILABLE, by=nurse, at=noon + timedelta(seconds=90))

    late = [observe(pump, 30, activity=Evidence.IN_USE), observe(pump, 60, activity=Evidence.IDLE)]
    record_observations(late)

    rows = ActivityInterval.objects.filter(asset=pump).order_by("begin").values_list("activity", "basis")
    assert list(rows) == [
        ("available", "confirmed"),
        ("in_use", "confirmed"),
        ("dirty", "confirmed"),
        ("available", "person"),
    ]


@pytest.mark.parametrize("activity", [Activity.IN_USE, Activity.IN_TRANSIT, Activity.UNKNOWN])
def test_what_only_devices_can_know_is_refused(make_pump, nurse, noon, activity):
    with pytest.raises(StatementRefusedError, match="A person cannot state"):
        state_activity(asset=make_pump(), activity=activity, by=nurse, at=noon)

    assert (Statement.objects.count(), AssetNow.objects.count()) == (0, 0)


def test_a_statement_about_long_ago_is_refused(make_pump, observe, nurse, noon, settings):
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 1800, 60):
        record_observations([observe(pump, second, activity=Evidence.IDLE)])
    trim_evidence(now=noon + timedelta(seconds=1800))

    with pytest.raises(StatementRefusedError, match="too long ago"):
        state_activity(asset=pump, activity=Activity.DIRTY, by=nurse, at=noon)

    assert Statement.objects.count() == 0


# --- Taking it back -------------------------------------------------------------------------------------------


def history(pump):
    rows = ActivityInterval.objects.filter(asset=pump).order_by("begin")
    return [(row.activity, row.basis) for row in rows]


def test_what_is_taken_back_at_once_was_said_and_does_not_hold(make_pump, observe, nurse, noon):
    pump = make_pump()
    record_observations([observe(pump, 0, activity=Evidence.IDLE)])
    said = state_activity(asset=pump, activity=Activity.DOWN, by=nurse, at=noon + timedelta(seconds=10))

    withdraw_statement(statement=said, by=nurse, now=noon + timedelta(seconds=15))

    assert AssetNow.objects.get(asset=pump).activity == "available"
    assert history(pump) == [("available", "confirmed"), ("down", "person"), ("available", "confirmed")]
    said.refresh_from_db()
    assert said.withdrawn_at == noon + timedelta(seconds=15)


@pytest.mark.parametrize("before", [Activity.DIRTY, Activity.AVAILABLE])
def test_the_statement_before_it_holds_again(make_pump, nurse, biomed, noon, before):
    pump = make_pump()
    state_activity(asset=pump, activity=before, by=biomed, at=noon)
    said = state_activity(asset=pump, activity=Activity.DOWN, by=nurse, at=noon + timedelta(seconds=10))

    withdraw_statement(statement=said, by=nurse, now=noon + timedelta(seconds=15))

    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.basis) == (before, "person")


def test_after_cleaned_is_taken_back_it_is_as_dirty_as_it_was_by_use(make_pump, observe, nurse, noon):
    pump = make_pump()
    record_observations(
        [observe(pump, 0, activity=Evidence.IN_USE), observe(pump, 60, activity=Evidence.IDLE)]
    )
    said = state_activity(asset=pump, activity=Activity.AVAILABLE, by=nurse, at=noon + timedelta(seconds=70))

    withdraw_statement(statement=said, by=nurse, now=noon + timedelta(seconds=75))

    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.basis) == ("dirty", "confirmed")


def test_use_in_the_meantime_stands_although_the_statement_before_it_is_taken_back(
    make_pump, observe, nurse, noon
):
    pump = make_pump()
    said = state_activity(asset=pump, activity=Activity.AVAILABLE, by=nurse, at=noon)
    record_observations([observe(pump, 5, activity=Evidence.IN_USE)])

    withdraw_statement(statement=said, by=nurse, now=noon + timedelta(seconds=8))

    assert AssetNow.objects.get(asset=pump).activity == "in_use"


def test_late_evidence_between_the_two_leaves_both_in_the_history(make_pump, observe, nurse, noon):
    pump = make_pump()
    record_observations([observe(pump, 0, activity=Evidence.IDLE)])
    said = state_activity(asset=pump, activity=Activity.DOWN, by=nurse, at=noon + timedelta(seconds=10))
    withdraw_statement(statement=said, by=nurse, now=noon + timedelta(seconds=15))

    record_observations([observe(pump, 12, activity=Evidence.IDLE)])

    assert history(pump) == [("available", "confirmed"), ("down", "person"), ("available", "confirmed")]


def test_who_may_not_take_it_back_is_told_why_and_it_holds(make_pump, nurse, biomed, noon):
    pump = make_pump()
    said = state_activity(asset=pump, activity=Activity.DOWN, by=nurse, at=noon)
    late = noon + timedelta(seconds=31)
    for person, now, words in (
        (biomed, noon + timedelta(seconds=5), "Somebody else said that"),
        (nurse, late, "too late"),
    ):
        with pytest.raises(StatementRefusedError, match=words):
            withdraw_statement(statement=said, by=person, now=now)

    assert AssetNow.objects.get(asset=pump).activity == "down"


def test_it_is_taken_back_once_and_not_over_what_is_newer(make_pump, nurse, biomed, noon):
    pump = make_pump()
    first = state_activity(asset=pump, activity=Activity.DIRTY, by=nurse, at=noon)
    second = state_activity(asset=pump, activity=Activity.DOWN, by=biomed, at=noon + timedelta(seconds=1))
    with pytest.raises(StatementRefusedError, match="newer"):
        withdraw_statement(statement=first, by=nurse, now=noon + timedelta(seconds=2))

    withdraw_statement(statement=second, by=biomed, now=noon + timedelta(seconds=3))
    with pytest.raises(StatementRefusedError, match="already"):
        withdraw_statement(statement=second, by=biomed, now=noon + timedelta(seconds=4))

    assert AssetNow.objects.get(asset=pump).activity == "dirty"
