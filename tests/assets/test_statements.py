"""What a person says of an asset goes through the same fold as what devices say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import ActivityInterval, AssetNow, Statement
from assets.observation import Evidence
from assets.record import record_observations
from assets.retention import trim_evidence
from assets.statements import StatementRefusedError, state_activity
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
