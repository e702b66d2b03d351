"""What the clock alone decides, and that it decides it for the exact moment, whenever the sweep comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError

from assets import tasks
from assets.models import ActivityInterval, AssetNow, Category, EvidenceLog, Reading, TimelineHead
from assets.observation import Evidence, Position, ReadingValue
from assets.record import record_observations
from assets.recording.facts import facts_of
from assets.sweep import complete_current_rows, sweep_silence
from hospital.celery import app as celery_app
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def spells(asset, noon):
    """Activity, basis and begin in seconds after noon."""
    rows = ActivityInterval.objects.filter(asset=asset).order_by("begin")
    return [(row.activity, row.basis, (row.begin - noon).total_seconds()) for row in rows]


def test_silence_begins_at_its_exact_moment(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE)])

    assert sweep_silence(now=noon + timedelta(seconds=119)) == 0
    assert sweep_silence(now=noon + timedelta(hours=3)) == 1

    assert spells(pump, noon) == [("available", "confirmed", 0), ("unknown", "silence", 120)]
    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.since) == ("unknown", noon + timedelta(seconds=120))
    assert now.decide_at is None


def test_what_was_swept_is_not_swept_again(make_pump, observe, noon):
    record_observations([observe(make_pump(), activity=Evidence.IDLE)])
    sweep_silence(now=noon + timedelta(hours=1))

    assert sweep_silence(now=noon + timedelta(hours=2)) == 0


def test_a_sweep_that_waited_for_its_turn_takes_nothing_back(make_pump, observe, noon, monkeypatch):
    """Another went on to 12:02:10 in the meantime; evidence that is late by a little and the next sweep follow."""
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE)])

    def meanwhile(asset_ids):
        monkeypatch.undo()
        sweep_silence(now=noon + timedelta(seconds=130))
        return facts_of(asset_ids)

    AssetNow.objects.update(decide_at=noon + timedelta(seconds=100))
    monkeypatch.setattr("assets.sweep.facts_of", meanwhile)
    sweep_silence(now=noon + timedelta(seconds=119))
    assert spells(pump, noon) == [("available", "confirmed", 0), ("unknown", "silence", 120)]

    record_observations([observe(pump, 110, activity=Evidence.IDLE)])
    sweep_silence(now=noon + timedelta(seconds=300))
    assert spells(pump, noon) == [("available", "confirmed", 0), ("unknown", "silence", 230)]


@pytest.mark.parametrize("stale_after_s", [60, 140])
def test_what_the_clock_decided_is_decided_by_the_rules_of_today(make_pump, observe, noon, stale_after_s):
    """A category's rules were changed while its equipment was silent: recording goes on."""
    heard, unheard = make_pump("P-1"), make_pump("P-2")
    record_observations([observe(pump, activity=Evidence.IDLE) for pump in (heard, unheard)])
    sweep_silence(now=noon + timedelta(seconds=130))
    Category.objects.update(stale_after_s=stale_after_s)

    record_observations([observe(heard, 200, activity=Evidence.IDLE)])
    AssetNow.objects.update(decide_at=noon)
    sweep_silence(now=noon + timedelta(seconds=201))

    silence = ("unknown", "silence", stale_after_s)
    assert spells(heard, noon) == [("available", "confirmed", 0), silence, ("available", "confirmed", 200)]
    assert spells(unheard, noon) == [("available", "confirmed", 0), silence]


def test_dwelling_is_presumed_use_from_its_exact_moment(make_pump, make_zone, observe, noon):
    make_zone("Bay 1", ZoneKind.PATIENT_ROOM)
    pump = make_pump()
    for second in (0, 100, 200, 300, 400, 500, 590):
        record_observations([observe(pump, second, position=Position("main-1", 5, 5, 1))])

    sweep_silence(now=noon + timedelta(seconds=650))

    assert spells(pump, noon) == [("available", "presumed", 0), ("in_use", "presumed", 600)]


def test_several_changes_of_the_clock_come_in_their_order(make_pump, make_zone, observe, noon):
    make_zone("Bay 1", ZoneKind.PATIENT_ROOM)
    pump = make_pump()
    for second in (0, 100, 200, 300, 400, 500, 590):
        record_observations([observe(pump, second, position=Position("main-1", 5, 5, 1))])

    sweep_silence(now=noon + timedelta(hours=1))

    assert spells(pump, noon) == [
        ("available", "presumed", 0),
        ("in_use", "presumed", 600),
        ("unknown", "silence", 710),
    ]


def test_being_heard_again_ends_silence(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE)])
    sweep_silence(now=noon + timedelta(hours=1))

    record_observations([observe(pump, 3700, activity=Evidence.IDLE)])

    assert spells(pump, noon) == [
        ("available", "confirmed", 0),
        ("unknown", "silence", 120),
        ("available", "confirmed", 3700),
    ]


def test_late_news_take_silence_back(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE)])
    sweep_silence(now=noon + timedelta(seconds=130))

    record_observations([observe(pump, 110, activity=Evidence.IDLE, received=131)])

    assert spells(pump, noon) == [("available", "confirmed", 0)]
    assert AssetNow.objects.get(asset=pump).activity == "available"


def test_a_sweep_and_no_sweep_leave_the_same_history(make_pump, observe, noon):
    swept, left = make_pump("P-1"), make_pump("P-2")
    record_observations([observe(swept, activity=Evidence.IN_USE), observe(left, activity=Evidence.IN_USE)])
    sweep_silence(now=noon + timedelta(seconds=500))
    TimelineHead.objects.filter(asset=left).update(clock_us=None)  # as if the sweep had passed it by
    ActivityInterval.objects.filter(asset=left, activity="unknown").delete()
    ActivityInterval.objects.filter(asset=left).update(end=None)

    batch = [observe(pump, 900, activity=Evidence.IDLE) for pump in (swept, left)]
    record_observations(batch)

    assert spells(swept, noon) == spells(left, noon)
    assert [activity for activity, _, _ in spells(left, noon)] == ["in_use", "unknown", "dirty"]


def test_more_than_one_batch_is_swept(make_pump, observe, noon, monkeypatch):
    monkeypatch.setattr("assets.sweep.BATCH", 2)
    record_observations([observe(make_pump(f"P-{n}"), n, activity=Evidence.IDLE) for n in range(5)])

    assert sweep_silence(now=noon + timedelta(hours=1)) == 5
    assert set(AssetNow.objects.values_list("activity", flat=True)) == {"unknown"}


def test_equipment_that_was_never_heard_has_a_current_row(make_pump, noon):
    pump = make_pump()

    assert complete_current_rows(now=noon) == 1
    assert complete_current_rows(now=noon) == 0
    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.basis, now.since, now.heard_at) == ("unknown", "silence", None, None)


def test_installed_equipment_has_its_place_before_it_was_ever_heard(make_pump, make_zone, noon):
    hall, annex = make_zone("Hall", ZoneKind.IMAGING), make_zone("Annex", ZoneKind.IMAGING, x=10)
    scanner = make_pump(is_fixed=True, home_zone=hall)
    complete_current_rows(now=noon)
    assert AssetNow.objects.get(asset=scanner).zone == hall

    scanner.home_zone = annex
    scanner.save()

    assert complete_current_rows(now=noon) == 1
    assert AssetNow.objects.get(asset=scanner).zone == annex


def test_the_schedule_names_tasks_that_exist(settings):
    celery_app.loader.import_default_modules()

    ours = [
        entry["task"]
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"].startswith("assets.")
    ]
    assert len(ours) >= 4
    assert set(ours) <= set(celery_app.tasks)


@pytest.fixture
def an_hour_later(noon, monkeypatch):
    """The clock of the tasks."""
    monkeypatch.setattr("assets.tasks.timezone.now", lambda: noon + timedelta(hours=1))


def test_the_scheduled_sweep_sweeps(make_pump, observe, an_hour_later):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE)])

    tasks.sweep_silence()

    assert AssetNow.objects.get(asset=pump).activity == "unknown"


def test_the_scheduled_completion_completes(make_pump, an_hour_later):
    pump = make_pump()

    tasks.complete_current_rows()

    assert AssetNow.objects.filter(asset=pump).exists()


def test_the_scheduled_trimming_trims(make_pump, observe, monkeypatch, settings, an_hour_later):
    monkeypatch.setattr("assets.retention.NEARBY", timedelta(0))
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 3600, 60):
        record_observations([observe(pump, second, readings=(ReadingValue("temperature", 4.0),))])

    tasks.trim_evidence()
    tasks.trim_readings()

    assert EvidenceLog.objects.count() < 60
    assert Reading.objects.count() == 12


def test_a_database_that_is_away_is_told_once_by_all_tasks_and_once_when_it_is_back(monkeypatch, caplog):
    def away(**_):
        raise OperationalError("away")

    with monkeypatch.context() as trouble:
        trouble.setattr("assets.sweep.sweep_silence", away)
        trouble.setattr("assets.sweep.complete_current_rows", away)
        for task in (tasks.sweep_silence, tasks.complete_current_rows, tasks.sweep_silence):
            task()
    tasks.sweep_silence()
    tasks.complete_current_rows()
    tasks.sweep_silence()

    assert [record.message for record in caplog.records] == [
        "The clock's tasks are held up: away",
        "The clock's tasks go on",
    ]


def test_a_fault_of_a_task_is_no_absence_of_the_database(monkeypatch):
    def fault(**_):
        raise IntegrityError("a fault")

    monkeypatch.setattr("assets.sweep.sweep_silence", fault)
    with pytest.raises(IntegrityError):
        tasks.sweep_silence()
