"""Recording for one site, observation by observation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import EvidenceLog, Reading, ReadingNow
from assets.observation import Evidence, Position, ReadingValue, Sighting, Subject, SubjectKind
from assets.record import record_each, record_observations
from assets.retention import trim_evidence
from assets.words import Quality
from locations.models import Building, Floor, Receiver

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def record(site, noon):
    def record(*observations, at=site.pk):
        return [outcome.value for outcome in record_each(observations, site_id=at, now=noon)]

    return record


def test_of_nothing_nothing_becomes(record):
    assert record() == []


def test_each_is_told_apart_in_the_order_in_which_it_came(record, make_pump, observe, floor):
    pump = make_pump()
    record_observations([observe(pump, -60, activity=Evidence.IDLE)])
    nobody = Subject(SubjectKind.SERIAL, "nobody's")
    assert record(
        observe(pump, activity=Evidence.IN_USE),
        observe(pump, -60, activity=Evidence.IDLE),
        observe(pump, activity=Evidence.IN_USE),
        observe(subject=nobody),
        observe(pump, 300, received=0),
        observe(pump, -30, position=Position("nowhere", 1, 1, 1)),
        observe(pump, -20, position=Position("main-1", 1, 1, 1)),
        observe(pump, -10, sighting=Sighting("nobody's")),
    ) == ["recorded", "duplicate", "duplicate", "nobodys", "ahead", "unplaced", "recorded", "unplaced"]
    assert EvidenceLog.objects.count() == 3


def test_what_is_older_than_the_window_is_told(record, make_pump, observe, noon, settings):
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 1800, 30):
        record_observations([observe(pump, second, activity=Evidence.IDLE)])
    trim_evidence(now=noon + timedelta(seconds=1800))
    late = observe(pump, 5, activity=Evidence.IN_USE, source="late")
    known = observe(pump, 1770, activity=Evidence.IDLE)
    assert record(late, known, late) == ["too_late", "duplicate", "too_late"]


def test_a_failure_is_recorded_as_one(record, make_pump, observe):
    failed = (ReadingValue("battery_charge", None, Quality.NO_ANSWER),)
    assert record(observe(make_pump(), quality=Quality.NO_ANSWER, readings=failed)) == ["recorded"]
    assert ReadingNow.objects.get().quality == "no_answer"
    assert not EvidenceLog.objects.exists()


def test_what_another_site_has_is_not_there(record, make_pump, observe, other_site, floor):
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    far = Floor.objects.create(building=building, name="Ground", slug="far-0", level=0)
    Receiver.objects.create(identifier="FAR-R", floor=far, x=1, y=1)
    own, foreign = make_pump("P-1"), make_pump("FAR-1", site=other_site)
    assert record(
        observe(foreign, readings=(ReadingValue("battery_charge", 80.0),)),
        observe(own, position=Position("far-0", 1, 1, 1)),
        observe(own, sighting=Sighting("FAR-R")),
    ) == ["nobodys", "unplaced", "unplaced"]
    assert not Reading.objects.exists()
    assert not EvidenceLog.objects.exists()


def test_all_together_is_one_transaction(record, make_pump, observe, monkeypatch):
    one, two = make_pump("P-1"), make_pump("P-2")

    def fail(_changes):
        raise RuntimeError("after everything was written")

    monkeypatch.setattr("assets.record.publish_changes", fail)
    with pytest.raises(RuntimeError):
        record(observe(one), observe(two))
    assert not EvidenceLog.objects.exists()
